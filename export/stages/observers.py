"""Observers: the range that a tensor's uint8 steps should cover, from the values seen in it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Range = tuple[float, float]

PERCENTILE = 99.99
"""Of the values on each side of zero, this share is told apart; what is beyond saturates."""

_SHARES = np.linspace(0.2, 1.0, 41)
"""Of the widest range, tried by `mean_squared_error`."""

_MOST = 200_000
"""Values that a search looks at: evenly spread over all."""


def min_max(values: Floats) -> Range:
    """Return the smallest and the largest value: nothing seen saturates."""
    return float(values.min()), float(values.max())


def percentile(values: Floats) -> Range:
    """Return the range that leaves out the most extreme values, `PERCENTILE`, on either side."""
    low, high = np.percentile(values, [100 - PERCENTILE, PERCENTILE])
    return float(low), float(high)


def mean_squared_error(values: Floats) -> Range:
    """Return the range whose 255 steps give the least squared error, clipping included.

    Tried are shares of the widest range, each end by itself towards 0 or the other end.
    """
    low, high = min_max(values)
    flat = values.ravel()
    flat = flat[:: -(-flat.size // _MOST)]
    if low == high:
        return low, high
    inner = min(max(0.0, low), high)  # what both ends shrink towards
    best = (_error(flat, low, high), low, high)
    for share in _SHARES:
        top = inner + (high - inner) * share
        best = min(best, (_error(flat, best[1], top), best[1], top))
    for share in _SHARES:
        bottom = inner + (low - inner) * share
        best = min(best, (_error(flat, bottom, best[2]), bottom, best[2]))
    return float(best[1]), float(best[2])


def _error(values: Floats, low: float, high: float) -> float:
    if high <= low:
        return np.inf
    step = (high - low) / 255
    rounded = low + step * np.round((np.clip(values, low, high) - low) / step)
    return float(np.mean((values - rounded) ** 2))


OBSERVERS: dict[str, Callable[[Floats], Range]] = {
    "min_max": min_max,
    "percentile": percentile,
    "mse": mean_squared_error,
}
"""The names that `convert` takes as `calibration`."""

CALIBRATIONS = tuple(OBSERVERS)
"""What `convert` takes as `calibration`."""
