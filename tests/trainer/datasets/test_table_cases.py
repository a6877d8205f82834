"""Tables as spreadsheets and people write them: all say the same, some after their remedy."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from thumbnet.trainer import Dataset, TableOptions, ThumbnetError, load_dataset

N = 40
rng = np.random.default_rng(5)
HEIGHT = rng.uniform(-9, 9, N).round(2).tolist()
WEIGHT = rng.uniform(1000, 2500, N).round(1).tolist()
KINDS = ["left", "right"] * (N // 2)
Cell = Callable[[float], str]


def german(value: float) -> str:
    return f"{value:,}".translate(str.maketrans(",.", ".,"))


def french(value: float) -> str:
    return german(value).replace(".", "\u202f")


def swiss(value: float) -> str:
    return f"{value:,}".replace(",", "’")


def quoted_cell(value: float) -> str:
    return f'"{value:,}"'


def swedish(value: float) -> str:
    return german(value).replace(".", "\u00a0").replace("-", "\u2212")


def table(
    cell: Cell = str, by: str = ",", head: str = "h,w,kind", tail: str = "", end: str = "\n"
) -> str:
    rows = [
        by.join((cell(h), cell(w), kind)) for h, w, kind in zip(HEIGHT, WEIGHT, KINDS, strict=True)
    ]
    return end.join([head.replace(",", by), *rows]) + end + tail


def options(text: str) -> tuple[str | None, TableOptions]:
    """What a remedy tells to type."""
    words = shlex.split(text)
    found: dict[str, Any] = {}
    for option, value in zip(words[::2], words[1::2], strict=True):
        name = option.removeprefix("--")
        many = name in ("na", "ignore")
        found[name] = [*found.get(name, []), value] if many else value
    if "names" in found:
        found["names"] = found["names"].split(",")
    label = found.pop("label", None)
    return label, TableOptions(**found)


def read(path: Path, typed: str = "") -> Dataset:
    label, how = options(typed)
    return load_dataset(path, label=label, options=how)


def check(data: Dataset, rows: slice | list[int] = slice(None)) -> None:
    """The readings, and no others."""
    assert data.input_spec is not None
    assert data.input_spec.names is not None
    assert len(data.input_spec.names) == 2
    assert data.labels == ("left", "right")
    wanted = np.stack([HEIGHT, WEIGHT], axis=1)[rows]
    np.testing.assert_allclose(data.x, wanted, rtol=1e-6)
    assert data.y.tolist() == (np.arange(N) % 2)[rows].tolist()
    assert data.input_spec.resolution == (0.01, 0.1)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (table(), "utf-8"),
        (table(end="\r"), "utf-16-le"),
        (table(german, ";", end="\r\n"), "utf-8-sig"),
        (table(german, ";", "Höhe,Größe,Art"), "cp1252"),
        ("sep=\t\r\n" + table(german, "\t", end="\r\n"), "utf-16"),
        ("sep=,\n" + table(german, ";"), "utf-8"),
        (table(french, ";"), "utf-8"),
        (table(swiss, "|"), "utf-8"),
        (table(swedish, ";"), "utf-8"),
        (table(quoted_cell), "utf-8"),
        (table(german, ";", tail=";;\n;;\n"), "utf-8"),
        (table(lambda v: str(v) + (" " if v > 99 else "")), "utf-8"),
        (table(head="h,w,kind,,").replace("\n", ",,\n").replace(",kind,,,,", ",kind,,"), "utf-8"),
        (table().replace("left\n", "left,\n"), "utf-8"),
        ("\n".join(f"{k - 1 if k else ''},{line}" for k, line in enumerate(table().splitlines())),
         "utf-8"),
        (table() + "\0\0\0", "utf-8"),
    ],
)  # fmt: skip
def test_all_say_the_same(text: str, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(text.encode(encoding))
    check(read(path))


@pytest.mark.parametrize("suffix", [".tsv", ".tab", ".txt", ".data", ".dat"])
def test_suffixes_of_text(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"d{suffix}"
    path.write_text(table())
    check(read(path))


def swap(line: int, text: str, at: int | None = None) -> str:
    """The table with another line, or another cell in it."""
    lines = table().splitlines()
    cells = lines[line - 1].split(",")
    if at is not None:
        cells[at] = text
        text = ",".join(cells)
    return "\n".join([*lines[: line - 1], text, *lines[line:]])


ALL = [*range(N)]


@pytest.mark.parametrize("missing", ["NA", "n.a.", "--", ".", "<NA>", "#DIV/0!", "#NV", "#WERT!",
                                     "\u2014", "NaT", "-nan", "k.A.", "?", "NULL"])  # fmt: skip
def test_what_says_that_a_value_is_missing(missing: str, tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text(swap(6, missing, 0))
    with pytest.raises(ThumbnetError, match=r"line 6, column 'h': missing value \('.*'\): fill"):
        read(path)
    data = read(path, "--missing drop")
    check(data, [k for k in ALL if k != 4])
    assert data.notices == ("1 row with a missing value was left out",)
    assert len(read(path, "--missing mean")) == N


@pytest.mark.parametrize("missing", ["", "NaN", "null", "#N/A"])
def test_labels_that_are_missing(missing: str, tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text(swap(6, missing, 2))
    with pytest.raises(ThumbnetError, match=r"line 6: missing label.*\(--missing drop\)"):
        read(path)
    for typed in ("--missing drop", "--missing mean"):
        data = read(path, typed)
        check(data, [k for k in ALL if k != 4])
        assert data.notices == ("1 row with no label was left out",)


def test_a_label_may_be_called_none(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text(table().replace("left", "none").replace("right", "-"))
    assert read(path, "--missing drop").labels == ("-", "none")


def test_numbers_to_predict_that_are_missing(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text(swap(6, "-", 1))
    with pytest.raises(ThumbnetError, match=r"column 'w', line 6: missing label \('-'\)"):
        read(path, "--label w --ignore kind")
    assert len(read(path, "--label w --ignore kind --missing drop")) == N - 1


@pytest.mark.parametrize(
    ("text", "said", "rows"),
    [
        (swap(2, "cm,kg,[-]"), r"line 2, column 'h': 'cm' is not a number, unlike .*: correct it, "
         r"delete the row, .*\((--na .* --missing drop)\), or leave", ALL[1:]),
        (table() + "Total,9,\n", r"'Total' is not a number, .*\((--na .* --missing drop)\)", ALL),
        (swap(6, "unknown", 0), r"\((--na h=unknown --missing drop)\)",
         [k for k in ALL if k != 4]),
        (table(lambda v: str(v).replace(".", ","), "\t").replace(",", "."), "", ALL),
        (table(head="label,w,kind").replace("label", "kind of,thing").split("\n", 1)[1],
         r"give them with (--names) a,b,label", ALL),
    ],
)  # fmt: skip
def test_remedies_to_type(text: str, said: str, rows: list[int], tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text(text)
    typed = ""
    if said:
        with pytest.raises(ThumbnetError) as caught:
            read(path)
        match = re.search(said, str(caught.value))
        assert match is not None, caught.value
        typed = match[1] + (" h,w,kind" if match[1] == "--names" else "")
    check(read(path, typed), rows)


@pytest.mark.parametrize(
    ("cell", "said", "mend"),
    [
        (lambda v: f"{v}%", r"line 2, column 'h': .* text follows it, remove '%' from the column",
         lambda text: text.replace("%", "")),
        (lambda v: f"{v} €", "remove ' €' from the column", lambda text: text.replace(" €", "")),
        (lambda v: f"${v}", r"text is before it, remove '\$'", lambda text: text.replace("$", "")),
        (lambda v: f"'{v}'", "is before it, remove \"'\"", lambda text: text.replace("'", "")),
        (lambda v: f"{-v}-" if v < 0 else str(v), r"if it is negative, write '-\d",
         lambda text: re.sub(r"([\d.]+)-", r"-\1", text)),
        (lambda v: f"({-v})" if v < 0 else str(v), r"if it is negative, write '-\d",
         lambda text: re.sub(r"\(([\d.]+)\)", r"-\1", text)),
    ],
)  # fmt: skip
def test_numbers_with_more_to_them(
    cell: Cell, said: str, mend: Callable[[str], str], tmp_path: Path
) -> None:
    path = tmp_path / "d.csv"
    path.write_text(table(cell))
    with pytest.raises(ThumbnetError, match=said):
        read(path)
    path.write_text(mend(table(cell)))
    check(read(path))


def test_the_other_decimal_mark_is_written_right(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    text = table(by=";").replace(str(WEIGHT[3]), german(WEIGHT[3]))
    path.write_text(text)
    with pytest.raises(ThumbnetError) as caught:
        read(path)
    match = re.search(
        r"'(\S+)' has a decimal comma, .* has a point: write '(\S+)'", str(caught.value)
    )
    assert match is not None
    path.write_text(text.replace(match[1], match[2]))
    check(read(path))


def test_texts_with_numbers_may_be_categories(tmp_path: Path) -> None:
    ages = ["18-25", "26-50", "50+", "<18"]
    path = tmp_path / "d.csv"
    path.write_text("age,kind\n" + "".join(f"{ages[k % 4]},{'ab'[k % 2]}\n" for k in range(N)))
    assert read(path).table.texts == {"age": tuple(sorted(ages))}  # type: ignore[union-attr]


def test_one_number_that_is_like_thousands(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("a;kind\n" + "".join(f"{k + 1}.500;{'ab'[k % 2]}\n" for k in range(9)))
    data = read(path)
    assert data.x[0, 0] == 1.5
    assert data.notices == ("'1.500' is read with a decimal point: say --decimal comma if it is "
                            "1500",)  # fmt: skip
    assert read(path, "--decimal comma").x[0, 0] == 1500


@pytest.mark.parametrize("when", ["1 Mar 2024", "Mar 1 2024", "2024-03", "2024-W09", "8:05 pm",
                                  "20240301T0805", "Fri 01-Mar-24 08:05"])  # fmt: skip
def test_dates_are_no_categories(when: str, tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("when,h,kind\n" + "".join(
        f"{when.replace('1', str(k % 2 + 1), 1)},{k % 7},{'ab'[k % 2]}\n" for k in range(N)
    ))  # fmt: skip
    with pytest.raises(
        ThumbnetError, match=r"is a date or a time, .*leave it out \(--ignore when\)"
    ):
        read(path)
    assert len(read(path, "--ignore when")) == N


def test_two_columns_that_may_be_the_label(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("species,h,legs\n" + "".join(
        f"{KINDS[k]},{HEIGHT[k]},{2 + k % 3 // 2 * 2}\n" for k in range(N)
    ))  # fmt: skip
    (notice, _) = read(path).notices
    assert notice == (
        "the last column, 'legs', is taken for the label: say --label 'species' if that is the "
        "label"
    )
    assert read(path, "--label species").labels == ("left", "right")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("d.csv", b'[{"h": 1}]', "not a CSV file, but JSON: save it as CSV"),
        ("d.csv", b'{"h": 1}\n{"h": 2}', "not a CSV file, but JSON: save it as CSV"),
        (
            "d.csv",
            b"<html><table>",
            "but HTML or XML: open it in a spreadsheet, and save it as CSV",
        ),
        ("d.csv", b"@relation iris\n@data\n", "but a Weka file: save it as CSV"),
        ("d.csv.gz", b"\x1f\x8b", "is packed: unpack it first, as with `gunzip d.csv.gz`"),
        ("d.zip", b"PK\3\4", "is a zip archive: unpack it, and give the table in it"),
        ("d.jsonl", b"{}", r"pandas.read_json\(PATH, lines=True\).to_csv\("),
        ("d.dta", b"x", r"is of Stata, not read here: save it as CSV: pandas.read_stata\(PATH\)"),
        ("d.mat", b"x", "is no text table: save it as CSV"),
        ("d", b"h,kind\n", r"if it is a table of text, rename it to d.csv"),
    ],
)
def test_what_is_no_table(name: str, data: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ThumbnetError, match=said):
        read(path)
