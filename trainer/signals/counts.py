"""Readings as integer counts, as a board computes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..datasets.resolution import decimals_of, resolution_for
from ..errors import ThumbnetError
from .recordings import Recording
from .stream_settings import FEATURE_COUNT_LIMIT
from .window_features import Ints


def units_of(recordings: Sequence[Recording], most: int) -> tuple[int, ...]:
    """Return the counts per 1.0 of each channel, from its decimals; no count reaches `most`."""
    values = np.concatenate([one.values for one in recordings])
    found = []
    for channel, column in enumerate(values.T):
        where = _farthest(recordings, channel, column)
        low, high = float(column.min()), float(column.max())
        try:
            step = resolution_for(decimals_of(column), low, high, where, most)
        except ThumbnetError as error:
            raise ThumbnetError(f"{error}, or correct this reading") from error
        found.append(round(1 / step))
    return tuple(found)


def _farthest(recordings: Sequence[Recording], channel: int, column: NDArray[np.float64]) -> str:
    """Say where the farthest reading from the others is; it may be a mistake in a file."""
    low, middle, high = float(column.min()), float(np.median(column)), float(column.max())
    at = int(column.argmax() if high - middle > middle - low else column.argmin())
    for one in recordings:
        if at < len(one):
            break
        at -= len(one)
    return f"{one.place(at)}, channel {one.channels[channel]!r}"


def counts_of(
    values: NDArray[np.float64], units: tuple[int, ...], reach: int = 2 * FEATURE_COUNT_LIMIT - 1
) -> Ints:
    """Return readings as counts, rounded half away from zero and clipped, as on a board."""
    with np.errstate(over="ignore"):  # infinite counts are clipped, too
        scaled = np.clip(values * np.array(units), -reach, reach)
    rounded = np.where(scaled >= 0, np.floor(scaled + 0.5), -np.floor(0.5 - scaled))
    return np.asarray(rounded, dtype=np.int64)
