"""The arithmetic of imported 8-bit networks: sums are rescaled in float32, as XNNPACK does.

LiteRT runs 8-bit networks on a PC through XNNPACK. For a convolution and a dense layer, XNNPACK
converts the sum to float32, multiplies it by a float32 scale, and rounds to the nearest integer, to
the even one of two. Each step rounds, so no integer multiplier of any width gives the same results
for all sums. Boards follow the same steps with 31-bit integers, see
`firmware/plain/requantize_xnnpack.py`.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from .arithmetic import Ints

MANTISSA_MIN, MANTISSA_MAX = 2**23, 2**24 - 1
"""A float32 scale is `mantissa / 2**shift` with a mantissa of 24 bits."""

FLOAT_SHIFT_MIN, FLOAT_SHIFT_MAX = 16, 100
"""Shifts of the scales from 2**-77 to 2**8; real networks stay between 2**-40 and 2**1."""

Float32s = npt.NDArray[np.float32]


def float32_scale(scale: float) -> tuple[int, int]:
    """Write a positive float32 as `mantissa / 2**shift`.

    Parameters
    ----------
    scale
        A positive number; it is rounded to float32 first.

    Returns
    -------
    (mantissa, shift)
        `mantissa` in [2**23, 2**24), `shift` in [16, 100].

    Raises
    ------
    ValueError
        If the scale is not positive and finite, or out of range.

    """
    value = float(np.float32(scale))
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"a scale must be positive and finite, got {scale}")
    fraction, exponent = math.frexp(value)
    mantissa, shift = int(fraction * 2**24), 24 - exponent
    if mantissa < MANTISSA_MIN or not FLOAT_SHIFT_MIN <= shift <= FLOAT_SHIFT_MAX:
        raise ValueError(f"a scale must be from 2**-77 to 2**8, got {scale}")
    return mantissa, shift


def requantize_float32(acc: npt.ArrayLike, mantissa: npt.ArrayLike, shift: npt.ArrayLike) -> Ints:
    """Return `acc * mantissa / 2**shift`, computed in float32 and rounded half to even.

    This is the definition; the float32 of NumPy is that of IEEE 754.

    Parameters
    ----------
    acc
        int64 array, `|acc| < 2**29`.
    mantissa, shift
        Arrays that broadcast against `acc`, see `float32_scale`.

    """
    exponents = -np.asarray(shift, dtype=np.int32)
    scale: Float32s = np.ldexp(np.asarray(mantissa, dtype=np.float32), exponents)
    product: Float32s = np.asarray(acc, dtype=np.int64).astype(np.float32) * scale
    return np.asarray(np.rint(product), dtype=np.int64)
