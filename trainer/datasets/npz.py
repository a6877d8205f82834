"""Data sets in NumPy's `.npz`: arrays `x` and `y`, and optionally class names in `labels`."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ThumbnetError, quoted
from ..files.npz import (
    Damaged,
    NotNumbers,
    TooLarge,
    names_of,
    open_archive,
    parse_array,
    read_array,
)
from ..files.reading import read_bytes
from .class_labels import check_classes, class_names, encode_labels
from .dataset import LARGEST, Dataset, check_features
from .resolution import spec_of

Array = NDArray[Any]


def _arrays(path: str | os.PathLike[str], trained: bool) -> dict[str, Array]:
    """Return x, y and, if present, labels. Never unpickles."""
    data = read_bytes(path)
    if data.startswith(b"\x93NUMPY"):
        raise ThumbnetError(
            f"{path}: a single array, expected x and y: write them with "
            "numpy.savez_compressed(path, x=..., y=...)"
        )
    arrays: dict[str, Array] = {}
    try:
        with open_archive(data) as archive:
            found = names_of(archive)
            for name in ("x", "y", "labels"):
                if name in found:
                    arrays[name] = _array(path, archive, name)
    except TooLarge as error:
        raise ThumbnetError(
            f"{path}: is not read: {error}: write numpy.savez instead, or fewer rows"
        ) from error
    except Damaged as error:
        raise ThumbnetError(
            f"{path}: not an .npz file: write one with numpy.savez_compressed(path, x=..., y=...)"
        ) from error
    for name in ("x",) if trained else ("x", "y"):
        if name not in arrays:
            raise ThumbnetError(
                f"{path}: no array {name!r}, only {quoted(found) or 'nothing'}: "
                "write it with numpy.savez_compressed(path, x=..., y=...)"
            )
    return arrays


_MANY_CLASSES = 20
"""More classes than this, of two rows each or less, are no classes."""


def _array(path: str | os.PathLike[str], archive: zipfile.ZipFile, name: str) -> Array:
    try:
        return read_array(archive, name)
    except NotNumbers as error:
        raise ThumbnetError(
            f"{path}: array {name!r} holds Python objects (pickle), records or dates, which are "
            "never loaded: save it as numbers or text"
        ) from error
    except Damaged as error:
        raise ThumbnetError(f"{path}: array {name!r} is damaged: {error}") from error


def _finite(path: str | os.PathLike[str], name: str, values: Array) -> None:
    if values.dtype.kind not in "biuf":
        raise ThumbnetError(f"{path}: array {name!r} is {values.dtype}, expected numbers")
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        at = tuple(int(i) for i in bad[0])
        raise ThumbnetError(
            f"{path}: {name}[{', '.join(map(str, at))}] is {values[at]}: remove or fix the row"
        )
    largest = max(abs(float(values.min())), abs(float(values.max())))
    if largest > LARGEST:
        raise ThumbnetError(
            f"{path}: {name} reaches {largest:g}, at most {LARGEST:g} is read: use a larger unit"
        )


def read_npy(path: str | os.PathLike[str]) -> Dataset:
    """Read rows for a trained network from an `.npy` file, a single array like x of `read_npz`."""
    try:
        x = parse_array(bytearray(read_bytes(path)))
        _check_rows(path, x)
    except NotNumbers as error:
        raise ThumbnetError(
            f"{path}: holds Python objects (pickle), records or dates, which are never loaded: "
            "save it as numbers"
        ) from error
    except Damaged as error:
        raise ThumbnetError(f"{path}: not an .npy file, or damaged: {error}") from error
    return _dataset(path, x, None, None)


def read_npz(path: str | os.PathLike[str], trained: bool = False) -> Dataset:
    """Read a data set from an `.npz` file.

    Pickled objects are never loaded.

    Parameters
    ----------
    path : path
        The file. Its arrays: x: (n, features), or images (n, height, width), which become flat rows
        with `image_shape`, or more axes, which stay as they are. uint8 has the range 0 to 255; all
        pixels have one resolution. y: (n,) text or whole numbers (classification) or floats
        (regression), or (n, outputs) floats (regression). With `labels`, y holds indices into it,
        or names from it. labels: optional names of the classes.
    trained : bool
        Whether a trained network reads the rows: y may then be missing, or of one class.

    Returns
    -------
    Dataset

    Raises
    ------
    ThumbnetError
        If anything is wrong; the message names the array and the place.
    """
    arrays = _arrays(path, trained)
    x = arrays["x"]
    _check_rows(path, x)
    if "y" not in arrays:
        return _dataset(path, x, None, None)
    y = arrays["y"]
    several = y.ndim == 2 and len(y) == len(x) and "labels" not in arrays and _are_numbers(y)
    if y.shape != (len(x),) and not several:
        remedy = ""
        if y.ndim == 2 and len(y) == len(x):
            numbers = y.dtype.kind in "iu" and not np.isin(y, (0, 1)).all()
            remedy = ": save the index of each row's class, y.argmax(axis=1)"
            remedy = ": to predict several numbers, save y as floats" if numbers else remedy
        raise ThumbnetError(
            f"{path}: y has shape {y.shape}, expected ({len(x)},) as x has rows{remedy}"
        )
    if len(x) < 2 and not trained:
        raise ThumbnetError(f"{path}: one example is too few to learn from")
    labels: tuple[str, ...] | None = None
    if "labels" in arrays:
        given = arrays["labels"]
        if given.ndim != 1 or given.dtype.kind not in "USiu":
            raise ThumbnetError(f"{path}: labels must be a list of class names")
        labels = tuple(_text(given))
        if len(set(labels)) != len(labels):
            raise ThumbnetError(f"{path}: labels names a class twice")
    if y.dtype.kind in "US" or (y.dtype.kind in "biu" and labels is None):
        # Booleans are the classes 0 and 1.
        names = _text(y.astype(np.int64) if y.dtype.kind == "b" else y)
        if labels is None:
            labels = class_names(names)
            if y.dtype.kind in "iu" and len(labels) > max(_MANY_CLASSES, len(y) / 2):
                raise ThumbnetError(
                    f"{path}: y holds {len(labels)} different whole numbers in {len(y)} rows, "
                    "which are read as classes: to predict numbers, save y as floats"
                )
        check_classes(str(path), len(labels))
        y = encode_labels(names, labels, f"{path}: y")
    else:
        _finite(path, "y", y)
        if labels is not None and bool(np.any((y != np.floor(y)) | (y < 0) | (y >= len(labels)))):
            raise ThumbnetError(
                f"{path}: y must hold whole numbers from 0 to {len(labels) - 1}, "
                f"the indices of its {len(labels)} labels"
            )
    if labels is not None and len(np.unique(y)) < 2 and not trained:
        raise ThumbnetError(f"{path}: all examples have the same class, at least two are needed")
    return _dataset(path, x, y, labels)


def _check_rows(path: str | os.PathLike[str], x: Array) -> None:
    if x.ndim < 2 or 0 in x.shape:
        raise ThumbnetError(f"{path}: x has shape {x.shape}, expected (examples, features)")
    check_features(str(path), x.shape[1:], is_picture=x.ndim > 2)
    _finite(path, "x", x)


def _dataset(
    path: str | os.PathLike[str], x: Array, y: Array | None, labels: tuple[str, ...] | None
) -> Dataset:
    """Return the data set of arrays that were checked; without y, its rows have no answers."""
    is_picture = x.ndim == 3
    image_shape = (x.shape[1], x.shape[2]) if is_picture else None
    if is_picture:
        x = x.reshape(len(x), -1)
    pictures = is_picture or x.ndim > 3
    return Dataset(
        x,
        np.full(len(x), np.nan) if y is None else y,
        labels=labels,
        input_spec=spec_of(x, f"{path}: x", pictures),
        name=Path(path).stem,
        image_shape=image_shape,
        answered=y is not None,
    )


def _are_numbers(y: Array) -> bool:
    """Return whether these are several floats to predict for each row, and no one-hot classes."""
    return y.dtype.kind == "f" and y.size > 0 and not np.isin(y, (0, 1)).all()


def _text(values: Array) -> list[str]:
    if values.dtype.kind == "S":
        return [value.decode("utf-8", "replace") for value in values.tolist()]
    return [str(value) for value in values.tolist()]
