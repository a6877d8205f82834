"""What onnxruntime computes of bytes, in float32, as tables and factors of integers.

Levels are from 0 to 255; `base` is the level of the file's integer 0: 128 for int8, 0 for uint8.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from thumbnet.export import MOST_FACTOR, steps_of

from .boxes import Ints

F = np.float32
Floats = npt.NDArray[np.float32]

LEVELS: Ints = np.arange(256)


class Quantized(NamedTuple):
    """The quantization of a tensor.

    Attributes
    ----------
    scale, zero
        `real = scale * (level - zero)`.
    base
        The level of the file's integer 0.

    """

    scale: np.float32
    zero: int
    base: int


def reals(levels: npt.ArrayLike, q: Quantized) -> Floats:
    """Return what levels stand for, as DequantizeLinear does."""
    return (np.asarray(levels) - q.zero).astype(F) * q.scale


def quantized(values: Floats, q: Quantized) -> Ints:
    """Return the levels of numbers, as QuantizeLinear does: divided, rounded half to even."""
    with np.errstate(over="ignore"):
        steps = np.rint(values / q.scale)
    return np.asarray(np.clip(steps, -q.zero, 255 - q.zero)).astype(np.int64) + q.zero


def clipped(levels: npt.NDArray[Any]) -> Ints:
    """Return whole numbers as levels, from 0 to 255."""
    return np.asarray(np.clip(levels, 0, 255)).astype(np.int64)


def rescaled(sums: Ints, ratio: np.float32, zero: int) -> Ints:
    """Return the levels of sums: each times a ratio in float32, rounded half to even."""
    return clipped(np.rint(sums.astype(F) * ratio).astype(np.int64) + zero)


def fused(a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike) -> Floats:
    """Return a * b + c in float32, rounded once, as a fused multiply-add does."""
    product = np.asarray(a, np.float64) * np.asarray(b, np.float64)  # exact
    c = np.asarray(c, np.float64)
    total = product + c
    part = total - product
    rest = (product - (total - part)) + (c - part)
    # Rounded to odd, so that rounding to float32 is the only one.
    even = total.view(np.int64) % 2 == 0 if total.ndim else int(total.view(np.int64)) % 2 == 0
    odd = np.nextafter(total, np.where(rest > 0, np.inf, -np.inf))
    return np.asarray(np.where((rest != 0) & even, odd, total), F)


def added(a: npt.ArrayLike, b: npt.ArrayLike, qa: Quantized, qb: Quantized, qy: Quantized) -> Ints:
    """Return QLinearAdd of levels, as x86 computes it with fused multiply-adds."""
    ra, rb = F(qa.scale / qy.scale), F(qb.scale / qy.scale)
    za, zb, zy = (F(q.zero - q.base) for q in (qa, qb, qy))
    fixed = F(zy - fused(ra, za, F(rb * zb)))
    a, b = (np.asarray(x) - q.base for x, q in ((a, qa), (b, qb)))
    return clipped(np.rint(fused(a, ra, fused(b, rb, fixed))) + qy.base)


def multiplied(
    a: npt.ArrayLike, b: npt.ArrayLike, qa: Quantized, qb: Quantized, qy: Quantized
) -> Ints:
    """Return QLinearMul of levels: a product and a sum in float32, each rounded."""
    products = ((np.asarray(a) - qa.zero) * (np.asarray(b) - qb.zero)).astype(F)
    ratio = F(F(qa.scale * qb.scale) / qy.scale)
    return clipped(np.rint(products * ratio + F(qy.zero - qy.base)) + qy.base)


def factors_of(levels: Ints, ratio: Fraction) -> tuple[int, int] | None:
    """Return factors so that the levels[a, b] of a table never fall as ka * a + kb * b grows.

    Parameters
    ----------
    levels
        The level for each pair; it never falls as a or b grows.
    ratio
        ka / kb is close to this, which is positive.

    Returns
    -------
    ka, kb
        None if there are none.

    """
    for candidate in (ratio, _between(levels, ratio)):
        if candidate is not None:
            ka, kb = _factors(candidate)
            if steps_of(ka * LEVELS[:, None] + kb * LEVELS[None], levels) is not None:
                return ka, kb
    return None


def _factors(ratio: Fraction) -> tuple[int, int]:
    """Return whole numbers up to MOST_FACTOR with almost this ratio."""
    if ratio > 1:
        kb, ka = _factors(1 / ratio)
        return ka, kb
    near = ratio.limit_denominator(MOST_FACTOR)
    return max(near.numerator, 1 if ratio else 0), near.denominator


def _between(levels: Ints, ratio: Fraction) -> Fraction | None:
    """Return a ratio for which all sums are in the order of their levels, or None.

    float32 rounds two sums that are almost equal to levels in the wrong order, if they are close
    to where the level changes. A slightly different ratio changes their order, too.
    """
    last = np.array([(levels < k).sum(axis=1) - 1 for k in range(1, 256)])  # [level, a]
    low, high = 0.0, np.inf
    first, below, above = last + 1, last >= 0, last < 255
    for gap in range(1, 256):
        # ratio * (a + gap) + last[a + gap] < ratio * a + first[a], and the other way round
        fine = below[:, gap:] & above[:, :-gap]
        if fine.any():
            high = min(high, float((first[:, :-gap] - last[:, gap:])[fine].min()) / gap)
        fine = below[:, :-gap] & above[:, gap:]
        if fine.any():
            low = max(low, float((last[:, :-gap] - first[:, gap:])[fine].max()) / gap)
    if not low < high:
        return None
    if np.isinf(high):
        return ratio
    return Fraction((low + high) / 2)
