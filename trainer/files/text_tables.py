"""Tables in text files: encoding, delimiter, header and rows. Every reader of tables uses this.

The rules for numbers are in `number_format`, those for encodings in `text_encoding`. The cells are
those of Python's csv. Finding the delimiter is this project's own: `docs/tables.md` says why.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from ..errors import ThumbnetError, quoted
from .number_format import POINT, Cell, NumberFormat, find_format, is_number
from .text_lines import DELIMITERS, Lines, read_lines

MOST_COLUMNS = 16_384
"""Columns of a table."""
DECIMALS = {"point": ".", "comma": ","}
"""The marks that a caller may state."""
_SEPARATOR_LINE = re.compile(r'\ufeff?"?sep=(.)"?\s*', re.IGNORECASE)
# What may be a decimal comma, or a point that separates thousands.
_COMMA_IN_NUMBER = re.compile(rb"\d,\d")
_COMMA_IN_QUOTES = re.compile(rb'"[^"\r\n]*\d,\d')
_POINT_IN_THOUSANDS = re.compile(rb"\d\.\d{3}(?!\d)")

Row = tuple[int, list[str]]
"""The line that a row starts on, counted from 1, and its cells."""


class NoHeader(ThumbnetError):
    """A table begins with its numbers, not with the names of the columns."""


class OtherWidth(ThumbnetError):
    """A table without a header has another number of columns than names were given."""


@dataclass(frozen=True, eq=False)
class Table:
    """A table that is read row by row.

    Attributes
    ----------
    header
        Names of the columns.
    rows
        Every row has as many cells as the header. It raises ThumbnetError, too.
    delimiter
        One character.
    numbers
        How its numbers are written: `numbers.parse(cell)`.
    notices
        What a user should know about how it was read, in words.
    """

    header: list[str]
    rows: Iterator[Row]
    delimiter: str
    numbers: NumberFormat
    notices: tuple[str, ...]


def _records(path: str | os.PathLike[str], lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    """Yield the rows that are not blank, with their cells stripped."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ThumbnetError(
                f"{path}, line {line}: not valid CSV ({error}): look for an unpaired quote"
            ) from error
        if any(cell.strip() for cell in cells):
            yield line, [cell.strip() for cell in cells]


def _columns(path: str | os.PathLike[str], lines: list[str], delimiter: str) -> tuple[int, int]:
    """Return (rows of the start that agree with the header, columns of the header)."""
    widths: list[int] = []
    try:
        widths = [len(cells) for _, cells in _records(path, lines, delimiter)]
    except ThumbnetError:  # the sample may end inside a quoted cell
        with suppress(csv.Error):
            widths = [len(cells) for cells in csv.reader(lines[:1], delimiter=delimiter)]
    columns = widths[0] if widths else 0
    return (widths.count(columns) if columns > 1 else 0), columns


def read_table(
    path: str | os.PathLike[str],
    fewest: int = 2,
    decimal: str | None = None,
    delimiter: str | None = None,
    names: Sequence[str] = (),
    lines: Lines | None = None,
) -> Table:
    """Read header and rows of a table.

    The delimiter (comma, semicolon, tab or bar) is the one that Excel's line `sep=;` names, or that
    splits the header, and most of the first rows, into the same number of columns. Blank lines are
    skipped.

    Parameters
    ----------
    path : path
        The file, in UTF-8, UTF-16 or Windows-1252.
    fewest : int
        The least number of columns.
    decimal : str, optional
        "point" or "comma", if the numbers do not show it.
    delimiter : str, optional
        What separates columns, if it is known.
    names : sequence of str
        Names of the columns, if the file does not begin with them.
    lines : Lines, optional
        Those of the file, if `path` only names it in messages.

    Returns
    -------
    Table

    Raises
    ------
    NoHeader
        If the first row is numbers, and no names are given.
    ThumbnetError
        If anything else is wrong; the message names file and line. The iterator raises it, too.
    """
    lines = read_lines(path) if lines is None else lines
    top = list(islice(lines, 50))
    if named := _SEPARATOR_LINE.fullmatch(top[0]) if top else None:
        delimiter, lines.skipped = delimiter or named[1], 1
        top[0] = "\n"
    start = [line for line in top if line.strip()]
    if not start:
        raise ThumbnetError(f"{path}: the file is empty")
    delimiter = delimiter or max(DELIMITERS, key=lambda d: _columns(path, start, d))
    records = _records(path, lines, delimiter)
    if names:
        header = _given(path, next(_records(path, lines, delimiter)), names, fewest)
    else:
        _check_first(path, top, delimiter)
        line, header = next(records)
        _check_header(path, line, header, fewest, islice(_records(path, lines, delimiter), 1, None))
    numbers = _numbers(path, lines, delimiter, None if decimal is None else DECIMALS[decimal])
    notices = []
    if lines.encoding == "Windows-1252":
        notices.append("is not UTF-8 and was read as Windows-1252")
    if numbers.decimal == ",":
        notices.append(f"has decimal commas, such as {numbers.example}")
    rows = _of_width(path, records, header, delimiter)
    return Table(header, rows, delimiter, numbers, tuple(notices))


