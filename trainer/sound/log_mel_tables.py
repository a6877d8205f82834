"""The constants of a `LogMelSettings` front end: integers that the PC and a board share."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import ThumbnetError
from .log_mel_settings import LogMelSettings
from .mel_filters import mel_filters

Ints = NDArray[np.int64]

WINDOW_BITS = 20
PART_BITS = 14
"""Bits of the largest part of a frequency on a side of a filter, so that energies fit 30 bits."""

_MOST_UP = 29
_COSINE_LOG_BITS = 9
"""Bits after the point of the logarithms that the cosine transform reads."""

_LARGEST = 2**30
_MOST_SUM = 0.98 * 2**30
"""What the absolute values of a frame add up to at most: no output of the transform is larger."""


class LogScale(NamedTuple):
    """From a logarithm to base 2 in Q16 to one in other steps: (x + offset) * factor >> shift."""

    offset: int
    factor: int
    shift: int


class LevelScale(NamedTuple):
    """From a feature to the level of a network: (feature * factor + offset) >> shift."""

    factor: int
    offset: int
    shift: int


@lru_cache
def window_weights(settings: LogMelSettings) -> Ints:
    """Compute the first half of the periodic window in Q20; the second one mirrors it.

    Parameters
    ----------
    settings : LogMelSettings
        The front end.

    Returns
    -------
    ndarray, shape (window // 2 + 1,)
    """
    middle = 0.5 if settings.shape == "hann" else 0.54
    turn = 2 * np.pi * np.arange(settings.window // 2 + 1) / settings.window
    table: Ints = np.rint((middle - (1 - middle) * np.cos(turn)) * 2**WINDOW_BITS).astype(np.int64)
    return table


def whole_window(settings: LogMelSettings) -> Ints:
    """Return the weight of each sample of a frame, in Q20.

    Parameters
    ----------
    settings : LogMelSettings
        The front end.

    Returns
    -------
    ndarray, shape (window,)
    """
    places = np.arange(settings.window)
    half: Ints = window_weights(settings)[np.minimum(places, settings.window - places)]
    return half


def frame_bits(settings: LogMelSettings) -> int:
    """Return the bits that samples get after the point, so that the transform stays in 31 bits.

    Parameters
    ----------
    settings : LogMelSettings
        The front end.

    Returns
    -------
    int
    """
    return int(np.log2(_MOST_SUM / (int(whole_window(settings).sum()) >> (WINDOW_BITS - 15))))


def floor_of(settings: LogMelSettings) -> tuple[int, int]:
    """Return the floor as the sum of a filter in the finest unit, 2**-up of the transform's.

    Parameters
    ----------
    settings : LogMelSettings
        The front end.

    Returns
    -------
    floor, up : int
    """
    bank = mel_filters(settings)
    scale = bank.bits + settings.power * (frame_bits(settings) + 15)
    floor = settings.floor / bank.peak * 2.0**scale
    up = min(_MOST_UP, int(np.log2(0.99 * _LARGEST / floor) // settings.power))
    return round(floor * 2.0 ** (settings.power * up)), up


@lru_cache
def log_scale(settings: LogMelSettings) -> LogScale:
    """Compute how the logarithm of a filter's sum becomes that of the formula.

    Parameters
    ----------
    settings : LogMelSettings
        The front end.

    Returns
    -------
    LogScale
    """
    bank = mel_filters(settings)
    exponent = np.log2(bank.peak) - bank.bits - settings.power * (frame_bits(settings) + 15)
    step = _log_step(settings) * 2.0 ** _log_bits(settings)
    # A factor of 15 bits, for a number that lost its lowest 8 bits.
    shift = 14 - int(np.floor(np.log2(step)))
    return LogScale(round(exponent * 65536), round(step * 2.0**shift), shift + 8)


@lru_cache
def cosine_table(settings: LogMelSettings) -> tuple[Ints, int]:
    """Compute the matrix of the cosine transform, and the bits that its sums lose.

    Parameters
    ----------
    settings : LogMelSettings
        The front end, with coefficients.

    Returns
    -------
    table : ndarray, shape (coefficients, channels)
    shift : int
    """
    matrix = _cosines(settings)
    largest = np.abs(matrix).sum(axis=1).max() * _most_log(settings) * 2.0**_COSINE_LOG_BITS
    bits = min(14, int(np.log2(0.99 * _LARGEST / largest)))
    table: Ints = np.rint(matrix * 2**bits).astype(np.int64)
    return table, bits + _COSINE_LOG_BITS - settings.log_shift


def most_feature(settings: LogMelSettings) -> int:
    """Return what no feature exceeds, above 0 and below.

    Parameters
    ----------
    settings : LogMelSettings
        The front end.

    Returns
    -------
    int
    """
    most = _most_log(settings)
    if settings.coefficients:
        most *= float(np.abs(_cosines(settings)).sum(axis=1).max())
    return int(most * 2**settings.log_shift) + 1


def level_scale(settings: LogMelSettings, unit: float, scale: float, zero_point: int) -> LevelScale:
    """Compute how features become the levels of a network: rounded, then held in 0 to 255.

    Parameters
    ----------
    settings : LogMelSettings
        The front end.
    unit : float
        What a feature of 1 stands for in the network's training.
    scale, zero_point : float, int
        Of the network's input.

    Returns
    -------
    LevelScale

    Raises
    ------
    ThumbnetError
        If the product does not fit 31 bits.
    """
    largest = most_feature(settings) * unit / scale + abs(zero_point) + 1
    shift = min(24, int(np.log2(0.99 * _LARGEST / largest)))
    if shift < 8:
        raise ThumbnetError(
            f"features in steps of {unit:g} for a network with levels in steps of {scale:g} are "
            f"thousands of levels apart: check the unit"
        )
    return LevelScale(
        round(unit / scale * 2**shift), (zero_point << shift) + (1 << (shift - 1)), shift
    )


def _cosines(settings: LogMelSettings) -> NDArray[np.float64]:
    n = settings.channels
    k = np.arange(settings.coefficients)[:, None]
    cosines: NDArray[np.float64] = np.cos(np.pi * k * (2 * np.arange(n) + 1) / (2 * n))
    cosines *= np.sqrt(2 / n)
    return cosines


def _log_bits(settings: LogMelSettings) -> int:
    return _COSINE_LOG_BITS if settings.coefficients else settings.log_shift


def _log_step(settings: LogMelSettings) -> float:
    """Return what a factor of 2 in the sum of a filter adds to the logarithm."""
    if settings.logarithm == "natural":
        return float(np.log(2))
    return float(20 / settings.power * np.log10(2))


def _most_log(settings: LogMelSettings) -> float:
    """Return what no logarithm of a filter exceeds, above 0 and below."""
    bank = mel_filters(settings)
    loudest = float(whole_window(settings).sum()) / 2**WINDOW_BITS
    total = bank.peak * sum(bank.rising + bank.falling) / 2**bank.bits * loudest**settings.power
    # One more for what is rounded.
    most = 1 + max(abs(np.log2(settings.floor)), abs(np.log2(total)))
    return float(_log_step(settings) * most)
