"""Several sensors of one recording, each with a clock of its own, become one by time.

A board reads all its sensors when it takes a sample. So the samples are those of the slowest
sensor, and the others are read at its times, by a straight line between neighbours: nothing is
smoothed, and no sample is made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..datasets.resolution import MOST_DECIMALS, decimals_of
from ..errors import ThumbnetError, quoted
from .formats.track import FEWEST, Track

SLOW = 10
"""A sensor that is so many times slower than the fastest is left out."""


def join(tracks: Sequence[Track], name: str, where: str) -> Track:
    """Return one track with the channels of all.

    Parameters
    ----------
    tracks : sequence of Track
        One for each sensor; `sensor` is put before names of channels that several have.
    name, where : str
        Of the recording, and for messages.

    Returns
    -------
    Track

    Raises
    ------
    ThumbnetError
        If a sensor has no clock, or they do not overlap in time.
    """
    if len(tracks) == 1:
        return replace(tracks[0], name=name)
    bare = next((one for one in tracks if one.times is None), None)
    if bare is not None:
        raise ThumbnetError(
            f"{where}: {bare.sensor!r} has no clock by which to join it with the others: record "
            "its times, or write all sensors into one file"
        )
    fastest = max(one.rate for one in tracks)
    slow = [one for one in tracks if one.rate * SLOW < fastest]
    kept = [one for one in tracks if one not in slow]
    notes = [note for one in kept for note in one.notes]
    if slow:
        listed = ", ".join(f"{one.sensor} ({one.rate:.3g} Hz)" for one in slow)
        notes.append(f"{listed} is left out: more than {SLOW} times slower than the fastest sensor")
    base = min(kept, key=lambda one: one.rate)
    origin = base.origin
    spans = {one.sensor: one.seconds(origin) for one in kept}
    half = 0.5 / base.rate
    begin = max(span[0] for span in spans.values()) - half
    end = min(span[-1] for span in spans.values()) + half
    times = spans[base.sensor]
    inside = (times >= begin) & (times <= end)
    if int(inside.sum()) < FEWEST:
        raise ThumbnetError(
            f"{where}: {quoted([one.sensor for one in kept])} do not overlap in time, so they are "
            "not of one recording: put them into folders of their own"
        )
    values = [
        one.values[inside] if one is base else _at(one.values, spans[one.sensor], times[inside])
        for one in kept
    ]
    if len(kept) > 1:
        notes.append(
            f"{', '.join(one.sensor for one in kept)} are joined by time, at the samples of "
            f"{base.sensor} ({base.rate:.4g} Hz), the slowest"
        )
    return replace(
        base,
        values=np.concatenate(values, axis=1),
        channels=_names(kept),
        name=name,
        times=None if base.times is None else base.times[inside],
        lines=tuple(np.array(base.lines)[inside].tolist()) if base.lines else (),
        sensor="",
        notes=tuple(dict.fromkeys(notes)),
        ignored=tuple(name for one in tracks for name in one.ignored),
    )


def _names(tracks: Sequence[Track]) -> tuple[str, ...]:
    """Return the names of all channels, with their sensors in front if two have one name."""
    plain = [channel for one in tracks for channel in one.channels]
    if len(set(plain)) == len(plain):
        return tuple(plain)
    return tuple(f"{one.sensor} {channel}" for one in tracks for channel in one.channels)


def _at(
    values: NDArray[np.float64], known: NDArray[np.float64], wanted: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return readings between samples, with the decimals that the sensor gives."""
    columns = []
    for column in values.T:
        decimals = decimals_of(column)
        read = np.interp(wanted, known, column)
        columns.append(read if decimals == MOST_DECIMALS else np.round(read, decimals))
    return np.stack(columns, axis=1)
