"""Which of the printed numbers is a clock, and what the others are called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from thumbnet.trainer import SECONDS_OF_UNIT, time_column, unit_by_name

from .readings import Reading

FEWEST = 8
"""Readings that are needed to recognize a clock by its values."""

_APART = 0.2
"""A clock of the board and that of this computer may differ by this, over the first second."""


@dataclass(frozen=True)
class Layout:
    """How a line of numbers is read.

    Attributes
    ----------
    channels
        The names of the sensor's channels.
    clock
        The place of the board's clock among the numbers; None if it prints none.
    tick
        Seconds of a step of that clock.

    """

    channels: tuple[str, ...]
    clock: int | None
    tick: float

    @property
    def numbers(self) -> int:
        """How many numbers a line has."""
        return len(self.channels) + (self.clock is not None)

    def split(self, reading: Reading) -> tuple[float | None, tuple[str, ...]]:
        """Return the seconds of the board's clock, if it prints one, and the channels."""
        if self.clock is None:
            return None, reading.values
        values = list(reading.values)
        return float(values.pop(self.clock)) * self.tick, tuple(values)


def find_layout(
    arrivals: Sequence[float],
    readings: Sequence[Reading],
    header: str | None = None,
    names: Sequence[str] | None = None,
) -> Layout:
    """Recognize the clock, by its name or by how it advances, and name the channels.

    Parameters
    ----------
    arrivals
        The second at which each reading came.
    readings
        The first readings, all with the same number of values.
    header
        A line of names that was printed in front.
    names
        The channels' names, which a user gave.

    """
    count = len(readings[0].values)
    printed = readings[0].names or _names_of(header, count)
    clock = None if printed is None else time_column(printed)
    unit = None if printed is None or clock is None else unit_by_name(printed[clock])
    tick = _advance(arrivals, [float(one.values[clock or 0]) for one in readings])
    if unit is not None:
        tick = SECONDS_OF_UNIT[unit]
    elif clock is None and printed is None and tick is not None:
        clock = 0
    elif clock is not None and tick is None:
        tick = 1e-3
    channels = count - (clock is not None)
    if names is not None and len(names) == channels:
        found = tuple(names)
    elif printed is not None:
        found = tuple(name for at, name in enumerate(printed) if at != clock)
    else:
        found = tuple("xyz"[:channels]) if channels <= 3 else tuple(_numbered(channels))
    return Layout(found, clock, tick if clock is not None and tick is not None else 0.0)


def _names_of(header: str | None, count: int) -> tuple[str, ...] | None:
    for separators in (r"\s*[,;\t]\s*", r"[,;\s]+"):
        names = tuple(re.split(separators, (header or "").strip()))
        if len(names) == count and all(names) and len({*names}) == count:
            return names
    return None


def _advance(arrivals: Sequence[float], values: Sequence[float]) -> float | None:
    """Return the seconds of a step of a clock with these values; None if they are no clock."""
    times, seen = np.asarray(arrivals), np.asarray(values)
    if len(seen) < FEWEST or np.any(np.diff(seen) <= 0) or times[-1] <= times[0]:
        return None
    speed = (seen[-1] - seen[0]) / (times[-1] - times[0])
    for tick in (1.0, 1e-3, 1e-6, 1e-9):
        if abs(speed * tick - 1) <= _APART:
            return tick
    return None


def _numbered(count: int) -> list[str]:
    return [f"ch{at}" for at in range(count)]
