"""CSV: what is read. What is rejected is in test_data_csv_errors.py."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from thumbnet.trainer import Dataset, ThumbnetError, read_csv

GOOD = "acc_x,acc_y,gesture\n0.12,1.0,left\n0.5,2.5,right\n-1.25,3.0,left\n4.0,0.1,right\n"


def write(folder: Path, text: str | bytes, name: str = "d.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_classification(tmp_path: Path) -> None:
    data = read_csv(write(tmp_path, GOOD))
    assert data.is_classification
    assert data.name == "d"
    assert data.labels == ("left", "right")
    assert data.y.tolist() == [0, 1, 0, 1]
    assert data.y.dtype == np.int64
    assert data.x.dtype == np.float32
    np.testing.assert_array_equal(
        data.x, np.array([[0.12, 1], [0.5, 2.5], [-1.25, 3], [4, 0.1]], np.float32)
    )
    spec = data.input_spec
    assert spec is not None
    assert spec.shape == (2,)
    assert spec.names == ("acc_x", "acc_y")
    assert spec.resolution == (0.01, 0.1)
    assert spec.minimum is None
    assert spec.maximum is None


def test_regression(tmp_path: Path) -> None:
    data = read_csv(write(tmp_path, "hours,score\n1,52.5\n2,58\n3,61\n4,70.25\n"))
    assert not data.is_classification
    assert data.labels is None
    assert data.y.tolist() == [52.5, 58, 61, 70.25]
    assert data.y.dtype == np.float64
    assert data.input_spec is not None
    assert data.input_spec.resolution == 1.0


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ("0 1 1 0", ("0", "1")),
        ("1.0 0.0 1.0 0.0", ("0", "1")),
        ("10 9 10 9", ("9", "10")),
        ("-1 1 1 -1", ("-1", "1")),
        ("b a b a", ("a", "b")),
        ("1 2 3 4", None),
        ("0.5 1 1 0.5", None),
        ("10 20 30 45", None),
    ],
)
def test_what_a_label_column_is_taken_for(
    tmp_path: Path, values: str, labels: tuple[str, ...] | None
) -> None:
    rows = "".join(f"{i},{value}\n" for i, value in enumerate(values.split()))
    assert read_csv(write(tmp_path, "a,label\n" + rows)).labels == labels


def test_the_task_can_be_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path, "a,y\n1,0\n2,1\n3,1\n4,0\n5,2\n6,2\n")
    assert read_csv(path).labels == ("0", "1", "2")
    assert read_csv(path, task="regression").y.tolist() == [0, 1, 1, 0, 2, 2]
    floats = write(tmp_path, "a,y\n1,0.5\n2,1.5\n3,1.5\n4,0.5\n")
    assert read_csv(floats, task="classification").labels == ("0.5", "1.5")


@pytest.mark.parametrize(
    ("header", "label"),
    [
        ("a,b,c", "c"),
        ("Label,b,c", "Label"),
        ("a,CLASS,c", "CLASS"),
        ("a,target,c", "target"),
        ("y,a,b", "y"),
        ("x,y,gesture", "gesture"),
        ("a,x,y", "y"),
        ("class,y,label", "label"),
    ],
)
def test_the_default_label_column(tmp_path: Path, header: str, label: str) -> None:
    data = read_csv(write(tmp_path, header + "\n1,1,1\n0,0,0\n1,1,1\n0,0,0\n"))
    assert data.input_spec is not None
    assert data.input_spec.names == tuple(n for n in header.split(",") if n != label)


def test_the_label_column_by_name(tmp_path: Path) -> None:
    path = write(tmp_path, "Kind,kind,z\n0,1,5\n1,0,6\n1,0,7\n0,1,8\n")
    assert read_csv(path, label="kind").y.tolist() == [1, 0, 0, 1]
    assert read_csv(path, label="KIND").y.tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize("header", ["0,1,label", "1,2,label", "label,0,1", "0,label"])
def test_columns_may_be_numbered(tmp_path: Path, header: str) -> None:
    row = ",".join("w" if name == "label" else "0.5" for name in header.split(","))
    rows = [row, row.replace("w", "v")] * 4
    data = read_csv(write(tmp_path, "\n".join([header, *rows])), label="label")
    assert len(data) == 8
    assert data.input_spec is not None
    assert data.input_spec.names == tuple(name for name in header.split(",") if name != "label")


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "\ufeff" + GOOD,
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t"),
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        GOOD.replace("\n", "\n\n"),
        "\n\n" + GOOD + "\n , ,\n",
        GOOD.replace(",", " , "),
        GOOD.replace("left", '"left"').replace("acc_x", '"acc_x"'),
        GOOD.removesuffix("\n"),
    ],
)
def test_spellings_of_the_same_file(tmp_path: Path, text: str) -> None:
    plain, data = read_csv(write(tmp_path, GOOD)), read_csv(write(tmp_path, text))
    np.testing.assert_array_equal(data.x, plain.x)
    assert (data.y.tolist(), data.labels) == (plain.y.tolist(), plain.labels)
    assert data.input_spec == plain.input_spec


def test_delimiters_inside_names_and_cells(tmp_path: Path) -> None:
    text = '"a, m/s";b;label\n1;2;"x, y"\n3;4;"p; ""q"""\n1;2;"x, y"\n3;4;"p; ""q"""\n'
    data = read_csv(write(tmp_path, text))
    assert data.labels == ('p; "q"', "x, y")
    assert data.input_spec is not None
    assert data.input_spec.names == ("a, m/s", "b")


