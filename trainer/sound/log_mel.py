"""The integers of a `LogMelSettings` front end, exactly, on the PC."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .log_mel_settings import LogMelSettings
from .log_mel_tables import (
    PART_BITS,
    LevelScale,
    cosine_table,
    floor_of,
    frame_bits,
    log_scale,
    whole_window,
)
from .mel_filters import mel_filters
from .tables import log_table
from .wide_fourier import wide_transform

Ints = NDArray[np.int64]

_MOST_DOWN = 45
"""A sum has 46 bits: shifted by more, it is 0 as well."""


def log_mel_features(frames: Ints, settings: LogMelSettings) -> Ints:
    """Compute the features of frames.

    Parameters
    ----------
    frames : ndarray, shape (n, window)
        Samples of 16 bits.
    settings : LogMelSettings
        The front end.

    Returns
    -------
    ndarray, shape (n, features)
    """
    samples, up = loaded(frames, settings)
    sums = filter_sums(*wide_transform(samples), up, settings)
    logarithms = scaled_logarithms(sums, settings)
    if not settings.coefficients:
        return logarithms
    table, shift = cosine_table(settings)
    coefficients: Ints = (logarithms @ table.T + (1 << (shift - 1))) >> shift
    return coefficients


def loaded(frames: Ints, settings: LogMelSettings) -> tuple[Ints, Ints]:
    """Compute the window of frames, with zeros behind it.

    Parameters
    ----------
    frames : ndarray, shape (n, window)
        Samples of 16 bits.
    settings : LogMelSettings
        The front end.

    Returns
    -------
    samples : ndarray, shape (n, fft)
    up : ndarray, shape (n,)
        The bits that each frame left free, and was shifted by.
    """
    up = 15 - _bits(np.bitwise_or.reduce(frames ^ (frames >> 63), axis=1))
    down = 15 - frame_bits(settings)
    weights = whole_window(settings)
    full = frames << up[:, None]
    # The board multiplies in two parts.
    windowed = full * (weights >> 5) + (full * (weights & 31) >> 5)
    samples = np.zeros((len(frames), settings.fft), np.int64)
    samples[:, : settings.window] = (windowed + (1 << down >> 1)) >> down
    return samples, up


def filter_sums(re: Ints, im: Ints, up: Ints, settings: LogMelSettings) -> Ints:
    """Add up magnitudes or energies in each filter, with the floor.

    Parameters
    ----------
    re, im : ndarray, shape (n, fft // 2)
        The transform.
    up : ndarray, shape (n,)
        Bits that frames were shifted by.
    settings : LogMelSettings
        The front end.

    Returns
    -------
    ndarray, shape (n, channels)
        The exponent of 2, times 2**16, and 16 bits of the mantissa behind its leading 1.
    """
    bank, power = mel_filters(settings), settings.power
    floor, most_up = floor_of(settings)
    found = np.zeros((len(re), settings.channels), np.int64)
    before, before_at = np.zeros(len(re), np.int64), up - most_up
    k = 0
    for side, width in enumerate(bank.widths):
        here = slice(bank.begin + k, bank.begin + k + width)
        a, b = re[:, here], im[:, here]
        rising, falling = (
            np.array(w[k : k + width], np.int64) for w in (bank.rising, bank.falling)
        )
        k += width
        # One's complement: what is shifted down loses as much on either side of 0.
        parts = np.bitwise_or.reduce(np.hstack([a ^ (a >> 63), b ^ (b >> 63)]), axis=1)
        at = np.maximum(_bits(parts) - PART_BITS, up - most_up)
        left, right = np.maximum(-at, 0)[:, None], np.maximum(at, 0)[:, None]
        a, b = a << left >> right, b << left >> right
        energy = a * a + b * b
        if power == 1:
            energy = _roots(energy)
        if side:
            # The falling side of the filter; the rising one was the side before.
            own_at = np.maximum(at, before_at)
            total = _shifted(before, power * (own_at - before_at))
            total += _shifted(energy @ falling, power * (own_at - at))
            total += _shifted(np.full(len(re), floor), power * (own_at - up + most_up))
            found[:, side - 1] = (power * (own_at - up) << 16) + _floating(np.maximum(total, 1))
        before, before_at = energy @ rising, at
    return found


def scaled_logarithms(values: Ints, settings: LogMelSettings) -> Ints:
    """Compute logarithms of what `filter_sums` returned.

    Parameters
    ----------
    values : ndarray
        Exponents and mantissas.
    settings : LogMelSettings
        The front end.

    Returns
    -------
    ndarray
    """
    table, (offset, factor, shift) = log_table(), log_scale(settings)
    place = values & 0xFFFF
    low, high = table[place >> 9], table[(place >> 9) + 1]
    x = values + low + ((high - low) * (place & 511) >> 9) + offset
    # The board multiplies in two parts.
    product = (x >> 8) * factor + ((x & 255) * factor >> 8)
    scaled: Ints = (product + (1 << (shift - 1))) >> shift
    return scaled


def levels_of(features: Ints, scale: LevelScale) -> Ints:
    """Compute the levels of a network of 8-bit integers.

    Parameters
    ----------
    features : ndarray
        Of a front end.
    scale : LevelScale
        For the network's input.

    Returns
    -------
    ndarray
        From 0 to 255.
    """
    levels: Ints = (features * scale.factor + scale.offset) >> scale.shift
    return np.clip(levels, 0, 255)


def _shifted(values: Ints, down: Ints) -> Ints:
    shifted: Ints = values >> np.minimum(down, _MOST_DOWN)
    return shifted


def _floating(values: Ints) -> Ints:
    """Return the exponent of 2, times 2**16, and 16 bits behind the leading 1 of numbers from 1."""
    exponent = _bits(values) - 1
    mantissa: Ints = values << np.maximum(16 - exponent, 0) >> np.maximum(exponent - 16, 0)
    return (exponent << 16) + mantissa - 65536


def _bits(values: Ints) -> Ints:
    """Return how many bits each of some numbers below 2**53 has."""
    return np.frexp(values.astype(np.float64))[1].astype(np.int64)


def _roots(values: Ints) -> Ints:
    """Return square roots of numbers below 2**30, rounded."""
    below = np.sqrt(values.astype(np.float64)).astype(np.int64)
    roots: Ints = below + (values - below * below > below)
    return roots
