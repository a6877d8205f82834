"""The label column of a table: which one it is, what it is for, and its classes or numbers."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Container, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import ThumbnetError, quoted
from ..files.number_format import (
    POINT,
    NotANumber,
    NumberFormat,
    TooLarge,
    WithUnit,
    is_missing,
    is_no_class,
    is_number,
    unit_of,
)
from ..files.proposals import did_you_mean
from .class_labels import canonical, class_names, encode_labels
from .table_cells import Cells

Task = Literal["auto", "classification", "regression"]
FEW_CLASSES = 20
"""Whole numbers with more distinct values than this are values to predict, not classes."""
USUAL_LABELS = ("label", "class", "target", "y")
"""Names of a label column, if none is given."""
_MOST_CLASSES = 256


def column_named(path: str | os.PathLike[str], header: Sequence[str], name: str) -> int:
    """Return the index of the column called `name`, in whatever case, or raise ThumbnetError."""
    lower = [column.lower() for column in header]
    if name in header:
        return list(header).index(name)
    if name.lower() in lower:
        return lower.index(name.lower())
    hint = did_you_mean(name, header, "name another")
    raise ThumbnetError(f"{path}: no column {name!r}, the columns are {quoted(header)}: {hint}")


def label_column(
    path: str | os.PathLike[str], header: list[str], label: str | None, ignored: Container[int] = ()
) -> int:
    """Return the index of the label column: the one named, or the one with a usual name.

    Parameters
    ----------
    path : path
        Names the file in messages.
    header : list of str
        Names of the columns.
    label : str or None
        The name that a user gave.
    ignored : container of int
        Columns that are left out.

    Returns
    -------
    int
        The last column if none has a usual name.

    Raises
    ------
    ThumbnetError
        If there is no such column.
    """
    if label is not None:
        return column_named(path, header, label)
    left = [at for at in range(len(header)) if at not in ignored]
    lower = [header[at].lower() for at in left]
    for usual in USUAL_LABELS:
        if usual in lower:
            at = lower.index(usual)
            # In the columns x, y, z, gesture, y is an axis.
            is_axis = usual == "y" and at > 0 and lower[at - 1] == "x" and at < len(left) - 1
            if not is_axis:
                return left[at]
    if not left:
        raise ThumbnetError(f"{path}: every column is left out: ignore fewer")
    return left[-1]


def label_columns(
    path: str | os.PathLike[str],
    header: list[str],
    label: str | Sequence[str] | None,
    ignored: Container[int] = (),
) -> list[int]:
    """Return the indices of the label columns; see `label_column`.

    label: a name, names, or several names separated by commas.
    """
    if label is None:
        return [label_column(path, header, None, ignored)]
    names = [label] if isinstance(label, str) else list(label)
    lower = {name.lower() for name in header}
    if len(names) == 1 and "," in names[0] and names[0].lower() not in lower:
        names = [name.strip() for name in names[0].split(",")]
    found = [column_named(path, header, name) for name in names]
    for at in found:
        if at in ignored:
            raise ThumbnetError(f"{path}: {header[at]!r} is the label and cannot be ignored")
        if found.count(at) > 1:
            raise ThumbnetError(f"{path}: the label {header[at]!r} is named twice: name it once")
    return found


def find_labelled(
    values: Sequence[Sequence[str]], names: Sequence[str], cells: Cells, missing: str
) -> NDArray[np.bool_]:
    """Return which rows have a label, (rows,).

    Parameters
    ----------
    values : sequence of sequence of str
        The texts of each label column.
    names : sequence of str
        Of the label columns.
    cells : Cells
        The features, which know other texts that mean a missing value.
    missing : str
        See `TableOptions`: if missing values are refused, so are missing labels.

    Raises
    ------
    ThumbnetError
        If a label is missing that may not be.
    """
    found: NDArray[np.bool_] = np.ones(len(cells.lines), dtype=np.bool_)
    for name, column in zip(names, values, strict=True):
        texts = Counter(column)
        numbers = sum(count for text, count in texts.items() if is_number(text))
        is_none = is_missing if 2 * numbers > len(column) else is_no_class
        none = {t for t in texts if is_none(t) or t in cells.na or f"{name}={t}" in cells.na}
        if none:
            absent = np.array([text in none for text in column])
            if missing == "refuse":
                first = int(absent.argmax())
                shown = f" ({column[first]!r})" if column[first] else ""
                raise ThumbnetError(
                    f"{cells.path}, column {name!r}, line {cells.lines[first]}: missing label"
                    f"{shown}: fill it in, or leave out such rows (--missing drop)"
                )
            found &= ~absent
    return found


def looks_like_label(name: str) -> bool:
    """Whether a column has one of the usual names of label columns."""
    return name.lower() in USUAL_LABELS


def task_of(
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
        targets_of(values, range(len(values)), "")
    except ThumbnetError:
        return "this is not a label column, name another one"
    return "predict numbers with --task regression, or name another label column"


def classes_of(
    values: Sequence[str],
    lines: Sequence[int],
    known: Sequence[str] | None,
    path: str | os.PathLike[str],
    column: str,
    trained: bool = False,
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return (class indices, class names) of a label column.

    trained: whether a trained network reads the rows, which may then all be of one class.
    """
    where = f"{path}, column {column!r}"
    if known is not None:
        # "1.0" means the known class "1", unless "1.0" itself is known.
        names = list(values) if set(values) <= set(known) else canonical(values)
        return encode_labels(names, known, where, lines), tuple(known)
    names = canonical(values)
    labels = class_names(names)
    if trained:
        return encode_labels(names, labels, where, lines), labels
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


def targets_of(
    values: Sequence[str], lines: Sequence[int], where: str, form: NumberFormat = POINT
) -> NDArray[np.float64]:
    """Return the numbers to predict."""
    targets = np.empty(len(values))
    for i, value in enumerate(values):
        try:
            targets[i] = form.parse(value)[0]
        except WithUnit as error:
            raise ThumbnetError(f"{where}, line {lines[i]}: {error}") from error
        except NotANumber as error:
            raise ThumbnetError(
                f"{where}, line {lines[i]}: {error}: correct it, or name a column of numbers "
                "(--label)"
            ) from error
        except ValueError as error:
            raise ThumbnetError(f"{where}, line {lines[i]}: {error}") from error
    return targets
