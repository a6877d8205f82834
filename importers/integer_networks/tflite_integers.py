"""The integer arithmetic of TFLite's own kernels, which round twice.

LiteRT runs with these what XNNPACK does not take. Only the importer computes so: it makes tables
and staircases of the results.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from thumbnet.export import rescale_twice

Ints = npt.NDArray[np.int64]

Multiplier = tuple[int, int]
"""A 31-bit mantissa and an exponent: `mantissa * 2**(exponent - 31)`."""

_NARROWEST = -31


def multiplier_of(real: float) -> Multiplier:
    """Return a positive number as TFLite's QuantizeMultiplier has it."""
    if real == 0:
        return 0, 0
    fraction, exponent = math.frexp(real)
    mantissa = math.floor(fraction * 2**31 + 0.5)
    if mantissa == 2**31:
        mantissa, exponent = mantissa // 2, exponent + 1
    return (0, 0) if exponent < _NARROWEST else (mantissa, exponent)


def rescaled(x: npt.ArrayLike, multiplier: Multiplier) -> Ints:
    """Return x times a multiplier: the upper half of 64 bits, rounded, then shifted, rounded.

    The second time, half is rounded away from zero.
    """
    return rescale_twice(x, *multiplier)


def rescaled_half_up(x: npt.ArrayLike, multiplier: Multiplier) -> Ints:
    """Return the same, but half is rounded up the second time, as vector instructions do."""
    mantissa, exponent = multiplier
    product = doubled_high(np.asarray(x, np.int64) << max(exponent, 0), mantissa)
    places = max(-exponent, 0)
    return product + ((1 << places) >> 1) >> places


def doubled_high(a: npt.ArrayLike, b: npt.ArrayLike, bits: int = 31) -> Ints:
    """Return a * b / 2**bits, rounded as gemmlowp's SaturatingRoundingDoublingHighMul does."""
    product = np.asarray(a, np.int64) * np.asarray(b, np.int64)
    half = 1 << bits - 1
    found = truncated(product + np.where(product >= 0, half, 1 - half), bits)
    return np.minimum(found, (1 << bits) - 1)


def truncated(x: Ints, places: int) -> Ints:
    """Return x / 2**places, rounded toward zero."""
    return np.where(x >= 0, x >> places, -(-x >> places))


def divided(x: npt.ArrayLike, places: int) -> Ints:
    """Return x / 2**places, rounded half away from zero."""
    x = np.asarray(x, np.int64)
    rest = x & (1 << places) - 1
    return (x >> places) + (rest > ((1 << places) - 1 >> 1) + (x < 0))


def inverse_root(value: int) -> Multiplier:
    """Return 1 / sqrt(value) of a positive integer below 2**29, by Newton's method."""
    if value == 1:
        return 2**31 - 1, 0
    pairs = (31 - value.bit_length()) // 2 - 1
    right = 11 - pairs
    value <<= 2 * pairs
    half = int(divided(value >> 1, 1))
    x = 1 << 28
    for _ in range(5):
        cube = _saturated(_times(_times(x, x), x) << 6)
        x = _saturated(_times(3 << 27, x) - _times(half, cube) << 3)
    x = _times(x, 1518500250)  # the root of 1/2
    return (x << -right, 0) if right < 0 else (x, -right)


def _times(a: int, b: int) -> int:
    return int(doubled_high(a, b))


def _saturated(x: int) -> int:
    return max(-(2**31), min(x, 2**31 - 1))
