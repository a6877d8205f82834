"""Sigmoid and tanh of 16-bit integers, as gemmlowp computes them for TFLite.

An input with `whole` bits before the point is `raw * 2**(whole - 15)`; results have none, so that
32767 stands for 1.0. Boards follow the same steps, see `firmware/plain/fixed_curves.py`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .arithmetic import Ints

ONE = 2**15 - 1
"""1.0, nearly."""

HALF = 2**14

_EXP_EIGHTH, _THIRD = 28918, 10923
"""exp(-1/8) and 1/3, in units of 2**-15."""

_POWERS = (25520, 19875, 12055, 4435, 600, 11, 0)
"""exp(-2**k) for k from -2 to 4, in units of 2**-15."""

_FIRST, _SLOPE, _TWO_BITS = 23130, -15420, 2**13
"""48/17, -32/17 and 1.0, in units of 2**-13: Newton's method for 1 / x begins with a line."""


def sigmoid(x: npt.ArrayLike, whole: int = 3) -> Ints:
    """Return sigmoid of 16-bit integers."""
    x = np.asarray(x, np.int64)
    positive = _saturated(_inverse(_exponential(-np.abs(x), whole)) << 1)
    return np.asarray(np.where(x == 0, HALF, np.where(x > 0, positive, ONE - positive)))


def tanh(x: npt.ArrayLike, whole: int) -> Ints:
    """Return tanh of 16-bit integers with up to 6 bits before the point."""
    x = np.asarray(x, np.int64)
    # (1 - e) / (1 + e) for e = exp(-2 * |x|): doubled, x has one bit more before the point.
    size = _saturated(_inverse(_exponential(-np.abs(x), whole + 1)) - _TWO_BITS << 2)
    return np.asarray(np.sign(x) * size)


def _exponential(x: Ints, whole: int) -> Ints:
    """Return exp(x) of x <= 0: a polynomial for the last quarter, and a factor for each bit."""
    places = 15 - whole
    quarter = 1 << places - 2
    rest = (x & quarter - 1) - quarter
    t = (rest << whole) + (1 << 12)
    t2 = _times(t, t)
    t3, t4 = _times(t2, t), _times(t2, t2)
    series = _halved(_times((t4 + 2 >> 2) + t3, _THIRD) + t2)
    found = _EXP_EIGHTH + _times(_EXP_EIGHTH, t + series)
    bits = rest - x
    for k, power in enumerate(_POWERS[: whole + 2]):
        found = np.where(bits >> places - 2 + k & 1, _times(found, power), found)
    if whole > 5:
        found = np.where(x < -(1 << places + 5), 0, found)
    return np.where(x == 0, ONE, found)


def _inverse(e: Ints) -> Ints:
    """Return 2 / (1 + e) of e from 0 to 1, in units of 2**-13."""
    half = e + ONE + 1 >> 1
    x = _FIRST + _times(half, _SLOPE)
    for _ in range(3):
        x = x + (_times(x, _TWO_BITS - _times(half, x)) << 2)
    return x


def _times(a: Ints | int, b: Ints | int) -> Ints:
    product: Ints = np.asarray(a, np.int64) * np.asarray(b, np.int64)
    return product + HALF >> 15


def _halved(x: Ints) -> Ints:
    """Return x / 2, rounded half away from zero."""
    return np.asarray(x + (x >= 0) >> 1)


def _saturated(x: Ints) -> Ints:
    return np.minimum(x, ONE)
