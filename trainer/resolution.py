"""How fine the raw units of a feature are: the size of one integer count on the board."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import ThumbnetError

MOST_COUNTS = 2**20
"""Every count of a feature stays below this: the floats of some boards have 22 bits."""
MOST_DECIMALS = 12


def resolution_for(decimals: int, low: float, high: float, where: str) -> float:
    """Return 10**-d for the largest d <= `decimals` with which all readings fit into the counts.

    Readings are expected from low to high; on both sides that range's own width is kept free, for
    the margin by which the board accepts more.

    Raises ThumbnetError if even whole numbers (d = 0) are too fine.
    """
    reach = max(abs(low), abs(high)) + (high - low)
    for d in range(min(decimals, MOST_DECIMALS), -1, -1):
        if reach * 10**d + 1 < MOST_COUNTS:
            return float(1 / 10**d)
    raise ThumbnetError(
        f"{where}: values from {low:g} to {high:g} do not fit the board's integers, which reach "
        f"{MOST_COUNTS - 1} (and the range is kept free on both sides): "
        "use a larger unit or subtract a constant"
    )


def decimals_of(values: NDArray[Any]) -> int:
    """Return how many decimals (at most 12) express every value, to the precision of its dtype."""
    if not np.issubdtype(values.dtype, np.floating):
        return 0
    wide = values.astype(np.float64)
    slack = np.abs(wide) * float(np.finfo(values.dtype).eps)
    for d in range(MOST_DECIMALS):
        if bool(np.all(np.abs(wide - np.round(wide, d)) <= slack)):
            return d
    return MOST_DECIMALS


def resolutions(x: NDArray[Any], where: str) -> float | tuple[float, ...]:
    """Return the resolution of each feature of x (n, ...), as one float where all are equal."""
    flat = x.reshape(len(x), -1)
    return shared(
        [
            resolution_for(
                decimals_of(column), float(column.min()), float(column.max()), f"{where}[:, {i}]"
            )
            for i, column in enumerate(flat.T)
        ]
    )


def shared(steps: Sequence[float]) -> float | tuple[float, ...]:
    """Return one float if all are equal, else the tuple."""
    return steps[0] if len(set(steps)) == 1 else tuple(steps)
