"""The text of a CSV file: encoding, delimiter, header, rows and single numbers."""

from __future__ import annotations

import csv
import io
import math
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice

from ..errors import ThumbnetError
from ..files.reading import read_bytes
from .class_labels import quoted
from .dataset import LARGEST, check_features

MOST_BYTES = 64 * 2**20
"""Bytes of a table. Its cells take several times as much memory."""
MOST_LINE = 2**19
"""Bytes of a line: the most columns, with 32 for each."""
MOST_ROWS, MOST_CELLS = 2_000_000, 16_000_000
"""Of a table: five hours at 100 readings a second."""
_DELIMITERS = ",;\t"
_NUMBER = re.compile(r"[+-]?(\d+\.?(\d*)|\.(\d+))([eE][+-]?\d+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_WITH_UNIT = re.compile(rf"({_NUMBER.pattern})(\s*[^\d\s]\D*)", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+", re.ASCII)
_MISSING = {"", "na", "n/a", "null", "none", "-", "?"}
_BINARY = {
    b"PK": "a ZIP or Excel file: save the sheet as CSV",
    b"\x1f\x8b": "a gzip file: unpack it first",
    b"\xff\xfe": "UTF-16 text: save it as CSV UTF-8",
    b"\xfe\xff": "UTF-16 text: save it as CSV UTF-8",
}

Row = tuple[int, list[str]]
"""The line that a row starts on, counted from 1, and its cells."""


