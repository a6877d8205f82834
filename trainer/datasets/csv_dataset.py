"""Data sets in CSV: a header, numeric features, one label column."""

from __future__ import annotations

import difflib
import os
import sys
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import ThumbnetError, quoted
from ..files.number_format import POINT, NumberFormat, TooLarge, unit_of
from ..files.text_tables import read_table
from .class_labels import canonical, class_names, encode_labels
from .dataset import Dataset
from .input_spec import InputSpec
from .resolution import resolution_for, shared

Task = Literal["auto", "classification", "regression"]
FEW_CLASSES = 20
"""Whole numbers with more distinct values than this are values to predict, not classes."""
USUAL_LABELS = ("label", "class", "target", "y")
"""Names of a label column, if none is given."""
_MOST_CLASSES = 256
_FEWEST_ROWS = 4


def label_column(path: str | os.PathLike[str], header: list[str], label: str | None) -> int:
    """Return the index of the label column: the one named, or the one with a usual name."""
    lower = [name.lower() for name in header]
    if label is not None:
        if label in header:
            return header.index(label)
        if label.lower() in lower:
            return lower.index(label.lower())
        close = difflib.get_close_matches(label.lower(), lower, n=1)
        hint = f": did you mean {header[lower.index(close[0])]!r}?" if close else ": name another"
        raise ThumbnetError(f"{path}: no column {label!r}, the columns are {quoted(header)}{hint}")
    for usual in USUAL_LABELS:
        if usual in lower:
            at = lower.index(usual)
            # In the columns x, y, z, gesture, y is an axis.
            is_axis = usual == "y" and at > 0 and lower[at - 1] == "x" and at < len(header) - 1
            if not is_axis:
                return at
    return len(header) - 1