@pytest.mark.parametrize(
    ("cells", "resolution"),
    [
        ("1 2 3 4", 1.0),
        ("1.5 2 3 4", 0.1),
        ("1.50 2 3 4", 0.01),
        ("1e-3 2 3 4", 0.001),
        ("1.25e1 2 3 4", 0.1),
        ("2E3 2 3 4", 1.0),
        (".125 2 3 4", 0.001),
        ("0.123456789 0 0 0", 1e-6),
        ("1.5e-6 2e-6 3E-06 4e-6", 1e-7),
        ("0.0000015 2e-6 3e-6 4e-6", 1e-7),
        ("0.0000012345 0.000002 3e-6 4e-6", 1e-10),
        ("1.234567e-6 2e-6 3e-6 4e-6", 1e-11),  # 650,000 counts
        ("1.23456e-12 0 0 0", 1e-12),  # never finer
        ("0.123456 2 3 4", 1e-5),  # 2**20 counts or more, and a margin on both sides
        ("524.2871 0 0 0", 0.001),
        ("524.2881 0 0 0", 0.01),
        ("101325.25 101325.5 101326 101327", 0.1),
        ("1013250.25 1013250.5 1013260 1013270", 1.0),
    ],
)
def test_resolution_from_the_decimals(tmp_path: Path, cells: str, resolution: float) -> None:
    rows = "".join(f"{cell},{i % 2}\n" for i, cell in enumerate(cells.split()))
    spec = read_csv(write(tmp_path, "a,label\n" + rows)).input_spec
    assert spec is not None
    assert spec.resolution == resolution


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        (
            "1e-30 2e-30 3e-30 4e-30",
            "values from 1e-30 to 4e-30 vary by less than 1e-12, the finest step of the board's "
            "integers there: multiply it by a constant, or leave it out (--ignore a)",
        ),
        (
            "101325.001 101325.002 101325.003 101325.003",
            "values from 101325.001 to 101325.003 vary by less than 0.1, the finest step of the "
            "board's integers there: subtract 101325.002 from it, or leave it out (--ignore a)",
        ),
    ],
)
def test_a_column_that_varies_by_less_than_a_step(tmp_path: Path, cells: str, fault: str) -> None:
    rows = "".join(f"{cell},{i % 2}\n" for i, cell in enumerate(cells.split()))
    path = write(tmp_path, "a,label\n" + rows)
    with pytest.raises(ThumbnetError) as caught:
        read_csv(path)
    assert str(caught.value) == f"{path}, column 'a': {fault}"


numbers = st.integers(-1500, 1500).flatmap(
    lambda n: st.sampled_from([str(n), f"{n / 10:.1f}", f"{n / 100:.2f}"])
)
words = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\r\n", exclude_categories=("C", "Z")),
    min_size=1,
    max_size=8,
).map(lambda word: "w" + word)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    names=st.lists(words, min_size=2, max_size=5, unique_by=str.lower),
    data=st.data(),
    delimiter=st.sampled_from(",;\t"),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_round_trip(
    tmp_path: Path, names: list[str], data: st.DataObject, delimiter: str, end: str
) -> None:
    row = st.tuples(*[numbers] * (len(names) - 1), st.sampled_from(["one", "two; 2", 'th"ree,']))
    rows = data.draw(st.lists(row, min_size=6, max_size=20))
    rows[0], rows[1] = (*rows[0][:-1], "one"), (*rows[1][:-1], "two; 2")
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerow(names)
    writer.writerows(rows)
    result: Dataset = read_csv(write(tmp_path, out.getvalue()), label=names[-1])
    np.testing.assert_array_equal(
        result.x, np.array([row[:-1] for row in rows], dtype=np.float64).astype(np.float32)
    )
    assert result.labels is not None
    assert [result.labels[i] for i in result.y] == [row[-1] for row in rows]
    assert result.input_spec is not None
    assert result.input_spec.names == tuple(names[:-1])
    # Every value is a whole number of counts.
    counts = np.array([row[:-1] for row in rows], float) / np.asarray(result.input_spec.resolution)
    np.testing.assert_allclose(counts, np.round(counts), atol=1e-6)
