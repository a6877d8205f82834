"""Rows as they come: lines for people, or a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from thumbnet.trainer import ThumbnetError

from .console import Console


class RowLines:
    """Prints rows under their names, in columns whose width is known before the rows are.

    Parameters
    ----------
    console
        Where to print.
    columns
        The name of each column, and the characters that its cells take.

    """

    def __init__(self, console: Console, columns: Sequence[tuple[str, int]]) -> None:
        self._console = console
        self._columns = [(name, max(len(name), width)) for name, width in columns]
        self._begun = False

    def add(self, cells: Sequence[str], style: str | None = None) -> None:
        """Print a row at once."""
        if not self._begun:
            self._begun = True
            self._print([name for name, _ in self._columns], "bold")
        self._print(cells, style)

    def _print(self, cells: Sequence[str], style: str | None) -> None:
        padded = (cell.ljust(width) for cell, (_, width) in zip(cells, self._columns, strict=False))
        self._console.say("   ".join(padded).rstrip(), style)


class RowFile:
    """Writes rows to a CSV file, each at once.

    Parameters
    ----------
    path
        The file; what is there is replaced.
    columns
        Their names.

    Raises
    ------
    ThumbnetError
        If it cannot be written.

    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._path = path
        try:
            self._file: TextIO = path.open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise self._unwritten(error) from None
        self._writer = csv.writer(self._file, lineterminator="\n")
        self.add(columns)

    def add(self, cells: Sequence[object]) -> None:
        """Write a row."""
        try:
            self._writer.writerow(["" if cell is None else cell for cell in cells])
            self._file.flush()
        except OSError as error:
            raise self._unwritten(error) from None

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _unwritten(self, error: OSError) -> ThumbnetError:
        return ThumbnetError(
            f"cannot write {self._path}: {error.strerror or error}: choose another place with -o, "
            "or free some space"
        )
