"""The functions of one variable of 8-bit networks, as tables of 256 bytes equal to LiteRT's.

Each takes the quantization of input and output, as scale in float32 and zero point of int8, and
returns the output for each int8. XNNPACK looks them up in a table of its own, computed in float32;
the others are TFLite's kernels.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .tflite_integers import (
    Ints,
    Multiplier,
    divided,
    doubled_high,
    inverse_root,
    multiplier_of,
    rescaled,
    rescaled_half_up,
    truncated,
)

F = np.float32
Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

LOW, HIGH = -128, 127
VALUES: Ints = np.arange(LOW, HIGH + 1)
"""Every int8, in the order of levels."""

_SHORT = 32767


class Ends(NamedTuple):
    """The quantization of input and output: scales of float32, zero points of int8."""

    scale: np.float32
    zero: int
    out_scale: np.float32
    out_zero: int

    @property
    def ratio(self) -> np.float32:
        """One step of the input in steps of the output, in float32 as XNNPACK computes it."""
        found: np.float32 = self.scale / self.out_scale
        return found

    @property
    def multiplier(self) -> Multiplier:
        """The same as TFLite's kernels have it."""
        return multiplier_of(float(self.scale) / float(self.out_scale))


def clipped(values: npt.ArrayLike, low: int = LOW, high: int = HIGH) -> Ints:
    """Return values as int8 holds them."""
    return np.asarray(np.clip(np.asarray(values), low, high), dtype=np.int64)


def rounded(values: npt.ArrayLike) -> Ints:
    """Return the nearest integers, half away from zero, as C's round."""
    values = np.asarray(values)
    return np.asarray(
        np.where(values >= 0, np.floor(values + F(0.5)), np.ceil(values - F(0.5)))
    ).astype(np.int64)


# XNNPACK


def by_xnnpack(
    curve: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]], ends: Ends
) -> Ints:
    """Return a curve in float32; the zero point is added before it is rounded, half to even."""
    y = as_float32(curve(_reals(ends).astype(np.float64)))
    return clipped(np.rint(y * F(F(1) / ends.out_scale) + F(ends.out_zero)))


def logistic(ends: Ends) -> Ints:
    """Return the sigmoid."""
    return by_xnnpack(lambda x: 1 / (1 + np.exp(np.minimum(-x, 700))), ends)


def tanh(ends: Ends) -> Ints:
    """Return the hyperbolic tangent."""
    return by_xnnpack(np.tanh, ends)


def elu(ends: Ends) -> Ints:
    """Return x, or e**x - 1 below 0."""
    return by_xnnpack(lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))), ends)


def square(ends: Ends) -> Ints:
    """Return x * x: XNNPACK makes a function of one variable of a product of two equal tensors."""
    x = _reals(ends)
    y = x * x
    return clipped(np.rint(y * F(F(1) / ends.out_scale) + F(ends.out_zero)))


def requantized(ends: Ends, *, by_vectors: bool = True) -> Ints:
    """Return the input in steps of the output, int8 to int8.

    XNNPACK does it with 8 bits of the ratio, if that is from 1/256 to 128.
    """
    if 1 / 256 <= ends.ratio <= 128:
        return clipped(_in_256ths(VALUES - ends.zero, ends.ratio) + ends.out_zero)
    return by_tflite(ends, by_vectors=by_vectors)


def by_tflite(ends: Ends, *, by_vectors: bool) -> Ints:
    """Return the same from TFLite's kernel, as it does vectors of 16 bytes or what is left."""
    rule = rescaled_half_up if by_vectors else rescaled
    return clipped(rule(VALUES - ends.zero, ends.multiplier) + ends.out_zero)


def leaky_relu(ends: Ends, alpha: float) -> Ints:
    """Return x, or alpha * x below 0."""
    x, negative = VALUES - ends.zero, F(ends.ratio * F(alpha))
    if (
        1 / 256 <= ends.ratio <= 128
        and -128 + 2**-8 <= negative <= 128
        and abs(negative) >= 1 / 256
    ):
        y = np.where(x >= 0, _in_256ths(x, ends.ratio), _in_256ths(x, negative))
    else:
        below = float(ends.scale) * float(F(alpha)) / float(ends.out_scale)
        sign, slope = (1, below) if below >= 0 else (-1, -below)
        y = np.where(x >= 0, rescaled(x, ends.multiplier), rescaled(sign * x, multiplier_of(slope)))
    return clipped(y + ends.out_zero)


