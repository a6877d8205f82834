"""Arithmetic with one number for each channel, the last axis of an array.

NumPy works through an array in runs along its last axis, and each run has a price of its own.
Images have few channels, so that price would be most of the time: these few lines avoid it.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Array


def sums(values: Array) -> Array:
    """Give the sum of each channel, (c,), of values (..., c)."""
    rows = values.reshape(-1, values.shape[-1])
    return np.ones(len(rows), dtype=rows.dtype) @ rows  # a product is faster than sum(axis=0)


def widen(numbers: Array, values: Array) -> Array:
    """Repeat numbers (c,) for each pixel of a line of values (n, h, w, c): (w, c).

    Broadcasting either gives the same, but NumPy takes a whole line of these as one run.
    """
    return numbers if values.ndim < 3 else np.tile(numbers, (values.shape[-2], 1))
