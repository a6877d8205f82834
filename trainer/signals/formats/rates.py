"""The rate of a track: from its clock, or as the user states it; both have to agree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...errors import ThumbnetError
from ..clocks import Clock
from ..sample_times import SECONDS, other_time_unit, rate_of, time_option
from .track import Wanted

_APART = 0.1
"""Largest relative difference of the rate of the times and a given rate."""
_COARSE = 0.5
"""Share of equal neighbours from which a clock tells no rate, but only how long it all took."""


def rate_of_clock(
    clock: Clock, where: str, lines: Sequence[int], wanted: Wanted, counted: str = "line"
) -> tuple[float, str]:
    """Return the rate of a track, and its unit of time if that was guessed.

    Parameters
    ----------
    clock : Clock
        Of the track.
    where : str
        The file, for messages.
    lines : sequence of int
        The line with each sample.
    wanted : Wanted
        What the user said.
    counted : str
        What `lines` count, if not lines.

    Returns
    -------
    rate : float
        In Hz: the given one, if the times agree with it.
    guessed : str
        "COLUMN:unit", or "" if something states the unit.

    Raises
    ------
    ThumbnetError
        If the rate changes, samples are missing, time goes back, or another rate was given.
    """
    given = wanted.rate or wanted.default_rate
    if given is not None and _is_coarse(clock, given):
        return given, ""
    measured = rate_of(clock.times, clock.unit, lines, where, counted)
    if given is not None and abs(measured / given - 1) <= _APART:
        return given, ""
    if wanted.rate is not None:
        unit = clock.unit
        other = f" and name the unit ({time_option(clock.name, other_time_unit(unit))})"
        raise ThumbnetError(
            f"{where}, {counted} {lines[0]}: column {clock.name!r} says {measured:.4g} samples "
            f"a second (in {unit}), not {wanted.rate:g}: correct the rate, or leave it out"
            f"{other if clock.guessed else ''}"
        )
    return measured, f"{clock.name}:{clock.unit}" if clock.guessed else ""


def _is_coarse(clock: Clock, rate: float) -> bool:
    """Whether a clock is too coarse for the rate of samples, but agrees with a given one."""
    steps = np.diff(clock.times)
    if steps.min() < 0 or np.mean(steps == 0) < _COARSE:
        return False
    apart = abs(len(steps) / rate - clock.length)
    return apart <= _APART * clock.length + 2 * min(clock.tick, SECONDS["min"])
