"""The time column of a recording: its unit, the rate it gives, and whether that rate holds."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .errors import ThumbnetError

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
"""Steps whose median is the rate thereabouts."""

_APART = 0.2
_GAP = 4.0


def time_column(header: Sequence[str]) -> int | None:
    """Return the index of the column that is a time by its name, such as time, t_ms or millis.

    "t" alone and "s" only as the first column: both have other meanings.
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


def unit_of_time(name: str, times: NDArray[np.float64]) -> str:
    """Return the unit of a time column: what its name says, else what its steps suggest.

    Steps below 1 are seconds, others milliseconds; from 1,000 on they are microseconds.
    """
    match = _TIME.fullmatch(name.strip())
    if match is not None and match[2].lower() in _WORDS:
        return _WORDS[match[2].lower()]
    step = float(np.median(np.diff(times))) if len(times) > 1 else 1.0
    return "s" if step < 1 else "ms" if step < 1000 else "us"


def rate_of(seconds: NDArray[np.float64], lines: Sequence[int], where: str) -> float:
    """Return the rate in Hz of samples taken at `seconds`; a little unevenness is as it is.

    lines: the line of the file of each sample.

    Raises ThumbnetError with the line where time stands still or goes back, where the rate changes
    by a fifth, or where samples are missing.
    """
    steps = np.diff(seconds)
    bad = np.flatnonzero(steps <= 0)
    if bad.size:
        at = int(bad[0])
        how = "stands still" if steps[at] == 0 else "goes back"
        raise ThumbnetError(
            f"{where}, line {lines[at + 1]}: time {how}, from {seconds[at]:g} s to "
            f"{seconds[at + 1]:g} s: delete the row, or make two recordings of it"
        )
    step = float(np.median(steps))
    gaps = np.flatnonzero(steps > _GAP * step)
    if gaps.size and not _goes_on(steps, int(gaps[0]), step):
        at = int(gaps[0])
        raise ThumbnetError(
            f"{where}, line {lines[at + 1]}: {steps[at]:.4g} s after the sample before it, "
            f"{step:.4g} s elsewhere: samples are missing, make two recordings of it"
        )
    near = min(_NEAR, len(steps))
    medians = np.median(np.lib.stride_tricks.sliding_window_view(steps, near), axis=-1)
    first, others = float(medians[0]), np.abs(medians / medians[0] - 1) > _APART
    if others.any():
        begin = int(np.argmax(others))
        inside = np.abs(steps[begin : begin + near] / first - 1) > _APART
        at = begin + int(np.argmax(inside))
        raise ThumbnetError(
            f"{where}, line {lines[at + 1]}: the sample rate changes from {1 / first:.4g} to "
            f"{1 / float(medians[begin]):.4g} Hz: resample the recording, or make two of it"
        )
    return 1 / step


def _goes_on(steps: NDArray[np.float64], at: int, step: float) -> bool:
    """Whether the steps behind a long one are as long: another rate, rather than a gap."""
    behind = steps[at + 1 : at + 1 + _NEAR]
    return bool(len(behind)) and float(np.median(behind)) > (1 + _APART) * step
