"""The text side of a CSV file: encoding, delimiter, header, rows and single numbers."""

from __future__ import annotations

import csv
import io
import math
import os
import re
from collections.abc import Iterator

from .errors import ThumbnetError
from .files import read_bytes
from .labels import listing

_DELIMITERS = ",;\t"
_NUMBER = re.compile(r"[+-]?(\d+\.?(\d*)|\.(\d+))([eE][+-]?\d+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+", re.ASCII)
_MISSING = {"", "na", "n/a", "null", "none", "-", "?"}
_BINARY = {
    b"PK": "a ZIP or Excel file: save the sheet as CSV",
    b"\x1f\x8b": "a gzip file: unpack it first",
    b"\xff\xfe": "UTF-16 text: save it as CSV UTF-8",
    b"\xfe\xff": "UTF-16 text: save it as CSV UTF-8",
}

Row = tuple[int, list[str]]
"""The line that a row starts in, counted from 1, and its cells."""


def read_text(path: str | os.PathLike[str]) -> str:
    """Return the text of a UTF-8 file, without a byte-order mark."""
    data = read_bytes(path)
    if data[:2] in _BINARY:
        raise ThumbnetError(f"{path}: not a CSV file, but {_BINARY[data[:2]]}")
    if b"\0" in data:
        raise ThumbnetError(f"{path}: not a CSV file: it holds binary data")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ThumbnetError(
            f"{path}, line {line}: byte 0x{data[error.start]:02x} is not UTF-8: "
            "save the file as CSV UTF-8"
        ) from error


def _records(path: str | os.PathLike[str], lines: list[str], delimiter: str) -> Iterator[Row]:
    """Yield rows that are not blank, cells stripped."""
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
    try:
        widths = [len(cells) for _, cells in _records(path, lines, delimiter)]
    except ThumbnetError:  # the sample can end within a quoted cell
        widths = [len(cells) for cells in csv.reader(lines[:1], delimiter=delimiter)]
    columns = widths[0] if widths else 0
    return (widths.count(columns) if columns > 1 else 0), columns


def read_rows(path: str | os.PathLike[str]) -> tuple[list[str], Iterator[Row], str]:
    """Return (header, rows, delimiter); every row has as many cells as the header.

    The delimiter (comma, semicolon or tab) is the one that splits the header, and most of the
    first rows, into the same number of columns. Blank lines are skipped.

    Raises ThumbnetError naming file and line; from the iterator too.
    """
    lines = list(io.StringIO(read_text(path), newline=""))
    start = [line for line in lines[:50] if line.strip()]
    if not start:
        raise ThumbnetError(f"{path}: the file is empty")
    delimiter = max(_DELIMITERS, key=lambda d: _columns(path, start, d))
    records = _records(path, lines, delimiter)
    line, header = next(records)
    if all(_NUMBER.fullmatch(name) or _NOT_FINITE.fullmatch(name) for name in header):
        raise ThumbnetError(
            f"{path}, line {line}: no header: the first row is all numbers: "
            "add a line with the names of the columns"
        )
    if len(header) < 2:
        raise ThumbnetError(
            f"{path}, line {line}: not a CSV of features and a label: only one column, "
            f"{header[0][:40]!r}: separate columns by comma, semicolon or tab"
        )
    for i, name in enumerate(header):
        if not name:
            raise ThumbnetError(
                f"{path}, line {line}: column {i + 1} has no name: "
                "name it, or delete it if it only numbers the rows"
            )
        if name in header[:i]:
            raise ThumbnetError(
                f"{path}, line {line}: two columns are called {name!r}: rename one of them"
            )
    return header, _of_width(path, records, header, delimiter), delimiter


def _of_width(
    path: str | os.PathLike[str], records: Iterator[Row], header: list[str], delimiter: str
) -> Iterator[Row]:
    for line, cells in records:
        if len(cells) != len(header):
            few = len(cells) < len(header)
            missing = header[len(cells) :]
            hint = f"no value for {listing(missing)}" if few else f"{cells[len(header)]!r} is extra"
            if not few and delimiter == ",":
                hint += " (decimals need a point, text with commas needs quotes)"
            raise ThumbnetError(
                f"{path}, line {line}: {len(cells)} columns, but the header has "
                f"{len(header)}: {hint}"
            )
        yield line, cells


def parse_number(cell: str) -> tuple[float, int]:
    """Return (value, decimals as written) of a cell; ValueError says what is wrong and the mend."""
    match = _NUMBER.fullmatch(cell)
    if match is None:
        if cell.lower() in _MISSING:
            shown = f" ({cell!r})" if cell else ""
            raise ValueError(f"missing value{shown}: fill it in or delete the row")
        if _NOT_FINITE.fullmatch(cell):
            raise ValueError(f"{cell!r} is not a finite number: mend or delete the row")
        if _DECIMAL_COMMA.fullmatch(cell):
            raise ValueError(
                f"{cell!r} has a decimal comma: write {cell.replace(',', '.')!r} with a point"
            )
        raise ValueError(f"{cell[:40]!r} is not a number")
    value = float(cell)
    if not math.isfinite(value):
        raise ValueError(f"{cell[:40]!r} is not a finite number: mend or delete the row")
    exponent = int(match[4][1:]) if match[4] else 0
    return value, max(0, len(match[2] or match[3] or "") - exponent)
