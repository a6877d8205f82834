"""Rows for a trained network: without the label, without names, without a table around them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from thumbnet.trainer import Dataset, RowReader, ThumbnetError, WrongColumns, load_dataset, read_csv

TRAINED = "a,b,kind\n1.5,2,x\n2.5,1,y\n3.5,0,x\n0.5,5,y\n"


def load(path: Path, text: str, inputs: int | None = 2, **options: object) -> Dataset:
    path.write_text(text)
    return load_dataset(path, inputs=inputs, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        ("a,b\n1,2\n3,4\n", False),
        ("1,2\n3,4\n", False),
        ("a,b,kind\n1,2,\n3,4,\n", False),
        ("a,b,kind\n1,2,x\n3,4,x\n", True),
        ("1,2,x\n3,4,x\n", True),
        ("a,b,kind\n1,2,x\n3,4,\n", None),
    ],
)
def test_a_table_for_a_network_of_two_inputs(
    text: str, answered: bool | None, tmp_path: Path
) -> None:
    if answered is None:
        with pytest.raises(ThumbnetError, match="line 3: missing label: fill it in"):
            load(tmp_path / "t.csv", text)
        return
    rows = load(tmp_path / "t.csv", text)
    assert rows.x.tolist() == [[1, 2], [3, 4]]
    assert rows.answered is answered
    assert np.isnan(rows.y).all() != answered
    # To train on, a table needs its label.
    with pytest.raises(ThumbnetError):
        load(tmp_path / "t.csv", text, inputs=None)


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        ("b,more,a\n2,text,1\n4,text,3\n", False),
        ("kind,b,a\nx,2,1\nnew,4,3\n", True),
        ("1,2\n3,4\n", False),
    ],
)
def test_a_table_like_that_of_the_training(text: str, answered: bool, tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text(TRAINED)
    like = read_csv(tmp_path / "train.csv").table
    rows = load(tmp_path / "t.csv", text, like=like)
    assert rows.x.tolist() == [[1, 2], [3, 4]]
    assert rows.answered is answered
    assert rows.labels == (("new", "x") if answered else None)


def test_arrays(tmp_path: Path) -> None:
    x = np.arange(6.0).reshape(3, 2)
    np.save(tmp_path / "x.npy", x)
    np.savez(tmp_path / "x.npz", x=x)
    np.savez(tmp_path / "one.npz", x=x[:1], y=["a"])
    for name in ("x.npy", "x.npz"):
        rows = load_dataset(tmp_path / name, inputs=2)
        assert not rows.answered
        assert rows.x.tolist() == x.tolist()
        with pytest.raises(ThumbnetError, match=r"savez_compressed\(.*, x=\.\.\., y=\.\.\.\)"):
            load_dataset(tmp_path / name)
    assert load_dataset(tmp_path / "one.npz", inputs=2).answered
    (tmp_path / "x.npy").write_bytes((tmp_path / "x.npy").read_bytes()[:-1])
    with pytest.raises(ThumbnetError, match=r"x\.npy: not an \.npy file, or damaged"):
        load_dataset(tmp_path / "x.npy", inputs=2)


def test_lines_with_and_without_names(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text(TRAINED)
    like = read_csv(tmp_path / "train.csv").table
    for lines in (["1,2"], ["1 2\n"], ["1;2"], ["1\t2"], ["1,2,"], ["B,t,A", "2,x,1"]):
        reader = RowReader("input", like, 2)
        found = [reader.read(k, line) for k, line in enumerate(lines, 1)]
        assert [row is None for row in found[:-1]] == [True] * (len(lines) - 1)
        assert found[-1] is not None
        assert found[-1].tolist() == [1, 2]
    reader = RowReader("input", like, 2)
    assert reader.read(1, "a,b") is None
    assert reader.read(2, "a,b") is None  # the log was begun again
    with pytest.raises(ThumbnetError, match=r"input, line 3: 3 values, but a row has 2: 'a', 'b'"):
        reader.read(3, "1,2,3")
    with pytest.raises(ThumbnetError, match=r"input, line 4, column 'b': missing value$"):
        reader.read(4, "1,")
    with pytest.raises(WrongColumns, match=r"input, line 1: the header lacks 'b'"):
        RowReader("input", like, 2).read(1, "a,c")


def test_lines_of_plain_numbers() -> None:
    reader = RowReader("input", None, 3)
    assert reader.read(1, "one,two,three") is None
    row = reader.read(2, "1e3, -2 ,.5")
    assert row is not None
    assert row.tolist() == [1000, -2, 0.5]
