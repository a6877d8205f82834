"""Functions that never fall, from sums to bytes, as the sums at which each next byte begins.

Imported networks rescale some sums in a way that integers of 31 bits can only follow in many steps:
in float32 with the zero point added before it is rounded, or twice rounded with 64 bits. Whatever
the rule, its results are bytes and never fall as the sum grows. So 255 integers say all about it,
and a board only compares.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .arithmetic import ACCUMULATOR_LIMIT, ACTIVATION_MAX, Ints

STEPS = ACTIVATION_MAX


def staircase(rule: Callable[[Ints], Ints], low: int, high: int) -> Ints:
    """Return the smallest sum that gives at least each level from 1 to 255.

    Parameters
    ----------
    rule
        The levels of sums; they never fall as the sums grow.
    low, high
        The least and the greatest sum that occurs.

    Returns
    -------
    numpy.ndarray
        int64[255]; `ACCUMULATOR_LIMIT` for a level that no sum reaches.

    Raises
    ------
    ValueError
        If a sum may reach `ACCUMULATOR_LIMIT`.

    """
    if not -ACCUMULATOR_LIMIT < low <= high < ACCUMULATOR_LIMIT:
        raise ValueError(f"sums from {low} to {high} do not fit 30 bits")
    levels = np.arange(1, STEPS + 1)
    below = np.full(STEPS, low - 1)  # its level is less, or no sum is that small
    above = np.full(STEPS, high + 1)  # its level is as much, or no sum is that large
    while np.any(above - below > 1):
        middle = (below + above) // 2
        reached = rule(np.clip(middle, low, high)) >= levels
        inside = above - below > 1
        above = np.where(inside & reached, middle, above)
        below = np.where(inside & ~reached, middle, below)
    return np.where(above > high, ACCUMULATOR_LIMIT, above).astype(np.int64)


def climb(sums: Ints, steps: Ints) -> Ints:
    """Return the level of each sum: how many of the steps it reaches."""
    return np.asarray(np.searchsorted(steps, sums, side="right"), dtype=np.int64)


def steps_of(sums: Ints, levels: Ints) -> Ints | None:
    """Return the steps that give these levels to these sums.

    Parameters
    ----------
    sums, levels
        Arrays of one shape: all sums that matter, in any order, and the level of each.

    Returns
    -------
    numpy.ndarray or None
        int64[255]; None if a greater sum has a lower level, or equal ones have different levels.

    """
    order = np.argsort(sums, axis=None, kind="stable")
    sums, levels = sums.ravel()[order], levels.ravel()[order]
    rise = np.diff(levels)
    if np.any((rise < 0) | ((rise != 0) & (np.diff(sums) == 0))):
        return None
    first = np.searchsorted(levels, np.arange(1, STEPS + 1))
    return np.append(sums, ACCUMULATOR_LIMIT)[first].astype(np.int64)
