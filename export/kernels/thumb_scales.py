"""The float32 scales of imported networks in the words that the thumb kernels read.

Their fast path multiplies a sum by the upper 17 bits of the mantissa, adds a half and shifts. It
has `point` bits behind the point. Where what these bits say is less than `DOUBT` from a whole
number, the kernel rescales the sum again, step by step in float32. So the fast result must be off
by less than that. It is below 2**8, or saturates; then it is off by less than

    2**-8                  for the lower 7 bits of the mantissa, below 2**-16 of the result
    2**-17                 for float32, half of the last of 24 bits: sums below 2**24 are exact
    2**-point              for the bits of the product that are cut off
    point * 2**-point      for `point` in the low byte of the half that is added
    2**-point              for bits of the whole number, rotated to below those behind the point

which is less than `DOUBT` from `LEAST_POINT` on. Outputs whose sums or scales do not permit this
are always in doubt: their first word is below 2**13, so that the kernel sees a mantissa of 0, and
the second is below `DOUBT` and a multiple of 32, so that it is not rotated. No word needs more than
the 31 bits of a small integer of MicroPython.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

DOUBT = 2.0**-7
"""How near to a half a fast result is not trusted; `firmware/thumb` has it as 2**25 of 2**32."""

LEAST_POINT, MOST_POINT = 12, 30

CUT = 17
"""Bits of the whole product that the fast one is without: 7 of the mantissa, 10 of the product."""


def thumb_scales(weight: npt.NDArray[np.int8], bias: Ints, mantissa: Ints, shift: Ints) -> Ints:
    """Return the words of each output for a thumb kernel: bias, scale and rounding.

    Parameters
    ----------
    weight
        int8, (outputs, products).
    bias, mantissa, shift
        As in `export/graph/float32_arithmetic.py`.

    Returns
    -------
    int64 array
        (outputs, 3).

    """
    bound = 255 * np.abs(weight.astype(np.int64)).sum(axis=1) + np.abs(bias)
    point = shift - CUT
    half = 1 << np.clip(point - 1, 0, MOST_POINT)
    is_fast = (point >= LEAST_POINT) & (point <= MOST_POINT) & (bound < 2**24)
    is_fast &= (bound * (mantissa >> 7) >> 10) + half + point + 1 < 2**31
    scale = np.where(is_fast, mantissa << 6, (mantissa & 31) << 7 | shift)
    rounding = np.where(is_fast, half + point, mantissa & ~31)
    return np.stack([bias, scale, rounding], axis=1)
