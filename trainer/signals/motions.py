"""Real recordings of motions from the package aeon: by a smartwatch, and by a game controller.

Both are from the archive www.timeseriesclassification.com, with its split into training and test.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any, cast

import numpy as np

from ..errors import ThumbnetError
from .recordings import Recording

CHANNELS = tuple(f"{sensor} {axis}" for sensor in ("accelerometer", "gyroscope") for axis in "xyz")
_PARTS = ("train", "test")


def load_motions(decimals: int = 2) -> tuple[list[Recording], list[Recording]]:
    """Load BasicMotions: 40 recordings each for training and test, 10 of each activity.

    Four people with a smartwatch played badminton, ran, stood and walked: 10 seconds at 10 Hz, 6
    channels, in units that the source does not state.

    Parameters
    ----------
    decimals : int
        Readings are rounded to this many. The source has 6, more than any sensor: with 2 they are
        whole numbers of 1/100, and `cut` and the board use these as counts.

    Returns
    -------
    train, test : list of Recording

    Raises
    ------
    ThumbnetError
        If the package aeon is not installed.
    """
    load = aeon_datasets().load_basic_motions
    train, test = (_recordings(load, part, 10.0, CHANNELS, decimals) for part in _PARTS)
    return train, test


def load_gestures() -> tuple[list[Recording], list[Recording]]:
    """Load PickupGestureWiimoteZ: 50 recordings each for training and test, 5 of each of 10 people.

    All made the same gesture, "pick up", with a Wiimote in the hand, and the labels "1" to "10" are
    the people: who was it? One channel, acceleration along z in g, with 3 decimals; 29 to 361
    samples from press to release of a button. The source does not state the rate: 100 Hz is the
    most that the device reports.

    J. Guna, I. Humar, M. Pogačnik, "Intuitive gesture based user identification system", 2012.

    Returns
    -------
    train, test : list of Recording

    Raises
    ------
    ThumbnetError
        If the package aeon is not installed.
    """
    load = aeon_datasets().load_pickup_gesture_wiimoteZ
    train, test = (_recordings(load, part, 100.0, ("accelerometer z",), 3) for part in _PARTS)
    return train, test


def aeon_datasets() -> ModuleType:
    """Import `aeon.datasets`.

    Returns
    -------
    module

    Raises
    ------
    ThumbnetError
        If the package aeon is not installed.
    """
    try:
        from aeon import datasets  # optional, and slow to import
    except ImportError as error:
        raise ThumbnetError(
            "this data comes with the package aeon, which is not installed: "
            "pip install 'thumbnet[motions]'"
        ) from error
    return cast(ModuleType, datasets)


def _recordings(
    load: Any, part: str, rate: float, channels: tuple[str, ...], decimals: int
) -> list[Recording]:
    """Return one part of a data set, whose series are arrays of shape (channels, samples)."""
    return [
        Recording(np.round(values.T, decimals), str(label), rate, f"{part} {k}", channels)
        for k, (values, label) in enumerate(zip(*load(split=part), strict=True), start=1)
    ]
