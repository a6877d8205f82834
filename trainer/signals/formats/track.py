"""`Track`: what every format becomes, the readings of sensors that share a clock."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..sample_times import SECONDS

FEWEST = 3
"""Samples of a recording: fewer tell no rate."""


@dataclass(frozen=True)
class Wanted:
    """What the caller said of the recordings; see `read_recordings`."""

    label: str | None = None
    time: str | None = None
    rate: float | None = None
    recording: str | None = None
    default_rate: float | None = None
    ignore: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    decimal: str | None = None
    predicted: tuple[str, ...] = ()
    """The channels of a network that is to answer: labels may be missing, and all other columns
    are left out."""


@dataclass(frozen=True, eq=False)
class Track:
    """One uninterrupted run of readings.

    Attributes
    ----------
    values : ndarray, shape (n, channels)
        float64 in raw units.
    channels : tuple of str
        Their names.
    name : str
        Of the recording, for messages and reports.
    rate : float
        Samples a second, in Hz.
    label : str
        Empty if only the file's place tells it.
    times : ndarray, shape (n,), optional
        When each sample was taken, in `unit` since `origin`; None without a clock.
    unit : str
        A key of `sample_times.SECONDS`.
    origin : int
        Nanoseconds of an epoch or of a day, where the clock shows them; otherwise 0.
    lines : tuple of int
        The line of the file with each sample; empty if the file has no lines.
    sensor : str
        Tells tracks of one recording apart; empty for a recording of one track.
    guessed : str
        Column and unit of the times, such as "time:ms", if nothing states the unit.
    notes : tuple of str
        What a user should know about how the file was read.
    named : bool
        Whether the file names its channels.
    ignored : tuple of str
        Columns that were left out because the user said so.
    """

    values: NDArray[np.float64]
    channels: tuple[str, ...]
    name: str
    rate: float
    label: str = ""
    times: NDArray[np.float64] | None = None
    unit: str = "s"
    origin: int = 0
    lines: tuple[int, ...] = field(default=(), repr=False)
    sensor: str = ""
    guessed: str = ""
    notes: tuple[str, ...] = ()
    named: bool = True
    ignored: tuple[str, ...] = ()

    def seconds(self, origin: int) -> NDArray[np.float64]:
        """Return when each sample was taken, in seconds since an origin in nanoseconds."""
        assert self.times is not None
        return self.times * SECONDS[self.unit] + (self.origin - origin) * 1e-9
