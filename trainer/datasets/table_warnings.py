"""What is suspicious in a table, said before a network learns it."""

from __future__ import annotations

import re
import shlex
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array
from ..errors import quoted
from .dataset import Dataset
from .table_cells import ignoring

FEWEST_OF_A_CLASS = 10
"""Rows of a class below which its accuracy is mostly chance."""
_SHOWN = 3
_MOST_COLUMNS = 4096
_MOST = 12
"""Warnings of columns that are shown."""
_FEWEST_PIXELS = 16
_FEW = 0.02
"""Share of the rows that may be outliers."""
_FEWEST_VALUES = 5
"""Different values that a column must have for one of them to be an outlier."""
_USUAL = {65535.0, 65534.0, 32767.0, -32768.0, 4294967295.0, 2147483647.0, -2147483648.0}
"""What sensors and their registers give for no reading, besides rows of nines."""


def table_warnings(data: Dataset) -> list[str]:
    """Return what a user should know about a table before a network is trained on it.

    Parameters
    ----------
    data : Dataset
        All rows, in the order of the file.

    Returns
    -------
    list of str
        Sentences that say what is suspicious, in which lines, and what to do.
    """
    names = data.input_spec.names if data.input_spec is not None else None
    found = [*_small_classes(data), *_alike("labels", data.labels or ())]
    if data.table is not None:
        for column, texts in data.table.texts.items():
            found += _alike(f"texts of {column!r}", texts)
    if names is None or data.x.ndim != 2 or len(names) > _MOST_COLUMNS:
        return found
    columns = data.x.astype(np.float64).T
    pixels = _pixels(names, columns)
    judged = [at for at, name in enumerate(names) if name not in pixels]
    of_columns: list[str] = []
    for at in judged:
        of_columns += _of_column(names[at], columns[at], data.lines, len(names) == 1)
    of_columns += _repeated([names[at] for at in judged], columns[judged], data)
    if len(of_columns) > _MOST:
        more = f"{len(of_columns) - _MOST:,} more warnings like these are not shown"
        of_columns = [*of_columns[:_MOST], more]
    return [*found, *of_columns]


def _pixels(names: Sequence[str], columns: Array) -> set[str]:
    """Return the columns that are pixels: bytes that only have numbers of their own as names.

    At the edge of pictures these never change, or seldom, or with their neighbours.
    """
    alike: dict[str, list[int]] = defaultdict(list)
    for at, name in enumerate(names):
        alike[re.sub(r"\d+", "#", name)].append(at)
    found: set[str] = set()
    for places in alike.values():
        part = columns[places]
        whole = part.min() >= 0 and part.max() <= 255 and np.array_equal(part, np.floor(part))
        if len(places) >= _FEWEST_PIXELS and whole:
            found |= {names[at] for at in places}
    return found


def _of_column(name: str, column: Array, lines: Array | None, alone: bool) -> Iterator[str]:
    if not np.ptp(column):
        yield f"{name!r} is {column[0]:g} in every row, which tells nothing: {ignoring(name)}"
    elif not alone and (kind := counting(column)):  # x of the points of a curve is sorted
        yield (
            f"{name!r} {kind}, and a network that learns it knows the order of this file, not "
            f"what it measures: {ignoring(name)}"
        )
    else:
        yield from _outliers(name, column, lines)


def counting(column: Array) -> str:
    """Return in which way a column numbers the rows; "" if it does not.

    Parameters
    ----------
    column : ndarray, shape (n,)
        In the order of the file.

    Returns
    -------
    str
        Such as "counts the rows".
    """
    if len(column) < FEWEST_OF_A_CLASS:
        return ""
    steps = np.diff(column)
    if np.allclose(steps, steps[0], rtol=1e-3, atol=0) and steps[0]:
        return "counts the rows"
    if len(np.unique(column)) < len(column):
        return ""
    whole = bool(np.all(column == np.floor(column)))
    if whole and np.ptp(column) == len(column) - 1:
        return "has a number of its own for each row, without gaps"
    if bool(np.all(steps > 0) or np.all(steps < 0)):
        return f"{'rises' if steps[0] > 0 else 'falls'} from row to row"
    return ""


def _outliers(name: str, column: Array, lines: Array | None) -> Iterator[str]:
    """Yield values far from all others."""
    for value, low, high in outlying(column):
        at = np.flatnonzero(column == value)
        remedy = "if this is no reading, correct it, or leave such rows out"
        option = f"--na {shlex.quote(f'{name}={value:.9g}')} --missing drop"
        yield (
            f"{name!r} is {value:.9g} in {_lines(at, lines)}, but from {low:.6g} to {high:.6g} "
            f"elsewhere: {remedy} ({option})"
        )


