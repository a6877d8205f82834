"""The text of a file as lines, or as a table: encoding, separator and numbers are found here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...datasets.csv_text import Lines, parse_number, read_lines, read_rows
from ...datasets.dataset import LARGEST
from ..trees import File

_NO_NAME = re.compile(rb'(\xef\xbb\xbf)?("")?[,;\t]')
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
        return parse_number(cell)[0]
    plain = abs(value) <= LARGEST and "_" not in cell and cell.isascii()
    return value if plain else parse_number(cell)[0]


def number_with_comma(cell: str) -> float:
    """Return the number in a cell with a decimal point or comma; raises ValueError."""
    return parse_number(cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell) else cell)[0]


def lines_of(file: File) -> Lines:
    """Return the lines of a text, which can be read again and again."""
    return read_lines(file.where, file.data)


def sheet_of(file: File) -> Sheet:
    """Return a file as a table with a line of names; raises ThumbnetError if it is none."""
    data = file.data
    if _NO_NAME.match(data):
        data = UNNAMED.encode() + data.removeprefix(b"\xef\xbb\xbf")
    header, rows, delimiter = read_rows(file.where, fewest=1, data=data)
    return Sheet(header, rows, number_of if delimiter == "," else number_with_comma)