def _given(
    path: str | os.PathLike[str], first: Row, names: Sequence[str], fewest: int
) -> list[str]:
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


def _check_header(
    path: str | os.PathLike[str], line: int, header: list[str], fewest: int, below: Iterator[Row]
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
    _check_names(f"{path}, line {line}", header, fewest)


def _check_names(where: str, header: list[str], fewest: int) -> None:
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
        if not name:
            raise ThumbnetError(
                f"{where}: column {i + 1} has no name: "
                "name it, or delete it if it only numbers the rows"
            )
        if name in known:
            raise ThumbnetError(f"{where}: two columns are called {name!r}: rename one of them")
        known.add(name)


def _numbers(
    path: str | os.PathLike[str], lines: Lines, delimiter: str, declared: str | None
) -> NumberFormat:
    """Return how the numbers are written; most tables show it without a look at every cell."""
    if declared is None:
        commas = _COMMA_IN_QUOTES if delimiter == "," else _COMMA_IN_NUMBER
        points = delimiter == ";" and _POINT_IN_THOUSANDS.search(lines.data)
        if not points and not commas.search(lines.data):
            return POINT

    def cells() -> Iterator[Cell]:
        with suppress(ThumbnetError):  # it will be raised where the rows are read
            for line, row in islice(_records(path, lines, delimiter), 1, None):
                for column, cell in enumerate(row):
                    if cell[:1].isdecimal() or cell[:1] in ("+", "-", ".", ","):
                        yield line, column, cell

    return find_format(cells(), delimiter, declared)


def _check_first(path: str | os.PathLike[str], lines: list[str], delimiter: str) -> None:
    """Reject a first row that is not a header but, say, output of a terminal above the header.

    Such a file has few rows with as many columns, and most of its rows agree on another number.
    """
    rows = _start(path, lines, delimiter)
    alike = sum(len(cells) == len(rows[0][1]) for _, cells in rows)
    if 2 * alike >= len(rows):
        return
    line, header = rows[0]
    where = f"{path}, line {line}: {lines[line - 1].strip()[:40]!r}"
    for other in DELIMITERS:
        below = _start(path, lines, other)[1:]
        widths = [len(cells) for _, cells in below]
        width = max(widths, key=widths.count, default=0)
        first, *more = [row for row in below if len(row[1]) == width] or [(0, [""])]
        if width < 2 or not more or 2 * widths.count(width) <= len(widths):
            continue
        if not any(map(is_number, first[1])) and any(map(is_number, more[0][1])):
            raise ThumbnetError(
                f"{where} is not the names of the columns, line {first[0]} is: delete what is "
                "above it"
            )
        if len(header) == 1:
            raise ThumbnetError(
                f"{where} is not the names of the {width} columns below: write them there instead"
            )


def _start(path: str | os.PathLike[str], lines: list[str], delimiter: str) -> list[Row]:
    """Return the first rows, as far as they can be read."""
    rows: list[Row] = []
    with suppress(ThumbnetError):  # the sample may end inside a quoted cell
        rows.extend(_records(path, lines[:50], delimiter))
    return rows


def _numbers_columns(header: list[str], at: int, rows: Iterator[Row]) -> bool:
    """Whether a row of numbers and one word, at index `at`, is a header: 0, 1, 2 ... label.

    Some programs number columns this way. In a row of data the word is a class, and occurs again.
    """
    numbers = header[:at] + header[at + 1 :]
    counts = ([str(first + i) for i in range(len(numbers))] for first in (0, 1))
    return numbers in counts and all(cells[at : at + 1] != [header[at]] for _, cells in rows)


def _of_width(
    path: str | os.PathLike[str], records: Iterator[Row], header: list[str], delimiter: str
) -> Iterator[Row]:
    for line, cells in records:
        if len(cells) != len(header):
            if len(cells) < len(header):
                hint = f"no value for {quoted(header[len(cells) :])}: fill it in or delete the row"
            else:
                hint = f"{cells[len(header)]!r} is extra"
                if delimiter == ",":
                    hint += " (a number or a text with a comma in it needs quotes around it)"
            counted = f"{len(cells)} column{'s' if len(cells) > 1 else ''}"
            raise ThumbnetError(
                f"{path}, line {line}: {counted}, but the header has {len(header)}: {hint}"
            )
        yield line, cells