# TFLite's kernels


def clamped(ends: Ends, low: float | None, high: float | None) -> Ints:
    """Return x, between limits: RELU, RELU6, RELU_N1_TO_1."""
    first, last = (
        end if limit is None else ends.out_zero + int(rounded(F(limit) / ends.out_scale))
        for limit, end in ((low, LOW), (high, HIGH))
    )
    y = rescaled(VALUES - ends.zero, ends.multiplier) + ends.out_zero
    return clipped(y, max(first, LOW), min(last, HIGH))


def absolute(ends: Ends) -> Ints:
    """Return |x|."""
    x = np.abs(VALUES - ends.zero)
    same = ends.scale == ends.out_scale
    return clipped((x if same else rescaled(x, ends.multiplier)) + ends.out_zero)


def gelu(ends: Ends, *, approximate: bool) -> Ints:
    """Return x times the normal distribution, or its approximation with tanh."""
    x = _reals(ends)
    if approximate:
        inner = F(math.sqrt(2 / math.pi)) * (x + F(0.044715) * x * x * x)
        share = as_float32(np.tanh(inner.astype(np.float64)))
    else:
        share = np.array([math.erf(v) for v in (x * F(math.sqrt(0.5))).tolist()], np.float32)
    y = F(0.5) * x * (F(1) + share)
    return clipped(rounded(y * F(F(1) / ends.out_scale)) + ends.out_zero)


def hard_swish(ends: Ends) -> Ints:
    """Return x * relu6(x + 3) / 6, in 16 bits.

    Raises
    ------
    ValueError
        If the output's scale is below 1/128 of the input's: LiteRT refuses that.

    """
    fine = F(F(1 / 128) * ends.scale)
    slope, places = _short(multiplier_of(float(F(fine / ends.out_scale))))
    relu, exponent = _short(multiplier_of(float(F(fine / F(F(3) / F(32768))))))
    if places > 0:
        raise ValueError("its output has much smaller steps than its input")
    x = (VALUES - ends.zero) * 128
    share = np.clip(x << max(exponent - 1, 0), -_SHORT - 1, _SHORT)
    share = doubled_high(share, relu, 15)
    share = np.clip(share << int(exponent > 0), -_SHORT - 1, _SHORT)
    share = divided(share, max(-exponent, 0)) + 32768 >> 1
    y = truncated(doubled_high(x, slope, 15) * share, 15)
    return clipped(divided(y, -places) + ends.out_zero)


def inverse_square_root(ends: Ends) -> Ints:
    """Return 1 / sqrt(x); the greatest value for 0, and for less, where LiteRT stops."""
    mantissa, exponent = multiplier_of(1 / float(F(np.sqrt(ends.scale)) * ends.out_scale))
    found = np.full(VALUES.shape, HIGH)
    for k in range(max(ends.zero + 1 - LOW, 0), len(VALUES)):
        root, shift = inverse_root(int(VALUES[k]) - ends.zero)
        fine = rescaled(1, (root, shift + 20))
        found[k] = rescaled(fine, (mantissa, exponent - 20)) + ends.out_zero
    return clipped(found)


def prelu(ends: Ends, alpha: int, alpha_zero: int, alpha_scale: np.float32) -> Ints:
    """Return x, or a quantized alpha times x below 0."""
    x = VALUES - ends.zero
    below = multiplier_of(float(ends.scale) * float(alpha_scale) / float(ends.out_scale))
    y = np.where(x >= 0, rescaled(x, ends.multiplier), rescaled(x * (alpha - alpha_zero), below))
    return clipped(y + ends.out_zero)


def as_float32(values: npt.ArrayLike) -> Floats:
    """Return an array in float32."""
    return np.asarray(values).astype(np.float32)


def _reals(ends: Ends) -> Floats:
    return as_float32(VALUES - ends.zero) * ends.scale


def _in_256ths(x: Ints, ratio: np.float32) -> Ints:
    return x * int(np.rint(F(256) * ratio)) + 128 >> 8


def _short(multiplier: Multiplier) -> Multiplier:
    mantissa, exponent = multiplier
    return min(mantissa + 2**15 >> 16, _SHORT), exponent