class Lines:
    """The lines of a text, which can be read again and again, and are never all in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __iter__(self) -> Iterator[str]:
        yield from io.TextIOWrapper(io.BytesIO(self._data), "utf-8-sig", newline="")


def read_lines(path: str | os.PathLike[str]) -> Lines:
    """Return the lines of a UTF-8 file, without a byte-order mark, or raise ThumbnetError."""
    data = read_bytes(path, MOST_BYTES)
    if data[:2] in _BINARY:
        raise ThumbnetError(f"{path}: not a CSV file, but {_BINARY[data[:2]]}")
    if b"\0" in data:
        raise ThumbnetError(f"{path}: not a CSV file: it holds binary data")
    _check_size(path, data)
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ThumbnetError(
            f"{path}, line {line}: byte 0x{data[error.start]:02x} is not UTF-8: "
            "save the file as CSV UTF-8"
        ) from error
    return Lines(data)


def _check_size(path: str | os.PathLike[str], data: bytes) -> None:
    """Raise ThumbnetError for more rows, cells or characters in a line than are read."""
    rows = data.count(b"\n") + data.count(b"\r")
    cells = rows + sum(data.count(mark.encode()) for mark in _DELIMITERS)
    for count, most, what in ((rows, MOST_ROWS, "lines"), (cells, MOST_CELLS, "cells")):
        if count > most:
            raise ThumbnetError(
                f"{path}: has {count:,} {what}, at most {most:,} are read: leave some out"
            )
    if len(data) > MOST_LINE:
        for number, line in enumerate(io.BytesIO(data), 1):
            if len(line) > MOST_LINE and max(map(len, line.split(b"\r"))) > MOST_LINE:
                raise ThumbnetError(
                    f"{path}, line {number}: has {len(line):,} bytes, at most {MOST_LINE:,} are "
                    "read: write one example a line"
                )


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


def read_rows(
    path: str | os.PathLike[str], fewest: int = 2
) -> tuple[list[str], Iterator[Row], str]:
    """Read header and rows of a CSV file.

    The delimiter (comma, semicolon or tab) is the one that splits the header, and most of the first
    rows, into the same number of columns. Blank lines are skipped.

    Parameters
    ----------
    path : path
        The file.
    fewest : int
        The least number of columns.

    Returns
    -------
    header : list of str
        Names of the columns.
    rows : iterator of Row
        Every row has as many cells as the header.
    delimiter : str
        One character.

    Raises
    ------
    ThumbnetError
        If anything is wrong; the message names file and line. The iterator raises it, too.
    """
    lines = read_lines(path)
    top = list(islice(lines, 50))
    start = [line for line in top if line.strip()]
    if not start:
        raise ThumbnetError(f"{path}: the file is empty")
    delimiter = max(_DELIMITERS, key=lambda d: _columns(path, start, d))
    _check_first(path, top, delimiter)
    records = _records(path, lines, delimiter)
    line, header = next(records)
    words = [at for at, name in enumerate(header) if not _is_number(name)]
    below = islice(_records(path, lines, delimiter), 1, None)
    alone = len(words) == 1 < len(header) and not _numbers_columns(header, words[0], below)
    if not words or alone:
        label = f" but {header[words[0]]!r}" if words else ""
        raise ThumbnetError(
            f"{path}, line {line}: no header: the first row is all numbers{label}: "
            "add a line with the names of the columns"
        )
    if len(header) < fewest:
        raise ThumbnetError(
            f"{path}, line {line}: not a CSV of features and a label: only one column, "
            f"{header[0][:40]!r}: separate columns by comma, semicolon or tab"
        )
    check_features(str(path), (len(header),), is_picture=False)
    known: set[str] = set()
    for i, name in enumerate(header):
        if not name:
            raise ThumbnetError(
                f"{path}, line {line}: column {i + 1} has no name: "
                "name it, or delete it if it only numbers the rows"
            )
        if name in known:
            raise ThumbnetError(
                f"{path}, line {line}: two columns are called {name!r}: rename one of them"
            )
        known.add(name)
    return header, _of_width(path, records, header, delimiter), delimiter


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
    for other in _DELIMITERS:
        below = _start(path, lines, other)[1:]
        widths = [len(cells) for _, cells in below]
        width = max(widths, key=widths.count, default=0)
        first, *more = [row for row in below if len(row[1]) == width] or [(0, [""])]
        if width < 2 or not more or 2 * widths.count(width) <= len(widths):
            continue
        if not any(map(_is_number, first[1])) and any(map(_is_number, more[0][1])):
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


def _is_number(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(cell) or _NOT_FINITE.fullmatch(cell))


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
                    hint += " (decimals need a point, text with commas needs quotes)"
            counted = f"{len(cells)} column{'s' if len(cells) > 1 else ''}"
            raise ThumbnetError(
                f"{path}, line {line}: {counted}, but the header has {len(header)}: {hint}"
            )
        yield line, cells


def unit_of(cell: str) -> str:
    """Return the text after a number in a cell, such as " C" in "20.1 C"; "" if there is none."""
    match = _WITH_UNIT.fullmatch(cell)
    return match[match.re.groups] if match else ""


class TooLarge(ValueError):
    """A cell has a number that is larger than any that is read."""


def parse_number(cell: str) -> tuple[float, int]:
    """Return value and decimals of a cell; the ValueError says what is wrong and what to do."""
    match = _NUMBER.fullmatch(cell)
    if match is None:
        if cell.lower() in _MISSING:
            shown = f" ({cell!r})" if cell else ""
            raise ValueError(f"missing value{shown}: fill it in or delete the row")
        if _NOT_FINITE.fullmatch(cell):
            raise ValueError(f"{cell!r} is not a finite number: fix or delete the row")
        if _DECIMAL_COMMA.fullmatch(cell):
            raise ValueError(
                f"{cell!r} has a decimal comma: write {cell.replace(',', '.')!r} with a point"
            )
        unit = unit_of(cell)
        hint = f": text follows it, remove {unit!r} from the column" if unit else ""
        raise ValueError(f"{cell[:40]!r} is not a number{hint}")
    value = float(cell)
    if not math.isfinite(value):
        raise ValueError(f"{cell[:40]!r} is not a finite number: fix or delete the row")
    if abs(value) > LARGEST:
        raise TooLarge(f"{cell[:40]!r} is above {LARGEST:g}: use a larger unit")
    # A power of thousands of digits belongs to 0: Python does not read it as a whole number.
    exponent = int(match[4][1:]) if match[4] and value else 0
    return value, max(0, len(match[2] or match[3] or "") - exponent)
