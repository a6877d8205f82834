"""`.npz` data: what is read, and all error messages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from thumbnet.trainer import ThumbnetError, load_dataset, read_npz

X = np.array([[1.0, 0.25], [2.0, 0.5], [3.0, -0.75]])
Y = np.array([0, 1, 0])


def save(folder: Path, **arrays: Any) -> Path:
    path = folder / "d.npz"
    np.savez(path, **arrays)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ThumbnetError) as caught:
        read_npz(path)
    assert "\n" not in str(caught.value)
    return str(caught.value).replace(f"{path.parent}/", "")


def test_classification(tmp_path: Path) -> None:
    data = load_dataset(save(tmp_path, x=X, y=Y, labels=["no", "yes"]))
    np.testing.assert_array_equal(data.x, X.astype(np.float32))
    assert (data.x.dtype, data.y.dtype) == (np.float32, np.int64)
    assert (data.y.tolist(), data.labels, data.name) == ([0, 1, 0], ("no", "yes"), "d")
    assert data.input_spec is not None
    assert data.input_spec.resolution == (1.0, 0.01)


@pytest.mark.parametrize(
    ("y", "labels", "indices", "names"),
    [
        (np.array([7, -1, 7]), None, [1, 0, 1], ("-1", "7")),
        (np.array([10, 9, 10]), None, [1, 0, 1], ("9", "10")),
        (np.array([True, False, True]), None, [1, 0, 1], ("0", "1")),
        (np.array(["b", "a", "b"]), None, [1, 0, 1], ("a", "b")),
        (np.array([b"b", b"a", b"b"]), None, [1, 0, 1], ("a", "b")),
        (np.array(["b", "a", "b"]), np.array(["b", "a"]), [0, 1, 0], ("b", "a")),
        (np.array([1.0, 0.0, 1.0]), np.array(["b", "a"]), [1, 0, 1], ("b", "a")),
    ],
)
def test_spellings_of_classes(
    tmp_path: Path, y: Any, labels: Any, indices: list[int], names: tuple[str, ...]
) -> None:
    extra = {} if labels is None else {"labels": labels}
    data = read_npz(save(tmp_path, x=X, y=y, **extra))
    assert (data.y.tolist(), data.labels) == (indices, names)


def test_regression(tmp_path: Path) -> None:
    data = read_npz(save(tmp_path, x=X, y=np.array([1.0, 2.0, 3.0], np.float32)))
    assert not data.is_classification
    assert data.y.dtype == np.float64


def test_pictures_become_rows(tmp_path: Path) -> None:
    data = read_npz(save(tmp_path, x=np.arange(18, dtype=np.uint8).reshape(3, 2, 3), y=Y))
    assert data.x.shape == (3, 6)
    assert data.x.dtype == np.uint8
    assert data.image_shape == (2, 3)


@pytest.mark.parametrize(("dtype", "most"), [(np.uint8, 255.0), (np.bool_, 1.0)])
def test_bytes_and_bits_declare_their_range(tmp_path: Path, dtype: Any, most: float) -> None:
    for shape in ((3, 2), (3, 2, 2), (3, 2, 2, 3)):
        spec = read_npz(save(tmp_path, x=np.ones(shape, dtype), y=Y)).input_spec
        assert spec is not None
        assert (spec.minimum, spec.maximum, spec.resolution) == (0.0, most, 1.0)


def test_pixels_have_one_resolution(tmp_path: Path) -> None:
    """A pixel that is dark in all training images has the same resolution as the others."""
    x = np.array([[0.001, 0.5], [0.002, 1.0], [0.003, 0.25]])
    for shape, resolution in (((3, 2), (0.001, 0.01)), ((3, 1, 2), 0.001), ((3, 1, 1, 2), 0.001)):
        spec = read_npz(save(tmp_path, x=x.reshape(shape), y=Y)).input_spec
        assert spec is not None
        assert spec.resolution == resolution


@pytest.mark.parametrize(
    ("dtype", "values", "resolution"),
    [
        (np.float32, [0.1, 0.2, 1000.3], 0.1),
        (np.float64, [0.1, 0.2, 0.125], 0.001),
        (np.float64, [1 / 3, 0.2, 0.1], 1e-6),
        (np.float64, [1 / 3, 0.2, 100], 1e-3),
        (np.float32, [1.5e-6, 2e-6, 3.5e-6], 1e-7),
        (np.float64, [1.23456e-6, 2e-6, 3e-6], 1e-11),
        (np.int16, [1, 2, 3], 1.0),
        (np.float32, [1, 2, 3], 1.0),
    ],
)
def test_resolution(tmp_path: Path, dtype: Any, values: list[float], resolution: float) -> None:
    data = read_npz(save(tmp_path, x=np.array(values, dtype)[:, None], y=Y))
    assert data.input_spec is not None
    assert data.input_spec.resolution == resolution


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (
            {"x": X},
            "d.npz: no array 'y', only 'x': "
            "write it with numpy.savez_compressed(path, x=..., y=...)",
        ),
        (
            {"data": X},
            "d.npz: no array 'x', only 'data': "
            "write it with numpy.savez_compressed(path, x=..., y=...)",
        ),
        ({"x": X[:, 0], "y": Y}, "d.npz: x has shape (3,), expected (examples, features)"),
        ({"x": X[:0], "y": Y[:0]}, "d.npz: x has shape (0, 2), expected (examples, features)"),
        ({"x": X, "y": Y[:2]}, "d.npz: y has shape (2,), expected (3,) as x has rows"),
        ({"x": X[:1], "y": Y[:1]}, "d.npz: one example is too few to learn from"),
        (
            {"x": np.where(X == 0.5, np.nan, X), "y": Y},
            "d.npz: x[1, 1] is nan: remove or fix the row",
        ),
        (
            {"x": np.where(X == 3, -np.inf, X), "y": Y},
            "d.npz: x[2, 0] is -inf: remove or fix the row",
        ),
        (
            {"x": X, "y": np.array([1.0, np.nan, 2.0])},
            "d.npz: y[1] is nan: remove or fix the row",
        ),
        ({"x": X.astype(str), "y": Y}, "d.npz: array 'x' is <U32, expected numbers"),
        ({"x": X * 1j, "y": Y}, "d.npz: array 'x' is complex128, expected numbers"),
        (
            {"x": X, "y": np.array([1, "a", None], object)},
            "d.npz: array 'y' holds Python objects (pickle), records or dates, which are "
            "never loaded: save it as numbers or text",
        ),
        (
            {"x": X, "y": Y * 0},
            "d.npz: all examples have the same class, at least two are needed",
        ),
        (
            {"x": X, "y": Y + 1, "labels": ["a", "b"]},
            "d.npz: y must hold whole numbers from 0 to 1, the indices of its 2 labels",
        ),
        (
            {"x": X, "y": Y + 0.5, "labels": ["a", "b"]},
            "d.npz: y must hold whole numbers from 0 to 1, the indices of its 2 labels",
        ),
        (
            {"x": X, "y": ["a", "b", "c"], "labels": ["a", "b"]},
            "d.npz: y, row 3: label 'c' was not seen in training, only 'a', 'b': "
            "correct it, or train again with it",
        ),
        ({"x": X, "y": Y, "labels": ["a", "a"]}, "d.npz: labels names a class twice"),
        ({"x": X, "y": Y, "labels": 3.5}, "d.npz: labels must be a list of class names"),
        (
            {"x": X * 1e6, "y": Y},
            "d.npz: x[:, 0]: values from 1e+06 to 3e+06 do not fit the board's integers, "
            "which reach 1048575 (with a margin of that range on both sides): "
            "use a larger unit or subtract a constant",
        ),
    ],
)
def test_refusals(tmp_path: Path, arrays: dict[str, Any], message: str) -> None:
    assert refusal(save(tmp_path, **arrays)) == message


def test_refusals_of_what_is_no_npz(tmp_path: Path) -> None:
    path = save(tmp_path, x=X, y=Y)
    whole = path.read_bytes()
    no_npz = "d.npz: not an .npz file: write one with numpy.savez_compressed(path, x=..., y=...)"
    path.write_bytes(whole[:-30])
    assert refusal(path) == no_npz
    path.write_bytes(b"hello")
    assert refusal(path) == no_npz
    path.write_bytes(b"")
    assert refusal(path) == "d.npz: the file is empty"
    np.save(tmp_path / "e.npy", X)
    path.write_bytes((tmp_path / "e.npy").read_bytes())
    assert refusal(path) == (
        "d.npz: a single array, expected x and y: "
        "write them with numpy.savez_compressed(path, x=..., y=...)"
    )
    at = whole.index(X.tobytes())
    path.write_bytes(whole[:at] + b"\1" + whole[at + 1 :])
    assert refusal(path) == "d.npz: array 'x' is damaged: Bad CRC-32 for file 'x.npy'"


def test_what_is_not_one_class_for_each_row(tmp_path: Path) -> None:
    assert refusal(save(tmp_path, x=X, y=np.eye(3))).endswith(
        "expected (3,) as x has rows: save the index of each row's class, y.argmax(axis=1)"
    )
    x = np.random.default_rng(0).normal(size=(60, 2)).round(2)
    assert refusal(save(tmp_path, x=x, y=np.arange(60))).endswith(
        "y holds 60 different whole numbers in 60 rows, which are read as classes: to predict "
        "numbers, save y as floats"
    )
    assert read_npz(save(tmp_path, x=x, y=np.arange(60) // 3)).labels is not None


def test_several_numbers_to_predict(tmp_path: Path) -> None:
    y = np.array([[0.5, 1.0], [2.0, 0.0], [1.0, 1.0]])
    data = load_dataset(save(tmp_path, x=X, y=y))
    assert (data.y.tolist(), data.labels) == (y.tolist(), None)
    y[1, 0] = np.inf
    assert "y[1, 0] is inf" in refusal(save(tmp_path, x=X, y=y))
    whole = refusal(save(tmp_path, x=X, y=np.array([[0, 1], [2, 0], [1, 1]])))
    assert whole.endswith("as x has rows: to predict several numbers, save y as floats")
