"""Warnings about a table: each names a remedy, after which it is silent."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from thumbnet.trainer import (
    Dataset,
    TableOptions,
    load_digits,
    on_both_sides,
    read_csv,
    table_warnings,
    train_test_split,
)

N = 80


def table(folder: Path, **columns: Any) -> Path:
    rng = np.random.default_rng(3)
    every = {"p": rng.normal(size=N).round(3), "q": rng.exponential(size=N).round(3), **columns}
    every.setdefault("kind", np.array(["a", "b"])[rng.integers(0, 2, N)])
    path = folder / "d.csv"
    rows = zip(*every.values(), strict=True)
    path.write_text("\n".join([",".join(every), *(",".join(map(str, row)) for row in rows)]))
    return path


def outlying(value: float, *at: int) -> list[float]:
    column = np.random.default_rng(1).normal(20, 3, N).round(2)
    column[[*at]] = value
    return column.tolist()


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (range(N), "'extra' counts the rows"),
        (range(5, 5 + 10 * N, 10), "'extra' counts the rows"),
        (np.arange(N) * 0.02, "'extra' counts the rows"),
        (np.random.default_rng(0).permutation(N), "'extra' has a number of its own for each row"),
        (np.cumsum(np.random.default_rng(0).integers(1, 5, N)), "'extra' rises from row to row"),
        ([7] * N, "'extra' is 7 in every row"),
    ],
)
def test_columns_that_tell_nothing(tmp_path: Path, column: Any, said: str) -> None:
    path = table(tmp_path, extra=column)
    (warning,) = table_warnings(read_csv(path))
    assert warning.startswith(said)
    assert warning.endswith("--ignore extra")
    assert not table_warnings(read_csv(path, options=TableOptions(ignore=["extra"])))


@pytest.mark.parametrize(
    ("value", "at", "where"),
    [
        (65535, (3, 9, 40, 41), "in lines 5, 11, 42 and 1 more"),
        (-999, (0,), "in line 2"),
        (-999, tuple(range(30)), "in lines 2, 3, 4 and 27 more"),
        (1e5, (79,), "in line 81"),
    ],
)
def test_readings_that_are_none(
    tmp_path: Path, value: float, at: tuple[int, ...], where: str
) -> None:
    path = table(tmp_path, **{"the sensor": outlying(value, *at), "count": [999, 1] * (N // 2)})
    (warning,) = table_warnings(read_csv(path))
    assert warning.startswith(f"'the sensor' is {value:.9g} {where}, but from 1")
    found = re.search(r"\(--na '(.*)' --missing drop\)", warning)
    assert found is not None
    rest = read_csv(path, options=TableOptions(na=[found[1]], missing="drop"))
    assert len(rest) == N - len(at)
    assert not table_warnings(rest)


@pytest.mark.parametrize(("value", "warned"), [(99, True), (98, False)])
def test_a_usual_sign_of_no_reading_may_be_nearer(
    tmp_path: Path, value: float, warned: bool
) -> None:
    column = np.random.default_rng(1).uniform(0, 45, N).round(2)
    column[3] = value
    said = table_warnings(read_csv(table(tmp_path, extra=column)))
    assert [one.startswith("'extra' is 99 in line 5, but") for one in said] == [True] * warned


def test_columns_that_say_the_same(tmp_path: Path) -> None:
    celsius = np.random.default_rng(0).normal(20, 3, N).round(1)
    path = table(tmp_path, c=celsius, f=(celsius * 1.8 + 32).round(2), again=celsius)
    first, second = table_warnings(read_csv(path))
    assert first == "'f' says the same as 'c', in another unit: --ignore f"
    assert second == "'again' says the same as 'c': --ignore again"
    assert not table_warnings(read_csv(path, options=TableOptions(ignore=["f", "again"])))
    # Yes and no as two inputs are not two columns.
    texts = np.array(["red", "blue"])[np.random.default_rng(1).integers(0, 2, N)]
    assert not table_warnings(read_csv(table(tmp_path, colour=texts)))


def test_classes(tmp_path: Path) -> None:
    kinds = ["setosa"] * 40 + ["Setosa"] * 2 + ["New York"] * 25 + ["new  york"] * 13
    path = table(tmp_path, kind=kinds)
    assert table_warnings(read_csv(path)) == [
        "classes with fewer than 10 rows: 'Setosa' (2): bring more of them, or join them with "
        "others",
        "labels that differ only in case or blanks: 'New York', 'new  york': write them alike",
        "labels that differ only in case or blanks: 'Setosa', 'setosa': write them alike",
    ]
    path.write_text(path.read_text().replace("Setosa", "setosa").replace("new  york", "New York"))
    assert not table_warnings(read_csv(path))


def test_rows_on_both_sides(tmp_path: Path) -> None:
    data = read_csv(table(tmp_path))
    train, test = train_test_split(data, seed=1)
    assert not on_both_sides(train, test)
    twice = np.concatenate([np.arange(N), np.arange(N)])
    train, test = train_test_split(data.take(twice), seed=1)
    said = on_both_sides(train, test)
    known = {tuple(row) for row in train.x.tolist()}
    count = sum(tuple(row) in known for row in test.x.tolist())
    assert said.startswith(f"{count} of 32 held-out rows are also among the rows to train (lines ")
    assert test.lines is not None
    lines = sorted(
        n for row, n in zip(test.x.tolist(), test.lines, strict=True) if (*row,) in known
    )
    assert f"(lines {lines[0]}, {lines[1]}, {lines[2]} and {count - 3} more)" in said
    assert on_both_sides(*train_test_split(Dataset(data.x[twice], data.y[twice], data.labels)))


def test_real_data_are_not_suspicious() -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    for name in ("breast_cancer", "wine", "diabetes"):
        bunch = getattr(datasets, f"load_{name}")(**({"scaled": False} if "dia" in name else {}))
        labels = None if name == "diabetes" else tuple(map(str, bunch.target_names))
        data = Dataset(bunch.data, bunch.target, labels)
        assert not table_warnings(data), name
    assert not table_warnings(load_digits())


def test_pixels_are_not_suspicious(tmp_path: Path) -> None:
    """Pixels at the edge never change, or twice, or with their neighbours."""
    pixels = np.random.default_rng(0).integers(0, 256, (N, 16))
    pixels[:, 0], pixels[:, 2] = 0, pixels[:, 1]
    pixels[:, 3] = 0
    pixels[5, 3] = 255
    named = {f"pixel_{k // 4}_{k % 4}": column for k, column in enumerate(pixels.T)}
    assert not table_warnings(read_csv(table(tmp_path, **named)))
    pixels[7, 5] = 256  # no byte
    assert len(table_warnings(read_csv(table(tmp_path, **named)))) == 2


def test_points_of_a_curve_are_not_suspicious(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("x,y\n" + "".join(f"{k / 10},{k * k / 100}\n" for k in range(N)))
    assert not table_warnings(read_csv(path))


def test_not_more_warnings_than_are_read(tmp_path: Path) -> None:
    said = table_warnings(read_csv(table(tmp_path, **{f"f{k}": [0.5] * N for k in range(40)})))
    assert len(said) == 13
    assert said[-1] == "28 more warnings like these are not shown"
