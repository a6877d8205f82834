"""The cells of a table's features: numbers, and the texts between them."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ThumbnetError
from ..files.number_format import POINT, Missing, NotANumber, NumberFormat, is_missing, unit_of

MOST_TEXTS = 1000
"""Different texts of a column. No network for a board tells as many apart."""


@dataclass
class Texts:
    """The cells of a column that are no numbers: their rows, and which text each is."""

    rows: array[int] = field(default_factory=lambda: array("q"))
    which: array[int] = field(default_factory=lambda: array("q"))
    vocabulary: dict[str, int] = field(default_factory=dict)

    def add(self, row: int, text: str) -> bool:
        """Add a cell; False if these are too many different texts."""
        at = self.vocabulary.setdefault(text, len(self.vocabulary))
        self.rows.append(row)
        self.which.append(at)
        return len(self.vocabulary) <= MOST_TEXTS

    def of_rows(self) -> list[tuple[int, str]]:
        """Return (row, text) of every cell."""
        names = list(self.vocabulary)
        return [(row, names[at]) for row, at in zip(self.rows, self.which, strict=True)]


class Cells:
    """The features of a table, filled row by row.

    Parameters
    ----------
    path : str
        Names the file in messages.
    names : sequence of str
        Of the columns.
    form : NumberFormat
        How numbers are written.
    na : sequence of str
        More texts that mean a missing value, see `TableOptions`.
    """

    def __init__(
        self, path: str, names: Sequence[str], form: NumberFormat, na: Sequence[str] = ()
    ) -> None:
        self.path, self.names, self.form = path, names, form
        own = [text.partition("=") for text in na]
        # Of all columns, and of one.
        self.na = frozenset(text for text in na if text.partition("=")[0] not in names)
        self._na_numbers = {value for text in self.na if (value := _number(text)) is not None}
        self._own: dict[int, set[str | float | None]] = {}
        for name, _, text in own:
            if name in names:
                found = self._own.setdefault(list(names).index(name), set())
                found |= {text, _number(text)} - {None}
        self.lines = array("q")
        self.decimals = [0] * len(names)
        self.texts: dict[int, Texts] = {}
        self._numbers = array("d")
        self._known: dict[str, tuple[float, int] | None] = {}  # sensors repeat themselves

    def add(self, line: int, cells: Sequence[str]) -> None:
        """Add the row at a line; raises ThumbnetError for a number that cannot be read."""
        for i, cell in enumerate(cells):
            parsed = self._known[cell] if cell in self._known else self._parse(line, i, cell)
            if i in self._own and not self._own[i].isdisjoint({cell, parsed and parsed[0]}):
                parsed, cell = None, ""
            if parsed is None:
                self._numbers.append(np.nan)
                if not self.texts.setdefault(i, Texts()).add(len(self.lines), cell):
                    if unit := unit_of(cell):
                        raise ThumbnetError(
                            f"{self.path}, line {line}, column {self.names[i]!r}: {cell[:40]!r} is "
                            f"not a number: text follows it, remove {unit!r} from the column"
                        )
                    raise ThumbnetError(
                        f"{self.path}, column {self.names[i]!r}: holds more than {MOST_TEXTS:,} "
                        f"different texts, such as {cell[:40]!r}: leave it out "
                        f"({ignoring(self.names[i])})"
                    )
                continue
            self._numbers.append(parsed[0])
            if parsed[1] > self.decimals[i]:
                self.decimals[i] = parsed[1]
        self.lines.append(line)

    def _parse(self, line: int, column: int, cell: str) -> tuple[float, int] | None:
        found = None
        if cell not in self.na:
            try:
                found = self.form.parse(cell)
            except (Missing, NotANumber):
                pass
            except ValueError as error:
                raise ThumbnetError(
                    f"{self.path}, line {line}, column {self.names[column]!r}: {error}"
                ) from error
        if found is not None and found[0] in self._na_numbers:  # -999 also means "-999.00"
            self.na |= {cell}
            found = None
        self._known[cell] = found
        return found

    def numbers(self) -> NDArray[np.float64]:
        """Return all cells, (rows, columns); NaN for what is no number."""
        return np.frombuffer(self._numbers, dtype=np.float64).reshape(-1, len(self.names))

    def is_missing(self, text: str) -> bool:
        """Whether a text means that there is no value."""
        return text in self.na or is_missing(text)

    def missing(self) -> NDArray[np.bool_]:
        """Return which cells have no value, (rows, columns)."""
        found: NDArray[Any] = np.zeros((len(self.lines), len(self.names)), dtype=np.bool_)
        for column, texts in self.texts.items():
            absent = np.array([self.is_missing(text) for text in texts.vocabulary])
            rows, which = np.array(texts.rows), np.array(texts.which)
            found[rows[absent[which]], column] = True
        return found


def _number(text: str) -> float | None:
    try:
        return POINT.parse(text)[0]
    except ValueError:
        return None


def ignoring(column: str) -> str:
    """Return the option that leaves out a column, as one types it."""
    plain = column.replace("_", "").replace("-", "").replace(".", "").isalnum()
    return f"--ignore {column}" if plain else f"--ignore {column!r}"
