"""Real recordings of motions, from the package aeon: of a smartwatch, and of a game controller.

Both are from the archive www.timeseriesclassification.com, split into training and test as there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .errors import ThumbnetError
from .recordings import Recording

CHANNELS = tuple(f"{sensor} {axis}" for sensor in ("accelerometer", "gyroscope") for axis in "xyz")
_PARTS = ("train", "test")


def load_motions(decimals: int = 2) -> tuple[list[Recording], list[Recording]]:
    """Return BasicMotions as (train, test), 40 recordings each, 10 of each activity.

    Four people with a smartwatch played badminton, ran, stood and walked: 10 seconds at 10 Hz,
    6 channels, in units that the source does not tell.

    decimals: readings are rounded to so many. The source has 6, which no sensor has: with 2 they
        are whole numbers of 1/100, which is what `cut` then makes of them, and the board.

    Raises ThumbnetError if the package aeon is not installed.
    """
    load = _loader("load_basic_motions")
    parts = [_recordings(*load(split=part), part, 10.0, CHANNELS, decimals) for part in _PARTS]
    return parts[0], parts[1]


def load_gestures() -> tuple[list[Recording], list[Recording]]:
    """Return PickupGestureWiimoteZ as (train, test), 50 recordings each, 5 of each of 10 people.

    All made the same gesture, "pick up", with a Wiimote in the hand, and the labels "1" to "10"
    are the people: who was it? One channel, acceleration along z in g, with 3 decimals; 29 to 361
    samples from press to release of a button. The source does not tell the rate: 100 Hz is what
    the device reports at most.

    J. Guna, I. Humar, M. Pogačnik, "Intuitive gesture based user identification system", 2012.

    Raises ThumbnetError if the package aeon is not installed.
    """
    load = _loader("load_pickup_gesture_wiimoteZ")
    channels = ("accelerometer z",)
    parts = [_recordings(*load(split=part), part, 100.0, channels, 3) for part in _PARTS]
    return parts[0], parts[1]


def _loader(name: str) -> Callable[..., Any]:
    try:
        from aeon import datasets  # here, because it is optional, and slow to import
    except ImportError as error:
        raise ThumbnetError(
            "these recordings come with the package aeon, which is not installed: pip install aeon"
        ) from error
    found: Callable[..., Any] = getattr(datasets, name)
    return found


def _recordings(
    series: Any, labels: Any, part: str, rate: float, channels: tuple[str, ...], decimals: int
) -> list[Recording]:
    """Return series (n, channels, samples), or a list of (channels, samples), as recordings."""
    return [
        Recording(np.round(values.T, decimals), str(label), rate, f"{part} {k}", channels)
        for k, (values, label) in enumerate(zip(series, labels, strict=True), start=1)
    ]
