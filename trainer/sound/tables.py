"""The tables of a sound front end: integers that the PC and a board share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..errors import ThumbnetError
from .settings import SoundSettings
from .single_precision import log1p

Ints = NDArray[np.int64]

WINDOW_BITS = 12
WEIGHT_BITS = 12
SHARE_BITS = 14
"""Bits after the point of windows, of the weights of filters, and of shares of noise."""

GAIN_INTERVALS = 32
"""The gain is a parabola between any two powers of two of the noise."""

LOG_SEGMENTS = 128
LOG_COEFFICIENT = 45426
"""ln(2) in Q16; segments between two powers of two."""

_WIDEST = 255
_LARGEST = 2**30

_float32 = np.float32


@dataclass(frozen=True)
class MelBank:
    """Triangular filters: a frequency is on the falling side of one and the rising one of the next.

    Attributes
    ----------
    begin
        The first frequency that any filter reads.
    widths
        For each side, how many frequencies it reads; sides follow each other without gaps. There
        is one more than filters: the rising side of the lowest filter comes first.
    weights
        For each frequency its weight in the filter whose rising side it is on, in Q12; its weight
        in the filter below is `others`, which may differ from 4096 less the weight by rounding.
    others
        See `weights`.
    """

    begin: int
    widths: tuple[int, ...]
    weights: tuple[int, ...]
    others: tuple[int, ...]

    @property
    def end(self) -> int:
        """One more than the last frequency that any filter reads."""
        return self.begin + len(self.weights)


@lru_cache
def window_table(settings: SoundSettings) -> Ints:
    """Compute the window in Q12, in the single precision of the original.

    Parameters
    ----------
    settings : SoundSettings
        The front end.

    Returns
    -------
    ndarray
        An integer for each sample of a frame.
    """
    middle = _float32(0.5 if settings.shape == "hann" else 0.54)
    swing = _float32(1) - middle
    turn = _float32(2 * np.pi / settings.window)
    places = np.arange(settings.window, dtype=np.float32) + _float32(0.5)
    # A cosine of single precision, rounded well: numpy's own differs between processors.
    cosine = np.cos((turn * places).astype(np.float64)).astype(np.float32)
    real = (middle - swing * cosine) * _float32(1 << WINDOW_BITS)
    table: Ints = np.floor(real + _float32(0.5)).astype(np.int64)
    return table


@lru_cache
def mel_bank(settings: SoundSettings) -> MelBank:
    """Compute the mel filters, in the single precision of the original.

    Parameters
    ----------
    settings : SoundSettings
        The front end.

    Returns
    -------
    MelBank

    Raises
    ------
    ThumbnetError
        If a filter is too wide for a board.
    """
    low = _mel(settings.low)
    spacing = (_mel(settings.high) - low) / _float32(settings.channels + 1)
    centres = [low + spacing * _float32(k + 1) for k in range(settings.channels + 1)]
    step = _float32(0.5 * settings.rate / (settings.fft / 2))
    begin = at = int(1.5 + settings.low / float(step))
    widths: list[int] = []
    weights: list[int] = []
    others: list[int] = []
    below = low
    for centre in centres:
        first = at
        while at < settings.fft // 2 and _mel(_float32(at) * step) <= centre:
            share = (centre - _mel(_float32(at) * step)) / (centre - below)
            weights.append(_weight(share))
            others.append(_weight(_float32(1) - share))
            at += 1
        widths.append(at - first)
        below = centre
    if max(widths) > _WIDEST:
        raise ThumbnetError(
            f"a mel filter of {max(widths)} frequencies is too wide: {_WIDEST} is the most on a "
            f"side, so take more than {settings.channels} filters"
        )
    return MelBank(begin, tuple(widths), tuple(weights), tuple(others))


@lru_cache
def gain_table(settings: SoundSettings) -> Ints:
    """Compute the gain for the noise x: 2**gain_bits * (x + offset) ** -strength, up to 32767.

    Parameters
    ----------
    settings : SoundSettings
        The front end.

    Returns
    -------
    ndarray, shape (33, 3)
        For each number of bits of the noise: the gain where it begins, and the two coefficients of
        a parabola. Rows 0 and 1 are the gains of 0 and 1.

    Raises
    ------
    ThumbnetError
        If it does not fit 16 bits.
    """
    table = np.zeros((GAIN_INTERVALS + 1, 3), np.int64)
    table[:2, 0] = [_gain(settings, 0), _gain(settings, 1)]
    for bits in range(2, GAIN_INTERVALS + 1):
        start = 1 << (bits - 1)
        end = 2 * start - (bits == GAIN_INTERVALS)
        first, middle, last = (_gain(settings, x) for x in (start, start + start // 2, end))
        slope = 4 * (middle - first) - (last - first)
        table[bits] = [first, slope, last - first - slope]
    reach = 1024 * ((np.abs(table[:, 1]) << 5) + (np.abs(table[:, 2]) << 5))
    if np.abs(table).max() > 32767 or reach.max() >= _LARGEST:
        raise ThumbnetError(
            f"gain control with strength {settings.strength:g}, offset {settings.offset:g} and "
            f"{settings.gain_bits} bits is too steep for 16 bits: take a smaller strength or fewer "
            "gain_bits"
        )
    return table


@lru_cache
def log_table() -> Ints:
    """Compute what log2(1 + k / 128) has above the straight line, in Q16.

    Returns
    -------
    ndarray, shape (130,)
        The last entry repeats the end, 0.
    """
    x = np.arange(LOG_SEGMENTS + 1) / LOG_SEGMENTS
    table = np.rint((np.log2(1 + x) - x) * 65536).astype(np.int64)
    return np.append(table, 0)


def share(value: float) -> int:
    """Return a share of noise in Q14, rounded down.

    Parameters
    ----------
    value : float
        From 0 to 1.

    Returns
    -------
    int
    """
    return int(_float32(value) * _float32(1 << SHARE_BITS))


def _mel(frequency: float | np.float32) -> np.float32:
    ratio = _float32(frequency) / _float32(700)
    mel: np.float32 = _float32(1127) * log1p(ratio)
    return mel


def _weight(real: np.float32) -> int:
    return int(np.floor(real * _float32(1 << WEIGHT_BITS) + _float32(0.5)))


def _gain(settings: SoundSettings, noise: int) -> int:
    bits = settings.smoothing_bits - settings.correction_bits
    real = float(_float32(noise)) / 2.0**bits
    base = _float32(_float32(real) + _float32(settings.offset))
    power = _float32(float(base) ** -float(_float32(settings.strength)))
    gain = float(_float32(2.0**settings.gain_bits) * power)
    return 32767 if gain > 32767 else int(float(_float32(_float32(gain) + _float32(0.5))))
