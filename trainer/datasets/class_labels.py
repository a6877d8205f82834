"""Class names and class indices, and the error for names that training did not see."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import ThumbnetError, quoted

LONGEST = 1000
"""Characters of a name."""
MOST_CLASSES = 10_000
"""Classes of a data set that is no table; no board has memory for so many scores."""


def check_classes(where: str, count: int) -> None:
    """Raise ThumbnetError for more classes than a network for a board can tell apart."""
    if count > MOST_CLASSES:
        raise ThumbnetError(
            f"{where}: {count:,} classes, at most {MOST_CLASSES:,} are read: save numbers to "
            "predict as floats, or leave classes out"
        )


def check_names(where: str, names: Sequence[str]) -> None:
    """Refuse a name that no file of Python can hold, or that is pages long.

    Parameters
    ----------
    where : str
        What messages call the source of the names.
    names : sequence of str
        The names.

    Raises
    ------
    ThumbnetError
        If a name is none.
    """
    for name in names:
        if len(name) > LONGEST or "\0" in name or any("\ud800" <= c <= "\udfff" for c in name):
            raise ThumbnetError(
                f"{where}: {name[:40]!r} is no name: it has a NUL, half a character, or more than "
                f"{LONGEST:,} characters"
            )


def canonical(values: Sequence[str]) -> list[str]:
    """Return the names of labels: stripped, and as integers if all of them are ("1.0" is "1")."""
    stripped = [value.strip() for value in values]
    try:
        numbers = [float(value) for value in stripped]
    except ValueError:
        return stripped
    if all(number.is_integer() and abs(number) < 2**53 for number in numbers):
        return [str(int(number)) for number in numbers]
    return stripped


def class_names(values: Sequence[str]) -> tuple[str, ...]:
    """Return the distinct names in order: by value if all are numbers, otherwise alphabetically."""
    distinct = set(values)
    try:
        return tuple(sorted(distinct, key=lambda name: (float(name), name)))
    except ValueError:
        return tuple(sorted(distinct))


def encode_labels(
    values: Sequence[str],
    labels: Sequence[str],
    where: str = "labels",
    lines: Sequence[int] | None = None,
) -> NDArray[np.int64]:
    """Encode class names as class indices.

    Parameters
    ----------
    values : sequence of str
        The n names.
    labels : sequence of str
        The names of the classes, in the order of their indices.
    where : str
        Names the source of the values in messages, such as a file.
    lines : sequence of int, optional
        The line of the file with each value; without it, messages count rows from 1.

    Returns
    -------
    ndarray, shape (n,)
        int64: the index in `labels` of each value.

    Raises
    ------
    ThumbnetError
        If a label is not among `labels`; the message names it and its row.
    """
    index = {label: i for i, label in enumerate(labels)}
    encoded = np.empty(len(values), dtype=np.int64)
    for i, value in enumerate(values):
        known = index.get(value)
        if known is None:
            row = f"row {i + 1}" if lines is None else f"line {lines[i]}"
            raise ThumbnetError(
                f"{where}, {row}: label {value!r} was not seen in training, "
                f"only {quoted(list(labels))}: correct it, or train again with it"
            )
        encoded[i] = known
    return encoded
