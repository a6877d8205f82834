"""Arithmetic with one number for each channel, the last axis of an array.

NumPy processes an array in runs along its last axis, and every run has a fixed cost. Images have
few channels, so that cost would dominate: these few lines avoid it.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Array


def sums(values: Array) -> Array:
    """Return the sum of each channel, (c,), of values (..., c)."""
    rows = values.reshape(-1, values.shape[-1])
    return np.ones(len(rows), dtype=rows.dtype) @ rows  # a product is faster than sum(axis=0)


def widen(numbers: Array, values: Array) -> Array:
    """Repeat numbers (c,) for every pixel of a line of values (n, h, w, c): (w, c).

    Broadcasting either one gives the same result, but NumPy processes a whole line of these in one
    run.
    """
    return numbers if values.ndim < 3 else np.tile(numbers, (values.shape[-2], 1))
