"""Tables as people bring them: read rightly, or refused with a remedy that works."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from thumbnet.trainer import (
    Dataset,
    TableColumns,
    TableOptions,
    ThumbnetError,
    load_dataset,
    read_csv,
    train_test_split,
)

RNG = np.random.default_rng(0)
MEASURED = RNG.normal(5, 2, (60, 2)).round(2)
KINDS = np.array(["a", "b", "c"])[RNG.integers(0, 3, 60)]


def table(folder: Path, *columns: tuple[str, Any], name: str = "d.csv", mark: str = ",") -> Path:
    """A file with these columns, and the measured ones and the kind after them."""
    every = [*columns, ("p", MEASURED[:, 0]), ("q", MEASURED[:, 1]), ("kind", KINDS)]
    if any(name == "kind" for name, _ in columns):
        every.pop()
    lines = [mark.join(name for name, _ in every)]
    lines += [mark.join(map(str, row)) for row in zip(*(v for _, v in every), strict=True)]
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return path


def named(data: Dataset) -> dict[str, list[float]]:
    assert data.input_spec is not None
    assert data.input_spec.names is not None
    return dict(zip(data.input_spec.names, data.x.T.tolist(), strict=True))


def remedy(path: Path, said: str, *given: str) -> Dataset:
    """Check a refusal; then do what it says, option by option, and return what is read."""
    with pytest.raises(ThumbnetError, match=re.escape(said)) as caught:
        read_csv(path)
    message = str(caught.value)
    assert "\n" not in message
    options: dict[str, Any] = {}
    label = None
    for option in given:
        assert option in message
        name, _, value = option.removeprefix("--").partition(" ")
        if name == "label":
            label = value.strip("'")
        else:
            options[name] = [value] if name in ("ignore", "na") else value
    return read_csv(path, label=label, options=TableOptions(**options))


def test_yes_and_no_are_one_and_zero(tmp_path: Path) -> None:
    flags = RNG.integers(0, 2, 60)
    for texts in (("False", "True"), ("no", "YES"), ("off", "on")):
        data = read_csv(table(tmp_path, ("organic", np.array(texts)[flags])))
        assert named(data)["organic"] == flags.tolist()
        assert "'organic' is 1 for yes and 0 for no" in data.notices


def test_texts_are_inputs_of_their_own(tmp_path: Path) -> None:
    colours = np.array(["red", "white", "rosé"])[RNG.integers(0, 3, 60)]
    data = read_csv(table(tmp_path, ("colour", colours)))
    inputs = named(data)
    assert list(inputs) == ["colour=red", "colour=rosé", "colour=white", "p", "q"]
    for colour in ("red", "rosé", "white"):
        assert inputs[f"colour={colour}"] == (colours == colour).tolist()
    assert data.table is not None
    assert TableColumns.from_config(data.table.get_config()) == data.table
    # Another file, with other columns in another order, and without rosé.
    other = tmp_path / "other.csv"
    other.write_text("kind,q,more,colour,p\nc,1,x,white,2\na,3,y,red,4\n")
    again = named(read_csv(other, labels=("a", "b", "c"), like=data.table))
    assert list(again) == list(inputs)
    assert again["colour=white"] == [1, 0]
    assert again["colour=rosé"] == [0, 0]
    assert again["p"] == [2, 4]
    other.write_text("kind,q,colour,p\nc,1,blue,2\n")
    with pytest.raises(ThumbnetError, match=r"line 2, column 'colour': 'blue' was not seen in tr"):
        read_csv(other, labels=("a", "b", "c"), like=data.table)
    other.write_text("kind,colour,p\nc,red,2\n")
    with pytest.raises(ThumbnetError, match="no column 'q', the network was trained with 'colou"):
        read_csv(other, labels=("a", "b", "c"), like=data.table)


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ([f"2024-03-{i % 28 + 1:02}" for i in range(60)], "'2024-03-01' is a date or a time"),
        ([f"{i % 28 + 1}.3.2024 12:{i:02}" for i in range(60)], "is a date or a time"),
        ([f"12:{i:02}:05" for i in range(60)], "is a date or a time"),
        ([1_700_000_000 + 60 * i for i in range(60)], "in seconds since 1970, from 2023-11-14"),
        ([1_700_000_000_000 + 20 * i for i in range(60)], "in milliseconds since 1970, from"),
        ([f"box {i}" for i in range(60)], "with 60 different texts in 60 rows"),
        (["same"] * 60, "'same' is in every row"),
        ([9_000_000 + (7 * i) % 60 for i in range(60)], "do not fit the board's integers"),
        ([1e-30 * (i % 7) for i in range(60)], "vary by less than 1e-12"),
        (["", *["NA"] * 40, *range(19)], "most of this column is missing"),
    ],
)
def test_columns_that_are_no_features(tmp_path: Path, column: list[Any], said: str) -> None:
    path = table(tmp_path, ("extra", column))
    assert list(named(remedy(path, said, "--ignore extra"))) == ["p", "q"]


def test_a_column_with_one_text_among_numbers(tmp_path: Path) -> None:
    column: list[Any] = [i % 7 for i in range(60)]
    column[3] = "seven"
    path = table(tmp_path, ("extra", column))
    with pytest.raises(ThumbnetError, match="line 5, column 'extra': 'seven' is not a number"):
        read_csv(path)


def test_missing_values(tmp_path: Path) -> None:
    column: list[Any] = [0.5 * (i % 4) for i in range(60)]
    column[2], column[7], column[8] = "", "NaN", -999
    texts = np.array(["x", "y", "y"])[np.arange(60) % 3].tolist()
    texts[2] = "?"
    path = table(tmp_path, ("r", column), ("t", texts))
    said = "line 4, column 'r': missing value: fill it in, delete the row, or use"
    data = remedy(path, said, "--missing drop", "--missing mean")
    with pytest.raises(ThumbnetError, match=re.escape("--missing drop (leaves out 2 of 60 rows)")):
        read_csv(path)
    mean = TableOptions(missing="mean", na=["-999"])
    drop = TableOptions(missing="drop", na=["-999"])
    filled, dropped = read_csv(path, options=mean), read_csv(path, options=drop)
    assert len(data) == len(filled) == 60
    known = [value for i, value in enumerate(column) if i not in (2, 7, 8)]
    assert named(filled)["r"][8] == np.float32(round(float(np.mean(known)), 1))
    assert named(filled)["t=y"][2] == 1
    assert len(dropped) == 57
    assert dropped.lines is not None
    assert not {4, 9, 10} & {*dropped.lines.tolist()}
    assert "3 rows with a missing value were left out" in dropped.notices
    # Another table is read alike.
    other = tmp_path / "other.csv"
    other.write_text("r,t,p,q,kind\n-999,,1,2,a\n")
    again = named(read_csv(other, labels=("a", "b", "c"), like=filled.table))
    assert again["r"] == [named(filled)["r"][8]]
    assert again["t=y"] == [1]


def test_a_missing_label(tmp_path: Path) -> None:
    kinds = KINDS.copy()
    kinds[5] = ""
    path = table(tmp_path, ("kind", kinds))
    with pytest.raises(ThumbnetError, match="line 7: missing label: fill it in"):
        read_csv(path, label="kind")
    dropped = read_csv(path, label="kind", options=TableOptions(missing="drop"))
    assert len(dropped) == 59
    assert dropped.lines is not None
    assert 7 not in dropped.lines.tolist()


@pytest.mark.parametrize("last", ["row", "width"])
def test_a_label_that_is_not_last(tmp_path: Path, last: str) -> None:
    numbers = np.arange(60) if last == "row" else MEASURED[:, 0] * 2
    path = table(tmp_path, ("species", KINDS))
    lines = path.read_text().replace(",kind", f",{last}").splitlines()
    rows = [f"{line.rpartition(',')[0]},{n}" for line, n in zip(lines[1:], numbers, strict=True)]
    path.write_text("\n".join([lines[0], *rows]))
    said = f"which column is the label? The last one, {last!r}, holds numbers, and 'species' has"
    assert remedy(path, said, "--label 'species'").labels == ("a", "b", "c")
    numbers_too = remedy(path, said, f"--label {last!r}")
    np.testing.assert_allclose(numbers_too.y, numbers)
    assert "species=b" in named(numbers_too)


def test_several_numbers_to_predict(tmp_path: Path) -> None:
    path = tmp_path / "linnerud.csv"
    path.write_text(
        "a,b,weight,waist\n" + "".join(f"{i},{i % 3},{2 * i},{i}.5\n" for i in range(9))
    )
    for label in ("weight,waist", ["Weight", "waist"]):
        data = read_csv(path, label=label)
        assert data.labels is None
        assert data.y.tolist() == [[2 * i, i + 0.5] for i in range(9)]
        assert list(named(data)) == ["a", "b"]
    with pytest.raises(ThumbnetError, match="several label columns are numbers to predict"):
        read_csv(path, label="weight,waist", task="classification")
    with pytest.raises(ThumbnetError, match="'weight' is named twice"):
        read_csv(path, label="weight,weight")


def test_a_file_without_names(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("1,2,left\n2,3,right\n1,3,left\n4,2,right\n")
    with pytest.raises(ThumbnetError, match=r"no header: .* or give them with --names a,b,label"):
        read_csv(path)
    data = read_csv(path, options=TableOptions(names=("a", "b", "label")))
    assert named(data) == {"a": [1, 2, 1, 4], "b": [2, 3, 3, 2]}
    assert read_csv(path, labels=("left", "right"), like=data.table).y.tolist() == [0, 1, 0, 1]
    with pytest.raises(ThumbnetError, match="3 columns, but --names gives 2: name each of them"):
        read_csv(path, options=TableOptions(names=("a", "b")))
    path.write_text("a,b,label\n" + path.read_text())
    with pytest.raises(ThumbnetError, match=r"has the names of the columns, .*: leave out --names"):
        read_csv(path, options=TableOptions(names=("a", "b", "label")))


def test_the_remedy_for_doubtful_thousands(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("a;label\n1,065;x\n1,050;y\n735;x\n840;y\n")
    assert named(remedy(path, "may be 1065 or 1.065", "--decimal comma"))["a"][0] == np.float32(
        1.065
    )
    assert named(remedy(path, "may be 1065 or 1.065", "--decimal point"))["a"][0] == 1065


@pytest.mark.parametrize("suffix", [".xlsx", ".ods", ".json", ".parquet"])
def test_other_files_name_their_remedy(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"d{suffix}"
    path.write_bytes(b"PK\3\4")
    with pytest.raises(ThumbnetError, match=r"save (the sheet|it) as CSV"):
        load_dataset(path)
    path = path.rename(tmp_path / "d.csv")
    with pytest.raises(ThumbnetError, match="save the sheet as CSV"):
        load_dataset(path)


def test_options_are_for_tables(tmp_path: Path) -> None:
    with pytest.raises(ThumbnetError, match="are for CSV files, not here"):
        load_dataset("digits", options=TableOptions(ignore=("a",)))
    path = table(tmp_path)
    with pytest.raises(ThumbnetError, match="no column 'pp', the columns are 'p', 'q', 'kind': na"):
        read_csv(path, options=TableOptions(ignore=("pp",)))
    with pytest.raises(ThumbnetError, match="'kind' is the label and cannot be ignored"):
        read_csv(path, label="kind", options=TableOptions(ignore=("kind",)))


def test_what_is_unlike_is_not_proposed(tmp_path: Path) -> None:
    path = table(tmp_path, ("temperature", MEASURED[:, 0]))
    with pytest.raises(ThumbnetError, match="did you mean 'temperature'"):
        read_csv(path, label="temprature")
    with pytest.raises(ThumbnetError, match=r"name another$"):
        read_csv(path, label="pressure")


def test_rows_of_a_group_stay_together(tmp_path: Path) -> None:
    people = np.array(["ann", "bob", "eve", "joe", "kim", "lea"])[np.arange(60) // 10]
    data = read_csv(table(tmp_path, ("who", people)), options=TableOptions(group="who"))
    assert list(named(data)) == ["p", "q"]
    assert data.groups is not None
    assert data.groups.tolist() == (np.arange(60) // 10).tolist()
    for seed in range(4):
        train, test = train_test_split(data, 0.3, seed)
        assert train.groups is not None
        assert test.groups is not None
        assert (len(train), len(test)) == (40, 20)
        assert not {*train.groups} & {*test.groups}
        assert train.lines is not None
        assert test.lines is not None
        assert sorted([*train.lines, *test.lines]) == list(range(2, 62))
    alone = Dataset(data.x, np.arange(60) // 30, ("a", "b"), groups=np.arange(60) // 30)
    with pytest.raises(ThumbnetError, match="cannot hold out some of 2 groups"):
        train_test_split(alone)
