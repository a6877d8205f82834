"""`RowReader`: rows of a table one by one, such as the lines that a program prints."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import ThumbnetError, quoted
from ..files.number_format import NumberFormat, is_number
from .column_kinds import Known, make_inputs
from .table_cells import Cells
from .table_options import TableColumns

_MARKS = {"point": NumberFormat(), "comma": NumberFormat(",", ".")}


class WrongColumns(ThumbnetError):
    """The names in the first line are not those of the training: no line will fit."""


class RowReader:
    """Turns lines of text into the inputs of a trained network, as `read_csv` does for a file.

    A first line of names says which column is which, as in a table; other columns may stand
    between. Without one, a line has the features in the order of the training.

    Parameters
    ----------
    where : str
        What messages call the source of the lines.
    columns : TableColumns, optional
        Those of the training; None for plain numbers.
    inputs : int
        What the network takes.
    """

    def __init__(self, where: str, columns: TableColumns | None, inputs: int) -> None:
        self.where = where
        self.columns = columns or TableColumns((), tuple(f"x{k}" for k in range(inputs)))
        self._known = columns is not None
        self._places: list[int] | None = None
        self._width = len(self.columns.features)
        self._header: tuple[str, ...] = ()
        self._begun = False

    def read(self, number: int, line: str) -> NDArray[np.float64] | None:
        """Return the inputs in a line, (inputs,); None for a blank line, or one of names.

        Parameters
        ----------
        number : int
            Of the line, for messages.
        line : str
            Cells separated by semicolon, tab, comma or blanks.

        Raises
        ------
        WrongColumns
            If the first line names other columns than those of the training.
        ThumbnetError
            If it is no row for the network; the message names line and column. The next may be.
        """
        cells = _cells(line)
        if not cells:
            return None
        if not self._begun:
            self._begun = True
            if self._is_header(cells):
                self._take_header(number, cells)
                return None
        if self._header and tuple(cells) == self._header:  # a log that was continued
            return None
        if len(cells) == self._width + 1 and not cells[-1]:
            del cells[-1]  # many loops print a separator after the last number, too
        if len(cells) != self._width:
            count = f"{len(cells)} value{'s' * (len(cells) > 1)}"
            names = quoted(self._header or self.columns.features)
            raise ThumbnetError(
                f"{self.where}, line {number}: {count}, but a row has {self._width}: {names}"
            )
        if self._places is not None:
            cells = [cells[at] for at in self._places]
        return self._inputs(number, cells)

    def _is_header(self, cells: Sequence[str]) -> bool:
        """Whether a line has names: those of features, or at least no value of any column."""
        lower = {name.lower() for name in self.columns.features}
        if any(cell.lower() in lower for cell in cells):
            return True
        return not self.columns.texts and not any(map(is_number, cells)) and len(cells) > 1

    def _take_header(self, number: int, cells: list[str]) -> None:
        lower = [cell.lower() for cell in cells]
        absent = [name for name in self.columns.features if name.lower() not in lower]
        if not self._known and len(cells) == self._width:
            absent = []  # no names are known: the order of the columns counts
        elif not absent:
            self._places = [lower.index(name.lower()) for name in self.columns.features]
        if absent:
            raise WrongColumns(
                f"{self.where}, line {number}: the header lacks {quoted(absent)}: the network "
                f"reads {quoted(self.columns.features)}, so name each of them"
            )
        self._header, self._width = tuple(cells), len(cells)

    def _inputs(self, number: int, cells: list[str]) -> NDArray[np.float64]:
        about = self.columns
        form = _MARKS[about.decimal or "point"]
        if about.decimal is None and _has_comma(cells):
            form = _MARKS["comma"]
        table = Cells(self.where, about.features, form, about.na)
        table.add(number, cells)
        for at, texts in table.texts.items():
            name, cell = about.features[at], cells[at]
            plain = name not in about.texts and name not in about.flags
            if texts.rows and plain and not table.is_missing(cell):
                raise ThumbnetError(
                    f"{self.where}, line {number}, column {name!r}: {cell[:40]!r} is not a number"
                )
        # One row cannot be dropped: it is refused.
        missing = "mean" if about.missing == "mean" else "refuse"
        try:
            made = make_inputs(table, missing, Known(about.texts, about.flags, about.means))
        except ThumbnetError as error:
            # What helps in training does not help a row.
            raise ThumbnetError(_without_options(str(error))) from None
        return np.asarray(made.x[0], dtype=np.float64)


def _cells(line: str) -> list[str]:
    """Return the cells of a line, whatever separates them; none for a blank line."""
    text = line.strip().strip("\ufeff")
    if not text:
        return []
    for mark in (";", "\t", ","):
        if mark in text:
            return [part.strip().strip('"') for part in text.split(mark)]
    return text.split()


def _has_comma(cells: Sequence[str]) -> bool:
    """Whether numbers have decimal commas, which then separate no cells."""
    return any(re.fullmatch(r"[+-]?\d*,\d+", cell) for cell in cells)


def _without_options(message: str) -> str:
    """Return a message without the options of `thumbnet train` that it proposes."""
    what, colon, remedy = message.rpartition(": ")
    return what if colon and "--" in remedy else message
