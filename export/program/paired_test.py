"""Whether two ways differ on the same rows by more than chance."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

_EXACT = 1000

CHANCE = 0.05
"""Probability below which a difference is more than chance."""


def beyond_chance(one: npt.ArrayLike, other: npt.ArrayLike, tries: int = 1) -> bool:
    """Whether two ways differ on the same rows by more than chance.

    Parameters
    ----------
    one, other
        See `paired_test`.
    tries
        How many ways are compared with the first: so many would find something by chance.

    Returns
    -------
    bool

    """
    return paired_test(one, other) < CHANCE / max(1, tries)


def paired_test(one: npt.ArrayLike, other: npt.ArrayLike) -> float:
    """Return the probability that chance alone makes two ways differ so much on the same rows.

    Where the losses are 0 or 1, this is McNemar's exact test; elsewhere the sign test.

    Parameters
    ----------
    one, other
        The loss of each row, (rows,): 1 for a wrong class, or the error of a number.

    Returns
    -------
    float
        Two-sided; 1 if no row differs.

    """
    difference = np.asarray(one, dtype=np.float64) - np.asarray(other, dtype=np.float64)
    fewer, more = int((difference < 0).sum()), int((difference > 0).sum())
    count, least = fewer + more, min(fewer, more)
    if not count:
        return 1.0
    if count > _EXACT:  # the normal distribution, with a correction for whole numbers
        return math.erfc(max(0.0, abs(fewer - more) - 1) / math.sqrt(2 * count))
    tail = sum(math.comb(count, k) for k in range(least + 1))
    return min(1.0, float(2 * tail / 2**count))
