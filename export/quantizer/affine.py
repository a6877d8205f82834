"""Scales and zero points of uint8 tensors: `real = scale * (q - zero_point)`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..graph.arithmetic import ACTIVATION_MAX, REAL_MULTIPLIER_LIMIT

HEADROOM = 1.0 + 2.0**-14
"""Keeps a real multiplier below 0.5 after it is rounded to 15 bits."""

FLAT_BEYOND = {"sigmoid": 6.3, "tanh": 3.2}
"""Where a curve is within half a step of its end: |z| = ln(2 * 255), and atanh(1 - 1 / 254)."""

_FIXED_OUTPUTS = {
    "sigmoid": (1.0 / 255, 0),
    "step": (1.0 / 255, 0),
    "tanh": (1.0 / 127, 128),
    "sign": (1.0 / 127, 128),
}
"""Curves with a known range: the scale and zero point that make both ends and 0 exact."""

_FARTHEST = 64
"""A range lies at most this many times its width from 0: the bias has to hold the zero point."""


def affine(low: float, high: float, with_zero: bool = False) -> tuple[float, int]:
    """Return the uint8 scale and zero point whose range covers `low` to `high`.

    The range is widened to take in 0 where that costs at most half of the steps, or `with_zero`;
    elsewhere the zero point lies outside 0 to 255, which the bias absorbs.
    """
    wide_low, wide_high = min(low, 0.0), max(high, 0.0)
    if with_zero or wide_high - wide_low <= 2.0 * (high - low) or high == low:
        low, high = wide_low, wide_high
    if high == low:
        return 1.0 / ACTIVATION_MAX, 0
    high = max(high, low + max(abs(low), abs(high)) / _FARTHEST)
    scale = (high - low) / ACTIVATION_MAX
    zero_point = round(-low / scale)
    if 0 < zero_point < ACTIVATION_MAX:
        # The zero point was rounded: cover both ends all the same.
        scale = max(-low / zero_point, high / (ACTIVATION_MAX - zero_point))
    return scale, zero_point


def coarser(scale: float, zero_point: int, finest: float) -> tuple[float, int]:
    """Return a scale of at least `finest`, and the zero point that goes with it.

    The range keeps its middle and grows on both sides: a far coarser scale would bring the zero
    point to 0 otherwise, and all that is negative with it. An end that is 0 stays at 0.
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


def curve_output(
    function: str, low: float, high: float, with_zero: bool = False
) -> tuple[float, int]:
    """Return a curve's output scale and zero point: its ends exact where it goes that far."""
    if function in _FIXED_OUTPUTS:
        scale, zero_point = _FIXED_OUTPUTS[function]
        whole = scale * ACTIVATION_MAX
        if function in ("step", "sign") or high - low >= whole / 2:
            return scale, zero_point
    return affine(low, high, with_zero)
