"""Numbers in the lines that a program prints, however it separates and names them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from thumbnet.trainer import LineReader, line_reader

MOST_CHANNELS = 64

_NAMES = re.compile(r"[^\d\W][\w ()/%°.-]*(?:[,;\t]\s*[^\d\W][\w ()/%°.-]*)*")


@dataclass(frozen=True)
class Reading:
    """One line of numbers.

    Attributes
    ----------
    values
        As they were printed: "0.10" keeps its zero, which tells the resolution.
    names
        Of each value, if the line has names.

    """

    values: tuple[str, ...]
    names: tuple[str, ...] | None = None

    @property
    def shape(self) -> tuple[int, tuple[str, ...] | None]:
        """What is the same in all readings of a program."""
        return len(self.values), self.names


class Readings:
    """Reads lines alike, as `thumbnet train` reads a saved log: what separates numbers is chosen.

    Numbers are separated by commas, semicolons, tabs or blanks, in brackets or not, or are
    `name:value` pairs as the Arduino plotter reads them.
    """

    def __init__(self) -> None:
        self._reader: LineReader | None = None

    @property
    def by_blanks(self) -> bool:
        """Whether blanks separate the numbers."""
        return self._reader is not None and self._reader.separator is None

    def choose(self, lines: Sequence[str]) -> None:
        """Read from now on what most of these lines have."""
        self._reader = line_reader(lines) or self._reader

    def read(self, text: str) -> Reading | None:
        """Return the numbers of a line, None if it has anything else."""
        reader = self._reader or line_reader([text])
        line = None if reader is None else reader(text)
        if line is None or len(line.cells) > MOST_CHANNELS:
            return None
        values = tuple(cell.replace(",", ".") for cell in line.cells)
        return (
            Reading(values, line.names or None) if all(map(isfinite, map(float, values))) else None
        )


def parse_reading(text: str) -> Reading | None:
    """Return the numbers of a line by itself, None if it has anything else."""
    return Readings().read(text)


def parse_names(text: str) -> tuple[str, ...] | None:
    """Return the names of a header line such as "t_ms,ax,ay,az"; None if it is no such line."""
    if not _NAMES.fullmatch(text.strip()):
        return None
    names = tuple(part.strip() for part in re.split(r"[,;\t]", text.strip()))
    return names if len({*names}) == len(names) and len(names) <= MOST_CHANNELS else None
