"""A Fourier transform of real samples in 16 bits, which rounds as KISS FFT does.

Each stage divides by its radix before it adds; sums keep their low 16 bits.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

Q15 = 32767


def stages(points: int) -> list[int]:
    """Return the radixes of a complex transform, the first one to run first.

    Parameters
    ----------
    points : int
        A power of two.

    Returns
    -------
    list of int
        All 4, but for a leading 2 if `points` is no power of four.
    """
    bits = points.bit_length() - 1
    return [2] * (bits % 2) + [4] * (bits // 2)


@lru_cache
def turns(points: int) -> tuple[Ints, Ints]:
    """Compute exp(-2 pi i k / points) in Q15.

    Parameters
    ----------
    points : int
        Of the complex transform.

    Returns
    -------
    real, imaginary : ndarray, shape (points,)
    """
    return _turn(-2 * np.pi * np.arange(points) / points)


@lru_cache
def half_turns(points: int) -> tuple[Ints, Ints]:
    """Compute the turns that make the transform of 2 * points real samples of a complex one.

    Parameters
    ----------
    points : int
        Of the complex transform.

    Returns
    -------
    real, imaginary : ndarray, shape (points // 2,)
        For the frequencies 1 to points // 2.
    """
    return _turn(-np.pi * (np.arange(1, points // 2 + 1) / points + 0.5))


@lru_cache
def order(points: int) -> Ints:
    """Compute where each place of the first stage takes its number from.

    Parameters
    ----------
    points : int
        Of the complex transform.

    Returns
    -------
    ndarray, shape (points,)
    """
    places = np.zeros(1, np.int64)
    stride = points
    for radix in stages(points):
        stride //= radix
        places = np.concatenate([places + q * stride for q in range(radix)])
    return places


def transform(samples: Ints) -> tuple[Ints, Ints]:
    """Transform rows of real samples; divided by their number.

    Parameters
    ----------
    samples : ndarray, shape (n, size)
        Each within 16 bits.

    Returns
    -------
    real, imaginary : ndarray, shape (n, size // 2)
        The frequencies 0 to size // 2 - 1. Frequency 0 is only the constant part, not halved as
        the others are.
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
    cos, sin = turns(points)
    k = np.arange(size) * (points // (size * radix))
    blocks = (rows, points // (radix * size), radix, size)
    re = _rounded(re.reshape(blocks) * (Q15 // radix))
    im = _rounded(im.reshape(blocks) * (Q15 // radix))
    parts = [(re[:, :, 0], im[:, :, 0])]
    for q in range(1, radix):
        c, s = cos[q * k], sin[q * k]
        a, b = re[:, :, q], im[:, :, q]
        parts.append((_rounded(a * c - b * s), _rounded(a * s + b * c)))
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
    return tuple(  # type: ignore[return-value]
        _wrapped(np.stack(part, axis=2)).reshape(rows, points) for part in zip(*joined, strict=True)
    )


def _unpack(re: Ints, im: Ints) -> tuple[Ints, Ints]:
    """Turn the transform of pairs into that of the samples."""
    half = re.shape[1]
    cos, sin = half_turns(half)
    re, im = _rounded(re * (Q15 // 2)), _rounded(im * (Q15 // 2))
    k = np.arange(1, half // 2 + 1)
    a, b, c, d = re[:, k], im[:, k], re[:, half - k], im[:, half - k]
    x, y, u, v = a + c, b - d, a - c, b + d
    p, q = _rounded(u * cos - v * sin), _rounded(u * sin + v * cos)
    real, imaginary = np.zeros_like(re), np.zeros_like(im)
    real[:, 0] = _wrapped(re[:, 0] + im[:, 0])
    # The middle is written twice; what comes last stays.
    real[:, k], imaginary[:, k] = (x + p) >> 1, (y + q) >> 1
    real[:, half - k], imaginary[:, half - k] = (x - p) >> 1, (q - y) >> 1
    return real, imaginary


def _turn(phase: NDArray[np.float64]) -> tuple[Ints, Ints]:
    return (
        np.floor(0.5 + Q15 * np.cos(phase)).astype(np.int64),
        np.floor(0.5 + Q15 * np.sin(phase)).astype(np.int64),
    )


def _rounded(product: Ints) -> Ints:
    return _wrapped((product + 16384) >> 15)


def _wrapped(values: Ints) -> Ints:
    return values.astype(np.int16).astype(np.int64)
