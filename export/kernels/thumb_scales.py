"""The float32 scales of imported networks in the words that the thumb kernels read.

scale
    The float32: its mantissa without the leading bit, times 2**7, and its shift.
first
    What is added to a sum of products: the bias, so that 0 is where levels begin.
factor
    2**24 times the scale. 0: always in doubt.
range
    Sums from there on give the highest level, and those below 0 the lowest one.

So an output in between takes one product of 32 bits, `factor` times the sum. `ROUND` is added to
it, the lowest level and a half, and `DOUBT`. The upper 8 bits are the level, if the rest is at
least twice `DOUBT`; else the kernel rescales the sum again, step by step in float32. That is right
as long as the product is off by less than `DOUBT`. It is off by

    sum * 2**-25           for the rounding of `factor`
    2**-16                 for float32: the last of 24 bits, twice
    `zero_point` levels    for levels that begin below 0: `first` is a whole number

Where levels begin below 0, and end at 255, `range` is about 255 levels. The kernel has no word for
where they begin: it is `range * 257 / 256 * zero_point / 256` below 0, see `_start`. Outputs whose
scales or limits do not permit this are always in doubt: `first` is 2**29 more than the bias, so
that no sum is below 0, and `range` is 0. No word needs more than the 31 bits of a small integer of
MicroPython.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

WORDS = ("scale", "first", "factor", "range")
"""The words of each output in assembly."""

DOUBT = 2.0**-7
"""How near to a half a fast result is not trusted."""

LEVELS = 256

_LARGEST = 2**29
"""Sums are below this."""

_FLOAT32 = 2.0**-16
_MOST = 2**30 - 1
_NEIGHBORS = 8
"""Ranges that are tried on both sides of 255 levels, for the start that is off by least."""


def thumb_scales(
    weight: npt.NDArray[np.int8],
    bias: Ints,
    mantissa: Ints,
    shift: Ints,
    *,
    limits: tuple[int, int, int],
) -> Ints:
    """Return the words of each output for a thumb kernel.

    Parameters
    ----------
    weight
        int8, (outputs, products).
    bias, mantissa, shift
        As in `export/graph/float32_arithmetic.py`.
    limits
        Zero point, lowest and highest level of the outputs.

    Returns
    -------
    int64 array
        (outputs, 4).

    """
    zero_point, low, high = limits
    scale = mantissa * 2.0**-shift
    factor = np.rint(scale * 2.0**24)
    bound = 255 * np.abs(weight.astype(np.int64)).sum(axis=1) + np.abs(bias)
    below = zero_point - low
    if below:
        top, start = _range(scale, below)
    else:
        top = np.clip(_least_sum(mantissa, shift, high - zero_point), 0, _MOST)
        start = np.zeros_like(top)
    most = np.minimum(top, bound + start)
    off = np.abs(factor * 2.0**-24 - scale) * most + np.abs(start * scale - below) + _FLOAT32
    is_fast = (off < DOUBT) & (factor <= _MOST) & (factor > 0)
    if below:
        is_fast &= (low == 0) & (high == LEVELS - 1) & (top < 2**23)
    words = (
        (mantissa - 2**23) << 7 | shift,
        bias + np.where(is_fast, start, _LARGEST),
        np.where(is_fast, factor, 0).astype(np.int64),
        np.where(is_fast, top, 0),
    )
    return np.stack(words, axis=1)


def _range(scale: npt.NDArray[np.float64], below: int) -> tuple[Ints, Ints]:
    """Return a range of about 255 levels, and how far below 0 it starts."""
    levels = np.minimum(2.0**16 / 257 / scale, 2.0**29)
    tried = np.maximum(np.rint(levels)[:, None] + np.arange(-_NEIGHBORS, _NEIGHBORS + 1), 0)
    ranges = tried.astype(np.int64)
    starts = _start(ranges, below)
    # What the range is off by only matters beyond half a level.
    off = np.abs(starts * scale[:, None] - below)
    off += np.abs((ranges - starts) * scale[:, None] - (LEVELS - 1 - below)) > 0.25
    best = np.argmin(off, axis=1)[:, None]
    return np.take_along_axis(ranges, best, 1)[:, 0], np.take_along_axis(starts, best, 1)[:, 0]


def _start(ranges: Ints, below: int) -> Ints:
    """Return where levels begin, below 0, as the kernel computes it."""
    return (ranges + (ranges >> 8)) * below >> 8


def _least_sum(mantissa: Ints, shift: Ints, level: int) -> Ints:
    """Return the least sum with a result of at least `level`, if there is one below 2**29."""
    low, high = (
        np.full_like(mantissa, -_LARGEST),
        np.full_like(mantissa, _LARGEST),
    )
    scale = (mantissa * 2.0**-shift).astype(np.float32)
    while np.any(low < high):
        middle = (low + high) >> 1
        reached = np.rint(middle.astype(np.float32) * scale) >= level
        low, high = np.where(reached, low, middle + 1), np.where(reached, middle, high)
    return low
