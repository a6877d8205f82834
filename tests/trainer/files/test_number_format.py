"""Numbers in cells: a mark is a decimal mark or separates thousands, and never both."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples

from thumbnet.trainer.files.number_format import (
    POINT,
    Missing,
    NumberFormat,
    TooLarge,
    find_format,
)


def format_of(cells: str, delimiter: str = ";", declared: str | None = None) -> NumberFormat:
    """The format of a column, whose cells are separated by bars."""
    return find_format(
        ((line, 0, cell) for line, cell in enumerate(cells.split("|"), 2)), delimiter, declared
    )


@pytest.mark.parametrize(
    ("cells", "delimiter", "values"),
    [
        ("1,5|2|3,25", ";", [1.5, 2, 3.25]),
        ("1,065|0,5|-1,065", "\t", [1.065, 0.5, -1.065]),
        ("1.065,5|1.050|735", ";", [1065.5, 1050, 735]),
        ("1.065.000|1.050", ";", [1065000, 1050]),
        ("1,065|1,050|735", ",", [1065, 1050, 735]),  # in quotes, as the comma is the delimiter
        ("1,065|14.23|735", ";", [1065, 14.23, 735]),
        ("1,065,000.25|2", ";", [1065000.25, 2]),
        ("1,5e3|-,5|+2,", ";", [1500, -0.5, 2]),
        ("1.065|1.050|0.735", ";", [1.065, 1.05, 0.735]),
        ("1.065|1.050|2.735", ";", [1.065, 1.05, 2.735]),  # as "%.3f" prints
        ("1 065,5|2\u202f000\u202f000,25|1'065", ";", [1065.5, 2000000.25, 1065]),
    ],
)
def test_marks(cells: str, delimiter: str, values: list[float]) -> None:
    form = format_of(cells, delimiter)
    assert [form.parse(cell)[0] for cell in cells.split("|")] == values


@pytest.mark.parametrize(
    ("cells", "cell", "whole", "point"),
    [
        ("1,065|1,050|735", "1,065", 1065, 1.065),
        ("1.065|1.050|735", "1.065", 1.065, 1065),  # with point: a decimal point
        ("1,065|2.065", "1,065", 1065, 1.065),
    ],
)
def test_doubt_is_refused_and_the_remedy_works(
    cells: str, cell: str, whole: float, point: float
) -> None:
    with pytest.raises(ValueError, match=r"may be 1065 or 1\.065: say which with --decimal"):
        format_of(cells).parse(cell)
    assert format_of(cells, declared=".").parse(cell)[0] == whole
    assert format_of(cells, declared=",").parse(cell)[0] == point


def test_a_cell_unlike_the_others() -> None:
    form = format_of("0.5|1,25|2.5")
    with pytest.raises(ValueError, match=r"decimal comma, but '0\.5' in line 2 has a point: write"):
        form.parse("1,25")
    with pytest.raises(ValueError, match="may be 1065 or"):  # one of both kinds of file
        form.parse("1,065")
    assert form.parse("1.065")[0] == 1.065


@pytest.mark.parametrize("cell", ["1,06,5", "1,0655,000", "12,34,567.5", "1.2.3", "1_000", "--1"])
def test_what_is_no_number(cell: str) -> None:
    with pytest.raises(ValueError, match=r"is not a number|decimal comma"):
        POINT.parse(cell)


@pytest.mark.parametrize("cell", ["", "NA", "n/a", "NaN", "null", "-", "?", "#N/A"])
def test_missing_values(cell: str) -> None:
    with pytest.raises(Missing, match="missing value"):
        POINT.parse(cell)


def test_too_large() -> None:
    with pytest.raises(TooLarge):
        POINT.parse("1e31")


@examples(200)
@given(
    st.lists(st.decimals(-(10**7), 10**7, places=2), min_size=1, max_size=8),
    st.sampled_from([(".", ","), (",", ".")]),
    st.booleans(),
)
def test_what_a_locale_writes_is_read(
    numbers: list[object], marks: tuple[str, str], grouped: bool
) -> None:
    """Two decimals leave no doubt, whatever separates thousands."""
    swap = str.maketrans(".,", "".join(marks))
    cells = [f"{number:{',' if grouped else ''}.2f}".translate(swap) for number in numbers]
    form = format_of("|".join(cells))
    assert [form.parse(cell) for cell in cells] == [(float(str(n)), 2) for n in numbers]