def _task_of(
    values: Sequence[str], where: str, lines: Sequence[int], form: NumberFormat = POINT
) -> Task:
    """Return what a label column is for: classes, or numbers to predict."""
    numbers: list[float] = []
    first_bad: tuple[int, str] | None = None
    for line, value in zip(lines, values, strict=True):
        try:
            numbers.append(form.parse(value)[0])
        except TooLarge as error:  # a number all the same, and no class
            raise ThumbnetError(f"{where}, line {line}: {error}") from None
        except ValueError as error:
            first_bad = first_bad or (line, str(error))
    distinct = len(set(numbers))
    whole = all(number.is_integer() for number in numbers)
    if first_bad is None:
        is_few = distinct <= min(FEW_CLASSES, max(2, len(numbers) // 2))
        return "classification" if whole and is_few else "regression"
    if len(numbers) > len(values) / 2 and (not whole or distinct > FEW_CLASSES):
        # These are numbers to predict with a mistake among them, not hundreds of classes.
        raise ThumbnetError(f"{where}, line {first_bad[0]}: {first_bad[1]}")
    if _have_units(values) and len(set(values)) > FEW_CLASSES:
        raise ThumbnetError(
            f"{where}, line {first_bad[0]}: {first_bad[1]} "
            "(or ask for classes with --task classification)"
        )
    return "classification"


def _have_units(values: Sequence[str]) -> bool:
    """Whether most values are a number followed by text: "20.1 C"."""
    return sum(map(bool, map(unit_of, values))) > len(values) / 2


def _remedy_for_many(values: Sequence[str]) -> str:
    """Say what to do about a label column with too many classes."""
    if _have_units(values):
        unit = next(filter(None, map(unit_of, values)))
        return f"text follows the numbers, remove {unit!r} from the column to predict them"
    try:
        _targets(values, range(len(values)), "")
    except ThumbnetError:
        return "this is not a label column, name another one"
    return "predict numbers with --task regression, or name another label column"


def _classes(
    values: Sequence[str],
    lines: Sequence[int],
    known: Sequence[str] | None,
    path: str | os.PathLike[str],
    column: str,
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return (class indices, class names) of a label column."""
    where = f"{path}, column {column!r}"
    for line, value in zip(lines, values, strict=True):
        if not value:
            raise ThumbnetError(f"{where}, line {line}: missing label: fill it in")
    if known is not None:
        # "1.0" means the known class "1", unless "1.0" itself is known.
        names = list(values) if set(values) <= set(known) else canonical(values)
        return encode_labels(names, known, where, lines), tuple(known)
    names = canonical(values)
    labels = class_names(names)
    if len(labels) == 1:
        raise ThumbnetError(
            f"{where}: every row has class {labels[0]!r}: at least two classes are needed"
        )
    if len(labels) > _MOST_CLASSES or (len(labels) == len(values) and len(labels) > 2):
        raise ThumbnetError(
            f"{where}: {len(labels)} classes in {len(values)} rows, such as {values[0][:40]!r}: "
            f"{_remedy_for_many(values)}"
        )
    return encode_labels(names, labels, where, lines), labels


def read_csv(
    path: str | os.PathLike[str],
    label: str | None = None,
    task: Task = "auto",
    labels: Sequence[str] | None = None,
) -> Dataset:
    """Read a data set from a CSV file with a header row, in UTF-8, with comma, semicolon or tab.

    Parameters
    ----------
    path : path
        The file.
    label : str, optional
        Name of the label column (case does not matter). By default the column called label, class,
        target or y (unless x, y, ... are axes), or else the last one. All others are features.
    task : str
        "classification" (text, or whole numbers with at most 20 distinct values), "regression"
        (other numbers), or "auto" to decide between them.
    labels : sequence of str, optional
        Class names known from training; a label that is not among them is an error.

    Returns
    -------
    Dataset
        x: (n, features) float32; y: (n,) int64 class indices or float64. `input_spec` has the names
        of the columns and a resolution for each, from the decimals in the file, coarsened until the
        feature's counts stay below 2**20. The range of the features stays unknown.

    Raises
    ------
    ThumbnetError
        If anything is wrong; the message names file, line and column.
    """
    if task not in ("auto", "classification", "regression"):
        raise ThumbnetError(f"task is {task!r}: use 'auto', 'classification' or 'regression'")
    table = read_table(path)
    header, rows = table.header, table.rows
    at = label_column(path, header, label)
    column = header[at]
    names = [name for i, name in enumerate(header) if i != at]
    values: list[str] = []
    lines = array("q")
    numbers = array("d")
    decimals = [0] * len(names)
    known: dict[str, tuple[float, int]] = {}  # sensors repeat themselves: parse each text once
    for line, cells in rows:
        lines.append(line)
        values.append(sys.intern(cells.pop(at)))
        for i, cell in enumerate(cells):
            parsed = known.get(cell)
            if parsed is None:
                try:
                    parsed = known[cell] = table.numbers.parse(cell)
                except ValueError as error:
                    remedy = (
                        f", and features must be (the label column is {column!r})"
                        if str(error).endswith("is not a number")
                        else ""
                    )
                    raise ThumbnetError(
                        f"{path}, line {line}, column {names[i]!r}: {error}{remedy}"
                    ) from error
            numbers.append(parsed[0])
            if parsed[1] > decimals[i]:
                decimals[i] = parsed[1]
    fewest = 1 if labels is not None else _FEWEST_ROWS
    if len(lines) < fewest:
        raise ThumbnetError(
            f"{path}: {len(lines)} rows below the header are too few: at least {fewest} are needed"
        )
    x: NDArray[Any] = np.frombuffer(numbers, dtype=np.float64).reshape(len(lines), len(names))
    low, high = x.min(axis=0).tolist(), x.max(axis=0).tolist()
    steps = [
        resolution_for(decimals[i], low[i], high[i], f"{path}, column {name!r}")
        for i, name in enumerate(names)
    ]
    where = f"{path}, column {column!r}"
    if labels is not None:
        task = "classification"
    elif task == "auto":
        task = _task_of(values, where, lines, table.numbers)
    y: NDArray[Any]
    found: tuple[str, ...] | None = None
    if task == "classification":
        y, found = _classes(values, lines, labels, path, column)
    else:
        y = _targets(values, lines, where, table.numbers)
    return Dataset(
        x,
        y,
        labels=found,
        input_spec=InputSpec((len(names),), names=tuple(names), resolution=shared(steps)),
        name=Path(path).stem,
    )


def _targets(
    values: Sequence[str], lines: Sequence[int], where: str, form: NumberFormat = POINT
) -> NDArray[np.float64]:
    """Return the numbers to predict."""
    targets = np.empty(len(values))
    for i, value in enumerate(values):
        try:
            targets[i] = form.parse(value)[0]
        except ValueError as error:
            raise ThumbnetError(f"{where}, line {lines[i]}: {error}") from error
    return targets
