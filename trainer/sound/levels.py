"""The levels of a network of 8-bit integers, from the features of a front end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..errors import ThumbnetError
from .front_ends import FrontEndSettings
from .log_mel import levels_of
from .log_mel_settings import LogMelSettings
from .log_mel_tables import level_scale
from .settings import MOST_FEATURE

Ints = NDArray[np.int64]

MOST_LEVELS = 2**13


def sound_levels(
    front_end: FrontEndSettings, features: Ints, unit: float, scale: float, zero_point: int
) -> Ints:
    """Compute what a network reads of features.

    Parameters
    ----------
    front_end : SoundSettings or LogMelSettings
        Where they come from.
    features : ndarray
        The features.
    unit : float
        What a feature of 1 stands for in the network's training.
    scale, zero_point : float, int
        Of the network's input.

    Returns
    -------
    ndarray
        From 0 to 255.

    Raises
    ------
    ThumbnetError
        If unit and scale do not fit each other.
    """
    if isinstance(front_end, LogMelSettings):
        return levels_of(features, level_scale(front_end, unit, scale, zero_point))
    table = np.frombuffer(level_table(unit, scale, zero_point), np.uint8)
    levels: Ints = table[np.minimum(features, len(table) - 1)].astype(np.int64)
    return levels


def level_table(unit: float, scale: float, zero_point: int) -> bytes:
    """Compute the level of each feature: `round(feature * unit / scale + zero_point)`.

    Parameters
    ----------
    unit : float
        What a feature of 1 stands for in the network's training.
    scale, zero_point : float, int
        Of the network's input.

    Returns
    -------
    bytes
        For the features from 0 on; the last level stands for all higher ones.

    Raises
    ------
    ThumbnetError
        If the table is too long for a board.
    """
    last = min(MOST_FEATURE, max(1, int((256 - zero_point) * scale / unit)))
    if last >= MOST_LEVELS:
        raise ThumbnetError(
            f"features in steps of {unit:g} for a network with levels in steps of {scale:g} need a "
            f"table of {last:,} levels: {MOST_LEVELS:,} is the most, so check the unit"
        )
    levels = (round(k * unit / scale + zero_point) for k in range(last + 1))
    return bytes(min(255, max(0, level)) for level in levels)