def outlying(column: Array) -> list[tuple[float, float, float]]:
    """Return values that are further from all others than the others are from each other.

    Parameters
    ----------
    column : ndarray, shape (n,)
        Readings.

    Returns
    -------
    list of (float, float, float)
        Each such value, with the least and the largest of the others.
    """
    values = np.unique(column)
    most = max(_SHOWN, int(_FEW * len(column)))
    low, high = 0, len(values)
    for _ in range(_SHOWN):  # outliers at one end may hide those at the other
        for end in (1, -1):
            while high - low > _FEWEST_VALUES:
                inner = values[low + 1 : high] if end == 1 else values[low : high - 1]
                outer = values[low] if end == 1 else values[high - 1]
                gap = abs(outer - (inner[0] if end == 1 else inner[-1]))
                usual = _is_sentinel(float(outer))
                if gap <= (1 if usual else 2) * np.ptp(inner):
                    break
                if np.sum(column == outer) > most and not usual:
                    break
                low, high = (low + 1, high) if end == 1 else (low, high - 1)
    inner = values[low:high]
    outer = [*values[:low], *values[high:]]
    return [(float(value), float(inner[0]), float(inner[-1])) for value in outer]


def _is_sentinel(value: float) -> bool:
    nines = str(int(abs(value))) if value == int(value) else ""
    return value in _USUAL or (len(nines) > 1 and set(nines) == {"9"})


def _repeated(names: Sequence[str], columns: Array, data: Dataset) -> Iterator[str]:
    """Yield columns that say the same as another one, in another unit or not."""
    of_texts: set[str] = set()
    if data.table is not None:
        of_texts = {*data.table.inputs} - {*data.table.features}
    seen: dict[bytes, str] = {}
    for name, column in zip(names, columns, strict=True):
        spread = column.std()
        if name in of_texts or not spread:
            continue
        standard = (column - column.mean()) / spread
        sign = 1 if standard[int(np.argmax(np.abs(standard)))] > 0 else -1
        key = (np.round(sign * standard, 4) + 0.0).tobytes()
        if key in seen:
            yield (
                f"{name!r} says the same as {seen[key]!r}"
                f"{_unit(column, columns[list(names).index(seen[key])])}: {ignoring(name)}"
            )
        seen.setdefault(key, name)


def _unit(column: Array, other: Array) -> str:
    return "" if np.array_equal(column, other) else ", in another unit"


def _small_classes(data: Dataset) -> Iterator[str]:
    if data.labels is None:
        return
    counts = np.bincount(data.y, minlength=len(data.labels))
    small = [
        f"{label!r} ({count})"
        for label, count in zip(data.labels, counts.tolist(), strict=True)
        if 0 < count < FEWEST_OF_A_CLASS
    ]
    if small:
        yield (
            f"classes with fewer than {FEWEST_OF_A_CLASS} rows: {', '.join(small[:12])}"
            f"{', ...' * (len(small) > 12)}: bring more of them, or join them with others"
        )


def _alike(what: str, texts: Sequence[str]) -> Iterator[str]:
    """Yield texts that differ only in case or blanks."""
    groups: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        groups["".join(text.lower().replace("_", "").replace("-", "").split())].append(text)
    for group in groups.values():
        if len(group) > 1:
            yield f"{what} that differ only in case or blanks: {quoted(group)}: write them alike"


def _lines(at: NDArray[np.int64], lines: Array | None) -> str:
    numbers = at + 1 if lines is None else np.sort(lines[at])
    word = "row" if lines is None else "line"
    shown = ", ".join(str(number) for number in numbers[:_SHOWN])
    more = len(numbers) - _SHOWN
    return f"{word}{'s' * (len(at) > 1)} {shown}" + (f" and {more:,} more" if more > 0 else "")


def on_both_sides(train: Dataset, test: Dataset) -> str:
    """Return a warning about rows that are in both parts of a split.

    Parameters
    ----------
    train, test : Dataset
        The parts.

    Returns
    -------
    str
        "" if there are none.
    """
    known = {row.tobytes() for row in np.ascontiguousarray(train.x)}
    twice = np.array([row.tobytes() in known for row in np.ascontiguousarray(test.x)])
    if not twice.any():
        return ""
    where = _lines(np.flatnonzero(twice), test.lines)
    return (
        f"{int(twice.sum()):,} of {len(test):,} held-out rows are also among the rows to train "
        f"({where}), so that the accuracy flatters: delete repeated rows"
    )
