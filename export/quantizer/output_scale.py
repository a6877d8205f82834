"""Output scales that a requantization can reach: the finest steps of a layer's result.

The scale and zero point of a range come from the trainer's `affine`, which quantization-aware
training also uses.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..graph.arithmetic import ACTIVATION_MAX, REAL_MULTIPLIER_LIMIT

HEADROOM = 1.0 + 2.0**-14
"""Keeps a real multiplier below 0.5 after it is rounded to 15 bits."""


def coarser(scale: float, zero_point: int, finest: float) -> tuple[float, int]:
    """Return a scale of at least `finest`, and the zero point that goes with it.

    The range keeps its middle and grows on both sides. Otherwise a much coarser scale would move
    the zero point to 0 and clip all negative values. An end that is 0 stays at 0.
    """
    if scale >= finest:
        return scale, zero_point
    if zero_point in (0, ACTIVATION_MAX):
        return finest, zero_point
    middle = ACTIVATION_MAX / 2
    return finest, round(middle + (zero_point - middle) * scale / finest)


def finest_output(scale: npt.NDArray[np.float64]) -> float:
    """Return the finest output scale that keeps every channel's real multiplier below 0.5."""
    return (float(scale.max()) or 1.0) / REAL_MULTIPLIER_LIMIT * HEADROOM
