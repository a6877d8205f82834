"""A Fourier transform of real samples in 31 bits, with turns of 20 bits: nothing is scaled away.

Sums grow to the sum of all samples, whose absolute values therefore add up to less than 2**30.
Only sums of at most half of the samples are multiplied.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .fourier import order, stages

Ints = NDArray[np.int64]


TURN_BITS = 20
_FINE_BITS = 5
_LOW_BITS = 14
"""The low bits of a turn, and of what is turned: products are of parts, to fit 31 bits."""

_HALF = 40
"""What rounds products, in 2**-6: one half, and what is lost on average in parts."""


@lru_cache
def wide_sines(size: int) -> Ints:
    """Compute 2**20 * sin(2 pi k / size).

    Parameters
    ----------
    size : int
        Samples of the transform.

    Returns
    -------
    ndarray, shape (size,)
    """
    # Of a quarter only, so that all four are alike.
    quarter = np.rint(2.0**TURN_BITS * np.sin(2 * np.pi * np.arange(size // 4 + 1) / size))
    half = np.concatenate([quarter, quarter[-2:0:-1]])
    table: Ints = np.concatenate([half, -half]).astype(np.int64)
    return table


def wide_transform(samples: Ints) -> tuple[Ints, Ints]:
    """Transform rows of real samples.

    Parameters
    ----------
    samples : ndarray, shape (n, size)
        The absolute values of each row add up to less than 2**30.

    Returns
    -------
    real, imaginary : ndarray, shape (n, size // 2)
        The frequencies 0 to size // 2 - 1; that of 0 is not computed.
    """
    half = samples.shape[1] // 2
    places = order(half)
    re, im = samples[:, 0::2][:, places], samples[:, 1::2][:, places]
    size = 1
    for radix in stages(half):
        re, im = _stage(re, im, size, radix)
        size *= radix
    return _unpack(re, im)


def _stage(re: Ints, im: Ints, size: int, radix: int) -> tuple[Ints, Ints]:
    """Join `radix` transforms of `size` numbers each into one."""
    rows, points = re.shape
    blocks = (rows, points // (radix * size), radix, size)
    re, im = re.reshape(blocks), im.reshape(blocks)
    step = 2 * points // (size * radix)
    parts = [
        _turned(re[:, :, q], im[:, :, q], q * step * np.arange(size), 2 * points)
        for q in range(radix)
    ]
    if radix == 2:
        (a, b), (c, d) = parts
        joined = [(a + c, b + d), (a - c, b - d)]
    else:
        (a, b), (c, d), (e, f), (g, h) = parts
        even, odd = (a + e, b + f), (c + g, d + h)
        less, turned = (a - e, b - f), (d - h, g - c)
        joined = [
            (even[0] + odd[0], even[1] + odd[1]),
            (less[0] + turned[0], less[1] + turned[1]),
            (even[0] - odd[0], even[1] - odd[1]),
            (less[0] - turned[0], less[1] - turned[1]),
        ]
    real, imaginary = zip(*joined, strict=True)
    return (
        np.stack(real, axis=2).reshape(rows, points),
        np.stack(imaginary, axis=2).reshape(rows, points),
    )


def _turned(a: Ints, b: Ints, angle: Ints, size: int) -> tuple[Ints, Ints]:
    """Return a + i b, turned back by angles in parts of a turn; by 0, exactly as it was."""
    sines = wide_sines(size)
    real, imaginary = _products(a, b, sines[(angle + size // 4) % size], sines[angle])
    return np.where(angle == 0, a, real), np.where(angle == 0, b, imaginary)


def _products(a: Ints, b: Ints, c: Ints, s: Ints) -> tuple[Ints, Ints]:
    """Return a c + b s and b c - a s, divided by 2**20, as the board adds them up of parts."""
    (a, k), (b, m) = _parts(a, _LOW_BITS), _parts(b, _LOW_BITS)
    (c, f), (s, g) = _parts(c, _FINE_BITS), _parts(s, _FINE_BITS)
    fine, fine_too = (k * c + m * s) >> 9, (m * c - k * s) >> 9
    real = a * c + b * s + ((fine + a * f + b * g + _HALF) >> 5)
    imaginary = b * c - a * s + ((fine_too + b * f - a * g + _HALF) >> 5)
    return real >> 1, imaginary >> 1


def _parts(values: Ints, bits: int) -> tuple[Ints, Ints]:
    return values >> bits, values & ((1 << bits) - 1)


def _unpack(re: Ints, im: Ints) -> tuple[Ints, Ints]:
    """Turn the transform of pairs into that of the samples."""
    half = re.shape[1]
    sines = wide_sines(2 * half)
    k = np.arange(1, half // 2 + 1)
    c, s = sines[k + half // 2], sines[k]
    a, b, m, n = re[:, k], im[:, k], re[:, half - k], im[:, half - k]
    x, y, u, v = (a + m + 1) >> 1, (b - n + 1) >> 1, (a - m + 1) >> 1, (b + n + 1) >> 1
    p, q = _products(v, -u, c, s)
    real, imaginary = np.zeros_like(re), np.zeros_like(im)
    real[:, k], imaginary[:, k] = x + p, y + q
    # The middle is written twice; what comes last stays.
    real[:, half - k], imaginary[:, half - k] = x - p, q - y
    return real, imaginary
