"""Observers choose the range that a tensor's uint8 steps cover, from the values seen in it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Range = tuple[float, float]

PERCENTILE = 99.99
"""Percentile that bounds the range above, and in mirror image below; values beyond saturate."""

_SHARES = np.linspace(0.2, 1.0, 41)
"""Shares of the widest range that `mean_squared_error` tries."""

_MOST = 200_000
"""Maximum number of values in a search, evenly spread over all values."""


def min_max(values: Floats) -> Range:
    """Return the smallest and the largest value, so that nothing seen saturates."""
    return float(values.min()), float(values.max())


def percentile(values: Floats) -> Range:
    """Return the range without the most extreme values at both ends; see `PERCENTILE`."""
    low, high = np.percentile(values, [100 - PERCENTILE, PERCENTILE])
    return float(low), float(high)


def mean_squared_error(values: Floats) -> Range:
    """Return the range whose 255 steps give the least squared error, including clipping.

    The search tries shares of the widest range; each end moves separately, towards 0 if that lies
    in the range, otherwise towards the end nearest to 0.
    """
    low, high = min_max(values)
    flat = values.ravel()
    flat = flat[:: -(-flat.size // _MOST)]
    if low == high:
        return low, high
    inner = min(max(0.0, low), high)  # both ends shrink towards this
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
"""The observers by name."""

CALIBRATIONS = tuple(OBSERVERS)
"""What `convert` takes as `calibration`."""
