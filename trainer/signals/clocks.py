"""The clocks of a recording: which columns are some, in which unit, and which of them is used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import ThumbnetError
from .clock_names import unit_by_name
from .moments import DAY, parse_moment
from .sample_times import SECONDS, time_option, unit_of_time

FEWEST = 20
"""Rows in which a column has to rise evenly to count as a clock, whatever its name."""
_EXACT = 2.0**53
_DISAGREE = 0.1
"""Largest relative difference of the time that two clocks of a recording show."""


@dataclass(frozen=True, eq=False)
class Clock:
    """A column of times.

    Attributes
    ----------
    name : str
        Of the column.
    times : ndarray, shape (n,)
        In `unit`, since `origin`.
    unit : str
        A key of `SECONDS`.
    origin : int
        Nanoseconds of an epoch or of a day; 0 where times count from anywhere.
    guessed : bool
        Whether nothing states the unit.
    """

    name: str
    times: NDArray[np.float64]
    unit: str
    origin: int
    guessed: bool

    @property
    def distinct(self) -> int:
        """How many different times there are: a clock of whole seconds has few."""
        return len(np.unique(self.times))

    @property
    def length(self) -> float:
        """Seconds from the first to the last time."""
        return float(self.times[-1] - self.times[0]) * SECONDS[self.unit]

    @property
    def tick(self) -> float:
        """The usual step between different times, in seconds."""
        steps = np.diff(np.unique(self.times))
        return float(np.median(steps)) * SECONDS[self.unit] if len(steps) else np.inf


class ClockCells:
    """The cells of a column of times, while they are read."""

    def __init__(self, name: str, dates: bool, parse: Callable[[str], float]) -> None:
        self.name, self._dates, self._parse = name, dates, parse
        self._times: list[float] = []
        self.fault: tuple[int, str, str] | None = None

    def add(self, line: int, cell: str) -> None:
        """Take a cell; the first that is no time is kept as `fault`, with what is wrong."""
        time: float | None = None
        if self._dates:
            time = parse_moment(cell)
            if time is None:
                self.fault = self.fault or (line, cell, f"{cell[:40]!r} is no date or time")
        elif cell.isdecimal() and len(cell) < 300:
            time = int(cell)  # exact: the nanoseconds of an epoch have 19 digits
        else:
            try:
                time = self._parse(cell)
            except ValueError as error:
                self.fault = self.fault or (line, cell, str(error))
        self._times.append(0 if time is None else time)

    def clock(self, begin: int, end: int, unit: str | None, rate: float | None) -> Clock:
        """Return the clock of some rows.

        Parameters
        ----------
        begin, end : int
            The rows.
        unit : str, optional
            That of the numbers, if the user states it.
        rate : float, optional
            Samples a second, if known.
        """
        part = self._times[begin:end]
        if self._dates:
            origin = int(part[0])
            nanoseconds = np.array([int(time) - origin for time in part], dtype=np.float64)
            if abs(origin) < DAY:  # a time of day, perhaps across midnight
                days = np.cumsum(np.diff(nanoseconds, prepend=nanoseconds[0]) < -DAY / 2)
                nanoseconds += days * float(DAY)
            return Clock(self.name, nanoseconds * 1e-9, "s", origin, False)
        numbers = np.array(part, dtype=np.float64)
        named = unit or unit_by_name(self.name)
        known = named or _unit_of_epoch(numbers)
        chosen = known or unit_of_time(self.name, numbers, rate)
        origin = 0
        if float(np.abs(numbers).max()) > _EXACT or (known and named is None):
            first = part[0]
            if chosen == "ns":
                origin = int(first)
            else:
                origin = round(first * round(SECONDS[chosen] * 1e9))
            numbers = np.array([time - first for time in part], dtype=np.float64)
        return Clock(self.name, numbers, chosen, origin, known is None)


def _unit_of_epoch(times: NDArray[np.float64]) -> str | None:
    """Return the unit of times since 1970, if they fall between 2000 and 2100 in it."""
    first = float(times[0])
    step = float(np.median(np.abs(np.diff(times)))) if len(times) > 1 else 0.0
    for unit in ("s", "ms", "us", "ns"):
        seconds = SECONDS[unit]
        if 946_684_800 <= first * seconds <= 4_102_444_800 and step * seconds <= 2:
            return unit
    return None


def choose_clock(clocks: Sequence[Clock], where: str) -> Clock:
    """Choose among the clocks of one recording, which have to agree.

    Parameters
    ----------
    clocks : sequence of Clock
        One or more.
    where : str
        The file, for messages.

    Returns
    -------
    Clock
        The one that tells most samples apart; the first of several.

    Raises
    ------
    ThumbnetError
        If two of them show another length of the recording.
    """
    best = max(clocks, key=lambda clock: (clock.distinct, not clock.guessed))
    for other in clocks:
        apart = abs(other.length - best.length)
        if other is best or other.guessed or best.guessed or not np.isfinite(other.tick):
            continue
        if apart > _DISAGREE * abs(best.length) + 2 * other.tick:
            raise ThumbnetError(
                f"{where}: the clocks {best.name!r} and {other.name!r} disagree: they show "
                f"{best.length:.4g} and {other.length:.4g} s: name the right one "
                f"({time_option(best.name)})"
            )
    return best


def rises_evenly(column: NDArray[np.float64]) -> bool:
    """Whether a column goes up from row to row by steps of about one size, as only clocks do."""
    if len(column) < FEWEST:
        return False
    steps = np.diff(column)
    usual = float(np.median(steps))
    return bool(steps.min() > 0 and steps.max() <= 4 * usual and steps.std() <= usual / 2)


def counts_rows(column: NDArray[np.float64]) -> bool:
    """Whether a column counts the rows: each number is the one before and 1."""
    return len(column) >= FEWEST and counts_up(column)


def counts_up(column: NDArray[np.float64]) -> bool:
    """Whether each number is the one before and 1, or begins anew after the largest of all."""
    anew = (column[:-1] == column.max()) & (column[1:] == column.min())
    return bool(np.all((np.diff(column) == 1) | anew)) and 2 * int(anew.sum()) < len(column)
