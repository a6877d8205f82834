"""The time column of a recording: its unit, its rate, and whether the rate is constant."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import ThumbnetError

UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6}
"""Seconds of each unit of time."""

_WORDS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("ms", "msec", "millis", "millisecond", "milliseconds"), "ms"),
    **dict.fromkeys(("us", "µs", "μs", "usec", "micros", "microsecond", "microseconds"), "us"),
}
_TIME = re.compile(
    r"(timestamp|time|elapsed|ticks|t)?[\s_\-]*[(\[]?([a-zµμ]*)[)\]]?", re.IGNORECASE
)
_NEAR = 5
"""Steps of the shortest stretch whose rate can be measured."""
_LONG = 40
"""Steps of a stretch that is long enough for late steps to count."""
_APART = 0.2
_CHANCE = 6.0
"""Standard deviations within which uneven steps differ by chance."""
_GAP = 4.0
_COARSE = 0.1
"""If more times than this share are equal, the clock is too coarse."""
_WHOLE = 0.01
_LONGEST_STEP = 1e9
"""Seconds, thirty years."""
_TWO = "by two files or a column called recording"
_PRECISE = 0.005
"""No rate is rounded by more than this."""


def time_column(header: Sequence[str]) -> int | None:
    """Find the column that is a time by its name, such as time, t_ms or millis.

    "t" and "s" count only as the first column: both have other meanings.

    Parameters
    ----------
    header : sequence of str
        Names of the columns.

    Returns
    -------
    int or None
        Its index.
    """
    for at, name in enumerate(header):
        match = _TIME.fullmatch(name.strip())
        if match is None or not (match[1] or match[2]):
            continue
        if match[2] and match[2].lower() not in _WORDS:
            continue
        if at == 0 or name.lower() not in ("t", "s"):
            return at
    return None


def unit_by_name(name: str) -> str | None:
    """Return the unit of time in a column's name, such as ms of t_ms.

    Parameters
    ----------
    name : str
        The column's.

    Returns
    -------
    str or None
        Its unit; None if the name states none.
    """
    match = _TIME.fullmatch(name.strip())
    return None if match is None else _WORDS.get(match[2].lower())


def unit_of_time(name: str, times: NDArray[np.float64], rate: float | None = None) -> str:
    """Find the unit of a time column: what its name states, or else what its steps suggest.

    Steps below 1 are seconds, steps from 1,000 are microseconds, others are milliseconds.

    Parameters
    ----------
    name : str
        Of the column.
    times : ndarray, shape (n,)
        Its values.
    rate : float, optional
        Samples a second, if known; the unit is then the one in which the steps give this rate, to
        within a half.

    Returns
    -------
    str
        A key of `UNITS`.
    """
    named = unit_by_name(name)
    if named is not None:
        return named
    step = float(np.median(np.diff(times))) if len(times) > 1 else 1.0
    if rate is not None:
        for unit, seconds in UNITS.items():
            if 1 / 1.5 < step * seconds * rate < 1.5:
                return unit
    return "s" if step < 1 else "ms" if step < 1000 else "us"


def other_time_unit(unit: str) -> str:
    """Name the likeliest unit of times whose unit was guessed wrongly from their steps.

    Parameters
    ----------
    unit : str
        The guess: "s", "ms" or "us".

    Returns
    -------
    str
        "s" for "ms", "ms" for any other.
    """
    return "s" if unit == "ms" else "ms"


def rate_of(times: NDArray[np.float64], unit: str, lines: Sequence[int], where: str) -> float:
    """Compute the rate of samples from their times, over all steps, even if these are uneven.

    Steps are counted in ticks, the smallest digit of the column: 400 Hz in whole milliseconds is 3,
    2, 3, 2 ... A step longer than two usual ones, but not than four, is late and does not count.
    The rate is the shortest number that the ticks allow.

    Parameters
    ----------
    times : ndarray, shape (n,)
        In `unit`.
    unit : str
        A key of `UNITS`.
    lines : sequence of int
        The line of the file with each sample.
    where : str
        The file, for messages.

    Returns
    -------
    float
        In Hz.

    Raises
    ------
    ThumbnetError
        If time stands still or goes back, the rate changes by a fifth, or samples are missing: a
        step is longer than four usual ones. The message names the line.
    """
    steps = np.diff(times)
    tick = _tick(steps)
    ticks, second = np.round(steps / tick), tick * UNITS[unit]
    _check_forward(times * UNITS[unit], lines, where)
    if float(ticks.min()) < 1 or float(ticks.max()) * second > _LONGEST_STEP:
        raise ThumbnetError(
            f"{where}: the times are {steps.min():.4g} to {steps.max():.4g} {unit} apart, which is "
            "no rate of a sensor: write them in another unit, or give the rate (--rate)"
        )
    usual = float(np.mean(ticks[ticks <= _GAP * np.median(ticks)]))
    gaps = np.flatnonzero(ticks > _GAP * usual)
    if gaps.size and not _goes_on(ticks, int(gaps[0])):
        at = int(gaps[0])
        raise ThumbnetError(
            f"{where}, line {lines[at + 1]}: {ticks[at] * second:.4g} s after the sample before "
            f"it, {usual * second:.4g} s elsewhere: samples are missing, make two recordings of it"
        )
    change = _change(ticks)
    if change is not None:
        at, before, after = change
        raise ThumbnetError(
            f"{where}, line {lines[at + 1]}: the sample rate changes from "
            f"{1 / (before * second):.4g} to {1 / (after * second):.4g} Hz: "
            "resample the recording, or make two of it"
        )
    in_time = ticks[ticks <= 2 * usual]
    rate = float(1 / (in_time.mean() * second))
    return rate if np.ptp(in_time) == 0 else _shortest(rate, float(1 / in_time.sum()))


def _tick(steps: NDArray[np.float64]) -> float:
    """Return the power of ten that all steps are multiples of."""
    for digits in range(-6, 9):
        scaled = steps * 10.0**digits
        whole = np.round(scaled)
        if np.all((np.abs(scaled - whole) < _WHOLE) & ((whole != 0) | (steps == 0))):
            return 10.0**-digits
    return 1e-9


def _check_forward(seconds: NDArray[np.float64], lines: Sequence[int], where: str) -> None:
    """Reject times that stand still or go back, and say what to do in each case."""
    steps = np.diff(seconds)
    bad = np.flatnonzero(steps <= 0)
    if not bad.size:
        return
    at = int(bad[0])
    how, remedy = "stands still", "delete the row, or make two recordings of it"
    if steps[at] < 0:
        how, remedy = "goes back", f"make two recordings of it, {_TWO}"
        if np.any(seconds[at + 2 : at + 3] > seconds[at]):
            remedy = "delete the row"
        elif at == 0 or seconds[at + 1] > seconds[at - 1]:
            remedy = f"delete the row before it, line {lines[at]}"
    elif np.mean(steps == 0) > _COARSE:
        remedy = "write finer times, or delete their column and give the rate (--rate)"
    raise ThumbnetError(
        f"{where}, line {lines[at + 1]}: time {how}, from {seconds[at]:.10g} s to "
        f"{seconds[at + 1]:.10g} s: {remedy}"
    )


def _goes_on(ticks: NDArray[np.float64], at: int) -> bool:
    """Whether the steps after a long one are about as long: another rate, rather than a gap."""
    behind = ticks[at + 1 : at + 1 + _NEAR]
    return len(behind) > _NEAR // 2 and float(np.median(behind)) > ticks[at] / 2


def _change(ticks: NDArray[np.float64]) -> tuple[int, float, float] | None:
    """Return where the rate changes, and the mean steps before and after; None if it does not.

    Each stretch of 5, 10, 20 ... steps is compared with the one before it. Their means differ by
    chance if the steps are uneven, and by the rounding to ticks. A change is a difference that
    exceeds both, and a fifth. In short stretches the medians have to differ as well: a few late
    steps are no change.
    """
    noise = float(np.sqrt(np.mean(np.diff(ticks) ** 2) / 2)) if len(ticks) > 1 else 0.0
    sums = np.cumsum(np.concatenate([[0.0], ticks]))
    length = min(_NEAR, len(ticks) // 2)
    while 0 < length <= len(ticks) // 2:
        means = (sums[length:] - sums[:-length]) / length
        old, apart = means[:-length], np.abs(means[length:] - means[:-length])
        chance = _CHANCE * noise * (2 / length) ** 0.5
        others = np.flatnonzero(apart > np.maximum(_APART * old + 1 / length, chance))
        if length < _LONG:
            stretches = np.lib.stride_tricks.sliding_window_view(ticks, length)
            before, after = (np.median(stretches[others + past], axis=-1) for past in (0, length))
            others = others[np.abs(after - before) > _APART * old[others]]
        if others.size:
            begin = int(others[0])
            begin += int(np.argmax(apart[begin : begin + length]))
            rate, steps = float(old[begin]), ticks[begin + length : begin + 2 * length]
            at = int(np.argmax(np.abs(steps - rate) > _APART * rate))
            return begin + length + at, rate, float(steps[at:].mean())
        length *= 2
    return None


def _shortest(rate: float, precision: float) -> float:
    """Return the number with the fewest digits that is within the precision of a rate."""
    for digits in range(1, 12):
        short = float(f"{rate:.{digits}g}")
        if abs(short / rate - 1) <= min(precision, _PRECISE):
            return short
    return rate
