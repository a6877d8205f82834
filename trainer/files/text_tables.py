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
from .table_header import Row, check_header, given
from .text_lines import DELIMITERS, Lines, read_lines
from .unnamed_columns import unnamed

DECIMALS = {"point": ".", "comma": ","}
"""The marks that a caller may state."""
_OTHERS = {
    **dict.fromkeys(("{", "[{"), "JSON: save it as CSV (pandas: read_json, to_csv)"),
    **dict.fromkeys(("<",), "HTML or XML: open it in a spreadsheet, and save it as CSV"),
    **dict.fromkeys(("@relation", "@RELATION"), "a Weka file: save it as CSV"),
}
"""How the first line of a file begins that only looks like a table."""
_SEPARATOR_LINE = re.compile(r'\ufeff?"?sep=(.)"?\s*', re.IGNORECASE)
# What may be a decimal comma, or a point that separates thousands.
_COMMA_IN_NUMBER = re.compile(rb"\d,\d")
_COMMA_IN_QUOTES = re.compile(rb'"[^"\r\n]*\d,\d')
_POINT_IN_THOUSANDS = re.compile(rb"\d\.\d{3}(?!\d)")


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


def _below(path: str | os.PathLike[str], lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    """Yield the rows below the header."""
    return islice(_records(path, lines, delimiter), 1, None)


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
    if other := next((what for mark, what in _OTHERS.items() if start[0].startswith(mark)), None):
        raise ThumbnetError(f"{path}: not a CSV file, but {other}")
    if delimiter is None or (named and not _columns(path, start, delimiter)[0]):
        delimiter = max(DELIMITERS, key=lambda d: _columns(path, start, d))
    records = _records(path, lines, delimiter)
    left_out: set[int] = set()
    if names:
        header = given(path, next(_records(path, lines, delimiter)), names, fewest)
    else:
        _check_first(path, top, delimiter)
        line, header = next(records)
        left_out = unnamed(header, _below(path, lines, delimiter))
        below = _below(path, lines, delimiter)
        check_header(path, line, header, fewest, below, left_out)
    numbers = _numbers(path, lines, delimiter, None if decimal is None else DECIMALS[decimal])
    notices = []
    if lines.encoding == "Windows-1252":
        notices.append("is not UTF-8 and was read as Windows-1252")
    if numbers.decimal == ",":
        notices.append(f"has decimal commas, such as {numbers.example}")
    if numbers.unsure:
        notices.append(
            f"{numbers.unsure!r} is read with a decimal point: say --decimal comma if it is "
            f"{numbers.unsure.replace('.', '')}"
        )
    if left_out:
        notices.append("columns without a name, which are empty or count the rows, are left out")
    rows = _of_width(path, records, header, delimiter)
    if left_out:
        kept = [at for at in range(len(header)) if at not in left_out]
        header, rows = [header[at] for at in kept], _some(rows, kept)
    return Table(header, rows, delimiter, numbers, tuple(notices))


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
            for line, row in _below(path, lines, delimiter):
                for column, cell in enumerate(row):
                    if cell and (cell[0].isdecimal() or cell[:1] in "+-\u2212.,"):
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


def _of_width(
    path: str | os.PathLike[str], records: Iterator[Row], header: list[str], delimiter: str
) -> Iterator[Row]:
    for line, cells in records:
        if len(cells) > len(header) and not any(cells[len(header) :]):
            del cells[len(header) :]  # a separator too many
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


def _some(rows: Iterator[Row], kept: Sequence[int]) -> Iterator[Row]:
    for line, cells in rows:
        yield line, [cells[at] for at in kept]
