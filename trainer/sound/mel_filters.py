"""Mel filters by their published formulas, and their weights as integers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..errors import ThumbnetError
from .log_mel_settings import LogMelSettings

Floats = NDArray[np.float64]

_MOST_BITS = 13
_WIDEST = 255
_LARGEST = 2**17
"""What the weights of a filter may add up to: times 2**13 of an energy, that stays below 2**30."""


@dataclass(frozen=True)
class MelFilters:
    """Triangles: each side but the outer ones is the rising side of one and the falling of another.

    Attributes
    ----------
    begin
        The first frequency of the lowest side.
    widths
        How many frequencies each side has; sides follow each other without gaps. There is one more
        than filters: the rising side of the lowest filter comes first.
    rising
        For each frequency its weight in the filter that rises there, in 2**-bits of `peak`.
    falling
        The same, in the filter that falls there.
    bits
        Bits after the point.
    peak
        The weight that 2**bits stands for.
    """

    begin: int
    widths: tuple[int, ...]
    rising: tuple[int, ...]
    falling: tuple[int, ...]
    bits: int
    peak: float


@lru_cache
def mel_filters(settings: LogMelSettings) -> MelFilters:
    """Compute the filters of a front end.

    Parameters
    ----------
    settings : LogMelSettings
        The front end.

    Returns
    -------
    MelFilters

    Raises
    ------
    ThumbnetError
        If a filter is too wide for a board, or so narrow that it has no frequency.
    """
    edges, heights = _edges(settings)
    places = _places(settings)
    # Weights at the outer edges are 0.
    inside = np.flatnonzero((places > edges[0]) & (places < edges[-1]))
    sides = np.searchsorted(edges, places[inside]) - 1
    share = (places[inside] - edges[sides]) / (edges[sides + 1] - edges[sides])
    peak = float(heights.max())
    heights = np.concatenate([[0.0], heights / peak, [0.0]])
    rising = share * heights[sides + 1]
    falling = (1 - share) * heights[sides]
    total = np.bincount(sides, rising, settings.channels + 1)[:-1]
    total += np.bincount(sides, falling, settings.channels + 1)[1:]
    if total.min() < 2.0**-8:
        raise ThumbnetError(
            f"mel filter {int(total.argmin()) + 1} of {settings.channels} lies between two "
            f"frequencies of the transform, {settings.rate / settings.fft:g} Hz apart: take fewer "
            "filters"
        )
    widths = np.bincount(sides, minlength=settings.channels + 1)
    if widths.max() > _WIDEST:
        raise ThumbnetError(
            f"a mel filter of {widths.max()} frequencies is too wide: {_WIDEST} is the most on a "
            f"side, so take more than {settings.channels} filters"
        )
    bits = min(_MOST_BITS, int(np.log2(0.99 * _LARGEST / total.max())))
    weights = [np.rint(side * 2**bits).astype(int).tolist() for side in (rising, falling)]
    return MelFilters(
        int(inside[0]), tuple(widths.tolist()), tuple(weights[0]), tuple(weights[1]), bits, peak
    )


def _edges(settings: LogMelSettings) -> tuple[Floats, Floats]:
    """Return where filters begin, peak and end, on the axis of `_places`, and their heights."""
    limits = np.array([settings.low, settings.high])
    if settings.scale == "htk":
        low, high = _htk(limits)
        return np.linspace(low, high, settings.channels + 2), np.ones(settings.channels)
    low, high = _slaney(limits)
    edges = _hertz(np.linspace(low, high, settings.channels + 2))
    return edges, 2 / (edges[2:] - edges[:-2])


def _places(settings: LogMelSettings) -> Floats:
    """Return the frequencies of the transform, on the axis on which sides are straight lines."""
    hertz = np.arange(settings.fft // 2) * settings.rate / settings.fft
    return _htk(hertz) if settings.scale == "htk" else hertz


def _htk(hertz: Floats) -> Floats:
    mel: Floats = 1127 * np.log1p(hertz / 700)
    return mel


_LINEAR = 200 / 3
_BREAK = 1000.0
_STEP = np.log(6.4) / 27
"""Slaney: linear up to 1,000 Hz, 15 mel; then 27 mel for a factor of 6.4."""


def _slaney(hertz: Floats) -> Floats:
    above = _BREAK / _LINEAR + np.log(np.maximum(hertz, _BREAK) / _BREAK) / _STEP
    return np.where(hertz < _BREAK, hertz / _LINEAR, above)


def _hertz(mel: Floats) -> Floats:
    above = _BREAK * np.exp(_STEP * (np.maximum(mel, _BREAK / _LINEAR) - _BREAK / _LINEAR))
    return np.where(mel < _BREAK / _LINEAR, mel * _LINEAR, above)
