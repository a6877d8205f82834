"""Resolution: the size of one integer count on the board, in raw units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ThumbnetError
from .input_spec import InputSpec

COUNT_LIMIT = 2**20
"""Every count of a feature stays below this: the floats of some boards have 22 bits."""
MOST_DECIMALS = 12


def resolution_for(
    decimals: int,
    low: float,
    high: float,
    where: str,
    most: int = COUNT_LIMIT,
    leave: str = "",
) -> float:
    """Find the finest resolution whose counts hold all readings.

    Parameters
    ----------
    decimals : int
        Decimals of the readings.
    low, high : float
        The expected range. It is widened by its own width on both sides, because the board
        accepts more than training saw.
    where : str
        Names the feature in the message.
    most : int
        Counts of the expected range stay below this.
    leave : str
        The option that leaves out the feature, for messages.

    Returns
    -------
    float
        10**-d for the largest d <= `decimals` that fits.

    Raises
    ------
    ThumbnetError
        If even whole numbers (d = 0) are too fine, or the readings vary by less than the finest
        resolution that holds them can show.
    """
    largest = max(abs(low), abs(high))
    reach = largest + (high - low)
    for d in range(min(decimals, MOST_DECIMALS), -1, -1):
        if reach * 10**d + 1 < COUNT_LIMIT and largest * 10**d + 1 < most:
            finest = d < decimals or d == MOST_DECIMALS
            if finest and 0 < (high - low) * 10**d < 1:
                middle = (low + high) / 2
                remedy = f"subtract {middle:.9g} from it"
                if d == MOST_DECIMALS:
                    remedy = "multiply it by a constant"
                raise ThumbnetError(
                    f"{where}: values from {low:.9g} to {high:.9g} vary by less than "
                    f"{1 / 10**d:g}, the finest step of the board's integers there: {remedy}, "
                    f"or leave it out{f' ({leave})' if leave else ''}"
                )
            return float(1 / 10**d)
    raise ThumbnetError(
        f"{where}: values from {low:g} to {high:g} do not fit the board's integers, which reach "
        f"{most - 1} (with a margin of that range on both sides): "
        "use a larger unit or subtract a constant"
        + (f", or leave it out if it only numbers or times the rows ({leave})" if leave else "")
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
    """Return the resolution of each feature of x (n, ...), as one float if all are equal."""
    flat = x.reshape(len(x), -1)
    return shared(
        [
            resolution_for(
                decimals_of(column), float(column.min()), float(column.max()), f"{where}[:, {i}]"
            )
            for i, column in enumerate(flat.T)
        ]
    )


def spec_of(x: NDArray[Any], where: str, pictures: bool) -> InputSpec:
    """Describe the inputs in an array.

    Parameters
    ----------
    x : ndarray, shape (n, ...)
        Examples.
    where : str
        Names x in messages.
    pictures : bool
        Whether all features share one resolution: pixels differ only in where they are.

    Returns
    -------
    InputSpec
        With the resolution, and the range of bytes and booleans.

    Raises
    ------
    ThumbnetError
        As `resolution_for`.
    """
    if x.dtype in (np.uint8, np.bool_):
        return InputSpec(x.shape[1:], minimum=0.0, maximum=255.0 if x.dtype == np.uint8 else 1.0)
    each = x.reshape(-1, 1) if pictures else x
    return InputSpec(x.shape[1:], resolution=resolutions(each, where))


def shared(steps: Sequence[float]) -> float | tuple[float, ...]:
    """Return one float if all are equal, otherwise the tuple."""
    return steps[0] if len(set(steps)) == 1 else tuple(steps)
