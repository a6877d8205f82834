"""The text of a file as JSON, or as a table: separator and numbers are found here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ...arrays import LARGEST
from ...errors import ThumbnetError
from ...files.number_format import POINT, NumberFormat
from ...files.strict_json import parse_json
from ...files.text_lines import Lines
from ...files.text_tables import read_table
from ..trees import File

_NO_NAME = re.compile(rb'("")?[,;\t]')
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?", re.ASCII)
UNNAMED = "index"
"""The name that a first column without one gets: pandas writes its index so."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table that is read row by row.

    Attributes
    ----------
    header : list of str
        Names of the columns.
    rows : iterator of (int, list of str)
        The line of each row, and as many cells as the header has.
    number : callable
        Reads a cell; raises ValueError with what is wrong.
    notes : tuple of str
        How the file was read, where that is not plain.
    named : bool
        Whether the file names its columns.
    counted : str
        What the first number of `rows` counts, if not lines.
    """

    header: list[str]
    rows: Iterator[tuple[int, list[str]]]
    number: Callable[[str], float]
    notes: tuple[str, ...] = ()
    named: bool = True
    counted: str = "line"


def number_of(cell: str) -> float:
    """Return the number in a cell with a decimal point; raises ValueError."""
    try:
        value = float(cell)  # much faster than what judges whatever else a cell may be
    except ValueError:
        return POINT.parse(cell)[0]
    plain = abs(value) <= LARGEST and "_" not in cell and cell.isascii()
    return value if plain else POINT.parse(cell)[0]


def number_with_comma(cell: str) -> float:
    """Return the number in a cell with a decimal point or comma; raises ValueError."""
    return number_of(cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell) else cell)


def json_of(file: File) -> Any:
    """Return what a file of JSON says; raises ThumbnetError if it is none."""
    try:
        return parse_json(file.data.decode("utf-8-sig"))
    except ValueError as error:
        raise ThumbnetError(f"{file.where}: is not JSON ({error}): export it again") from error


def sheet_of(file: File, decimal: str | None = None) -> Sheet:
    """Return a file as a table with a line of names; raises ThumbnetError if it is none.

    decimal: "point" or "comma", if the user states it.
    """
    data, encoding = file.lines.data, file.lines.encoding
    if _NO_NAME.match(data):
        data = UNNAMED.encode() + data
    lines = Lines(data, encoding)
    table = read_table(file.where, fewest=1, decimal=decimal, lines=lines)
    notes = []
    if encoding == "Windows-1252":
        notes.append("the text is not UTF-8, and is read as Windows-1252")
    if table.numbers.decimal == ",":
        notes.append("the numbers have decimal commas")
    return Sheet(table.header, table.rows, _number(table.numbers), tuple(notes))


def _number(numbers: NumberFormat) -> Callable[[str], float]:
    if numbers.decimal == "." and not numbers.doubtful:
        return number_of
    return lambda cell: numbers.parse(cell)[0]
