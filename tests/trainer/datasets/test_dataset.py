"""`Dataset`, `InputSpec`, `train_test_split`, `load_dataset` and labels."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thumbnet.trainer import (
    Dataset,
    InputSpec,
    ThumbnetError,
    encode_labels,
    load_dataset,
    load_digits,
    load_split,
    train_test_split,
)


def classes(sizes: list[int]) -> Dataset:
    y = np.repeat(np.arange(len(sizes)), sizes)
    return Dataset(np.arange(len(y))[:, None], y, labels=tuple(f"c{i}" for i in range(len(sizes))))


@settings(deadline=None)
@given(
    sizes=st.lists(st.integers(1, 30), min_size=2, max_size=6).filter(lambda s: sum(s) > 12),
    test_size=st.floats(0.1, 0.9),
    seed=st.integers(0, 5),
)
def test_stratified(sizes: list[int], test_size: float, seed: int) -> None:
    data = classes(sizes)
    wanted = round(len(data) * test_size)
    if wanted > len(data) - len(sizes):
        wanted = len(data) - len(sizes)  # one of each class stays in train
    train, test = train_test_split(data, test_size=test_size, seed=seed)
    assert len(test) == wanted
    together = np.concatenate([train.x, test.x]).ravel().tolist()
    assert sorted(together) == list(range(len(data))), "every example in exactly one part"
    assert set(train.y.tolist()) == set(range(len(sizes)))
    if wanted == round(len(data) * test_size):
        shares = np.bincount(test.y, minlength=len(sizes))
        ideal = np.array(sizes) * wanted / len(data)
        free = ideal <= np.array(sizes) - 1
        if free.all():
            assert np.all(np.abs(shares - ideal) < 1)
    for part in (train, test):
        np.testing.assert_array_equal(data.y[part.x.ravel().astype(int)], part.y)


def test_seeds() -> None:
    data = load_digits()
    first, again, other = (train_test_split(data, seed=seed)[1] for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.x, again.x)
    assert not np.array_equal(first.x, other.x)
    assert len(first) == 359
    assert (first.labels, first.input_spec) == (data.labels, data.input_spec)
    assert (first.name, first.image_shape) == ("digits", (8, 8))
    assert np.any(np.diff(first.y) < 0), "shuffled"


def test_counts_regression_and_no_stratification() -> None:
    data = classes([50, 50])
    assert len(train_test_split(data, test_size=7)[1]) == 7
    numbers = Dataset(data.x, data.y * 1.5)
    train, test = train_test_split(numbers, test_size=0.25, seed=3)
    assert (len(train), len(test)) == (75, 25)
    assert not test.is_classification
    rare = [train_test_split(classes([50, 1]), 0.5, s, stratify=False)[1] for s in range(9)]
    assert any(1 in test.y for test in rare)


@pytest.mark.parametrize("size", [0.0, 1.0, -0.5, 1.5, float("nan")])
def test_refusal_of_a_share(size: float) -> None:
    with pytest.raises(ThumbnetError) as caught:
        train_test_split(classes([5, 5]), test_size=size)
    assert str(caught.value) == (
        f"test_size is {size}: give a share between 0 and 1, such as 0.2, or a count"
    )


def test_refusal_of_empty_parts() -> None:
    for size, count in ((0.01, 0), (10, 10), (0, 0)):
        with pytest.raises(ThumbnetError) as caught:
            train_test_split(classes([5, 5]), test_size=size)
        assert str(caught.value) == (
            f"cannot hold out {count} of 10 examples: both parts need at least one, "
            "change test_size or bring more data"
        )
    with pytest.raises(ThumbnetError) as caught:
        train_test_split(classes([1, 1, 1]), test_size=1)
    assert str(caught.value) == (
        "cannot hold out 1 of 3 examples with one of each class left to train on: "
        "bring more data, or pass stratify=False"
    )


def test_input_spec() -> None:
    spec = InputSpec((2, 3), names=list("abcdef"), resolution=0.25, minimum=[0] * 6)  # type: ignore[arg-type]
    assert spec.features == 6
    assert spec.names == tuple("abcdef")
    assert spec.minimum == (0.0,) * 6
    through_json = json.loads(json.dumps(spec.get_config()))
    assert InputSpec.from_config(through_json) == spec
    with pytest.raises(dataclasses.FrozenInstanceError):
        spec.resolution = 1.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"shape": ()}, "shape is (), it must be like (784,): positive sizes"),
        ({"shape": (0,)}, "shape is (0,), it must be like (784,): positive sizes"),
        ({"shape": (2,), "names": ("a",)}, "1 names for 2 features"),
        (
            {"shape": (2,), "minimum": (1, 2, 3)},
            "minimum has 3 values for 2 features: give one number, or one for each feature",
        ),
        (
            {"shape": (2,), "maximum": float("inf")},
            "maximum is inf, it must be a finite number",
        ),
        (
            {"shape": (2,), "maximum": (1, float("nan"))},
            "maximum holds NaN or infinity, give finite numbers",
        ),
        (
            {"shape": (2,), "resolution": 0.3},
            "resolution 0.3 is not 1/N for a positive integer N (1.0, 0.5, 0.1, 0.01 ...)",
        ),
        (
            {"shape": (2,), "resolution": (1, 10)},
            "resolution 10 is not 1/N for a positive integer N (1.0, 0.5, 0.1, 0.01 ...)",
        ),
        (
            {"shape": (2,), "resolution": 0},
            "resolution 0 is not 1/N for a positive integer N (1.0, 0.5, 0.1, 0.01 ...)",
        ),
        (
            {"shape": (2,), "minimum": (0, 5), "maximum": 4},
            "a minimum is larger than its maximum",
        ),
    ],
)
def test_refusals_of_input_spec(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ThumbnetError) as caught:
        InputSpec(**fields)
    assert str(caught.value) == f"InputSpec: {message}"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"x": np.zeros(3), "y": np.zeros(3)},
            "x has shape (3,), it must be (examples, features)",
        ),
        (
            {"x": np.zeros((3, 2)), "y": np.zeros((3, 1))},
            "y has shape (3, 1), it must be (3,): one for each row of x",
        ),
        (
            {"x": np.zeros((3, 2)), "y": [0, 1, 2], "labels": ("a", "b")},
            "y holds class indices from 0 to 2, but there are 2 labels: they must be 0 to 1",
        ),
        (
            {"x": np.zeros((3, 2)), "y": [0, 1, 2], "input_spec": InputSpec((3,))},
            "input_spec is for shape (3,), x has (2,)",
        ),
        (
            {"x": np.zeros((3, 2)), "y": [0, 1, 2], "image_shape": (2, 2)},
            "image_shape (2, 2) does not hold 2 pixels",
        ),
    ],
)
def test_refusals_of_dataset(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ThumbnetError) as caught:
        Dataset(**fields, name="d")
    assert str(caught.value) == f"data set 'd': {message}"


def test_encode_labels() -> None:
    assert encode_labels(["b", "a", "b"], ("a", "b")).tolist() == [1, 0, 1]
    known = [f"k{i}" for i in range(14)]
    with pytest.raises(ThumbnetError) as caught:
        encode_labels(["k1", "new"], known, "today's file")
    shown = ", ".join(repr(k) for k in known[:12])
    assert str(caught.value) == (
        "today's file, row 2: label 'new' was not seen in training, "
        f"only {shown} and 2 more: correct it, or train again with it"
    )


def test_load_dataset_by_path(tmp_path: Path) -> None:
    for name, text in (("a.csv", "a,k\n"), ("b.tsv", "a\tk\n"), ("c.txt", "a;k\n")):
        path = tmp_path / name
        path.write_text(text + "1 k\n2 l\n3 k\n4 l\n".replace(" ", text[1]))
        assert load_dataset(path).labels == ("k", "l")
    path = tmp_path / "d.csv"
    path.write_text("k,a\n1.5,7\n2.5,8\n1.5,7\n2.5,8\n")
    data = load_dataset(str(path), label="K")
    assert (data.x.ravel().tolist(), data.y.tolist()) == ([7, 8, 7, 8], [1.5, 2.5, 1.5, 2.5])


def test_load_split_of_one_file() -> None:
    train, test = load_split("digits", test_size=0.5, seed=1)
    assert (len(train), len(test)) == (899, 898)


@pytest.mark.parametrize(
    ("name", "label", "message"),
    [
        ("digit", None, "no data set 'digit': use 'digits', 'mnist' or a file: "
         "did you mean 'digits'?"),
        ("qqq", None, "no data set 'qqq': use 'digits', 'mnist' or a file: "
         "give a .csv, a .npz or IDX files"),
        ("digits", "y", "digits: a label column can be chosen in CSV files only, not here"),
        ("no-idx3", None, "no-idx3: no such file: check the name and the folder"),
    ],
)  # fmt: skip
def test_refusals_of_load_dataset(name: str, label: str | None, message: str) -> None:
    with pytest.raises(ThumbnetError) as caught:
        load_dataset(name, label=label)
    assert str(caught.value) == message


def test_refusal_of_an_unknown_kind_of_file(tmp_path: Path) -> None:
    path = tmp_path / "a.xyz"
    path.write_text("hello")
    with pytest.raises(
        ThumbnetError, match=r"cannot tell what kind of data this is: if it is a table"
    ):
        load_dataset(path)


def test_a_folder_of_sounds_and_an_empty_one_are_named(tmp_path: Path) -> None:
    with pytest.raises(ThumbnetError, match=r"the folder is empty: .*/walk/1\.csv"):
        load_dataset(tmp_path)
    (tmp_path / "yes").mkdir()
    (tmp_path / "yes" / "1.FLAC").write_text("fLaC")
    with pytest.raises(ThumbnetError, match="a folder of sounds is learnt with --sound"):
        load_dataset(tmp_path)


@pytest.mark.parametrize("name", ["a/1.txt", "a/1.csv", "1.log", "a/b/1.json", "a.zip"])
def test_a_folder_of_recordings_is_named(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("1,2")
    with pytest.raises(ThumbnetError, match=r"a folder of recordings is cut .* --window 100"):
        load_dataset(tmp_path)
    path.rename(path.with_suffix(".jpg"))
    with pytest.raises(ThumbnetError, match="no pair of IDX files here"):
        load_dataset(tmp_path)
