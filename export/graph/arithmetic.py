"""The contract of the fixed-point arithmetic: all constants, and the two functions that define it.

The scheme is the affine one of gemmlowp and TFLite, `real = scale * (q - zero_point)`, with a
15-bit multiplier, so that a product fits the 31-bit small integers of a 32-bit MicroPython.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ACTIVATION_MAX

__all__ = [
    "ACCUMULATOR_LIMIT",
    "ACTIVATION_MAX",
    "MULTIPLIER_MAX",
    "MULTIPLIER_MIN",
    "PROBABILITY_ONE",
    "REAL_MULTIPLIER_LIMIT",
    "SCORE_LIMIT",
    "SHIFT_MAX",
    "SHIFT_MIN",
    "SMALL_INT_LIMIT",
    "Ints",
    "quantize_multiplier",
    "requantize",
]

Ints = npt.NDArray[np.int64]

ACCUMULATOR_LIMIT = 2**29
"""`sum(|w|) * 255 + |bias|` stays below this for every output channel."""

SMALL_INT_LIMIT = 2**30
"""Small integers of a 32-bit MicroPython lie in [-2**30, 2**30)."""

MULTIPLIER_MIN, MULTIPLIER_MAX = 2**14, 2**15 - 1
SHIFT_MIN, SHIFT_MAX = 16, 44
REAL_MULTIPLIER_LIMIT = 0.5
"""A real multiplier has to be below this to be written as `multiplier / 2**shift`."""

SCORE_LIMIT = 2**28
"""Bound of a wide (32-bit) output: `|acc| < 2**29` times a real multiplier below 0.5."""

PROBABILITY_ONE = 2**15
"""1.0 in Q15; the probabilities of one input sum to exactly this."""


def quantize_multiplier(real: float) -> tuple[int, int]:
    """Write `real` as `multiplier / 2**shift` with a 15-bit multiplier.

    Parameters
    ----------
    real
        The real multiplier, `0 <= real < 0.5`. Below 2**-30, no accumulator within
        `ACCUMULATOR_LIMIT` reaches half a step, so the smallest pair is returned.

    Returns
    -------
    (multiplier, shift)
        `multiplier` in [2**14, 2**15), `shift` in [16, 44].

    Raises
    ------
    ValueError
        If `real` is negative, not finite, or rounds to 0.5 or more.

    """
    if not (math.isfinite(real) and real >= 0):
        raise ValueError(f"a real multiplier must be finite and not negative, got {real}")
    mantissa, exponent = math.frexp(real)
    multiplier = round(mantissa * 2**15)
    if multiplier == 2**15:
        multiplier, exponent = 2**14, exponent + 1
    shift = 15 - exponent
    if shift > SHIFT_MAX or multiplier == 0:
        return MULTIPLIER_MIN, SHIFT_MAX
    if shift < SHIFT_MIN:
        raise ValueError(f"a real multiplier must be below {REAL_MULTIPLIER_LIMIT}, got {real}")
    return multiplier, shift


def requantize(acc: npt.ArrayLike, multiplier: npt.ArrayLike, shift: npt.ArrayLike) -> Ints:
    """Return `(acc * multiplier + 2**(shift - 1)) >> shift`, rounding half up.

    This is the definition, in 64 bits. `firmware/plain/requantize.py` is the same function within
    31 bits; tests check that both are equal at all corners of the domain.

    Parameters
    ----------
    acc
        int64 array, `|acc| < 2**29`.
    multiplier, shift
        Arrays that broadcast against `acc`, in the ranges of `quantize_multiplier`.

    """
    a, m, s = (np.asarray(v, dtype=np.int64) for v in (acc, multiplier, shift))
    return np.asarray((a * m + (np.int64(1) << (s - 1))) >> s, dtype=np.int64)
