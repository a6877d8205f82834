"""The arithmetic of TFLite's own kernels: a 31-bit multiplier, and two roundings.

LiteRT runs with these what XNNPACK does not take. Boards follow the same steps with 31-bit
integers, see `firmware/plain/rescale_twice.py`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .arithmetic import Ints

MANTISSA_LOW, MANTISSA_HIGH = 2**30, 2**31 - 1
"""A multiplier is `mantissa * 2**(exponent - 31)` with a mantissa of 31 bits."""

EXPONENT_LOW, EXPONENT_HIGH = -30, 10


def rescale_twice(x: npt.ArrayLike, mantissa: int, exponent: int) -> Ints:
    """Return `x * mantissa * 2**(exponent - 31)`, rounded half up, then half away from zero.

    This is the definition, in 64 bits.

    Parameters
    ----------
    x
        Integers; moved by a positive exponent, they fit 32 bits.
    mantissa, exponent
        The multiplier; a negative exponent is what the second rounding is for.

    Returns
    -------
    numpy.ndarray
        int64, in the shape of `x`.

    """
    product = (np.asarray(x, np.int64) << max(exponent, 0)) * mantissa
    first = product + (1 << 30) >> 31
    places = max(-exponent, 0)
    if not places:
        return np.asarray(first)
    return np.asarray(first + (1 << places - 1) - (first < 0) >> places)


def factor_words(mantissa: int, exponent: int) -> tuple[int, int, int, int]:
    """Return the parts of a mantissa, the lowest first, and the shift of the second rounding.

    No product of 16 bits and a part exceeds 27 bits. A positive exponent moves the sum before.
    """
    low, middle = mantissa & 0x7FF, mantissa >> 11 & 0x7FF
    return low, middle, mantissa >> 22, max(-exponent, 0)
