"""The first row of a table: a name for each column."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence

from ..errors import ThumbnetError, quoted
from .number_format import is_number

MOST_COLUMNS = 16_384
"""Columns of a table."""

Row = tuple[int, list[str]]
"""The line that a row starts on, counted from 1, and its cells."""


class OtherWidth(ThumbnetError):
    """A table without a header has another number of columns than names were given."""


class NoHeader(ThumbnetError):
    """A table begins with its numbers, not with the names of the columns."""


def given(path: str | os.PathLike[str], first: Row, names: Sequence[str], fewest: int) -> list[str]:
    """Return the given names of the columns, if the first row is no header and has as many."""
    line, cells = first
    if len(cells) != len(names):
        raise OtherWidth(
            f"{path}, line {line}: {len(cells)} columns, but --names gives {len(names)}: "
            "name each of them"
        )
    if not any(map(is_number, cells)):
        raise ThumbnetError(
            f"{path}, line {line}: has the names of the columns, {quoted(cells)}: leave out --names"
        )
    _check_names(f"{path}: --names", list(names), fewest)
    return list(names)


def check_header(
    path: str | os.PathLike[str],
    line: int,
    header: list[str],
    fewest: int,
    below: Iterator[Row],
    left_out: set[int],
) -> None:
    """Raise ThumbnetError if the first row is not a name for each column."""
    words = [at for at, name in enumerate(header) if not is_number(name)]
    alone = len(words) == 1 < len(header) and not _numbers_columns(header, words[0], below)
    if not words or alone:
        label = f" but {header[words[0]]!r}" if words else ""
        raise NoHeader(
            f"{path}, line {line}: no header: the first row is all numbers{label}: "
            "add a line with the names of the columns"
        )
    _check_names(f"{path}, line {line}", header, fewest, left_out)


def _check_names(
    where: str, header: list[str], fewest: int, left_out: Collection[int] = ()
) -> None:
    """Raise ThumbnetError unless there are enough columns, not too many, each with its own name."""
    if len(header) < fewest:
        raise ThumbnetError(
            f"{where}: not a CSV of features and a label: only one column, "
            f"{header[0][:40]!r}: separate columns by comma, semicolon or tab"
        )
    if len(header) > MOST_COLUMNS:
        raise ThumbnetError(
            f"{where}: has {len(header):,} columns, at most {MOST_COLUMNS:,} are read: "
            "leave some out"
        )
    known: set[str] = set()
    for i, name in enumerate(header):
        if i in left_out:
            continue
        if not name:
            raise ThumbnetError(
                f"{where}: column {i + 1} has no name: "
                "name it, or delete it if it only numbers the rows"
            )
        if name in known:
            raise ThumbnetError(f"{where}: two columns are called {name!r}: rename one of them")
        known.add(name)


def _numbers_columns(header: list[str], at: int, rows: Iterator[Row]) -> bool:
    """Whether a row of numbers and one word, at index `at`, is a header: 0, 1, 2 ... label.

    Some programs number columns this way. In a row of data the word is a class, and occurs again.
    """
    numbers = header[:at] + header[at + 1 :]
    counts = ([str(first + i) for i in range(len(numbers))] for first in (0, 1))
    return numbers in counts and all(cells[at : at + 1] != [header[at]] for _, cells in rows)
