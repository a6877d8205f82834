"""Flat lines: channels that do not change, for a whole recording or for as long as a window."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import ThumbnetError, quoted
from .recordings import Recording


def refuse_flatlines(recordings: Sequence[Recording]) -> None:
    """Raise ThumbnetError for a recording in which a channel never changes."""
    for one in recordings:
        still = np.flatnonzero(np.ptp(one.values, axis=0) == 0)
        if still.size:
            at = int(still[0])
            raise ThumbnetError(
                f"{one.name}: channel {one.channels[at]!r} is {one.values[0, at]:g} in all its "
                f"{len(one)} samples, as of a sensor that is stuck: record it again, leave the "
                "column or the recording out, or allow it (--allow-constant)"
            )


def find_flatlines(recordings: Sequence[Recording], length: int) -> list[str]:
    """Describe the recordings in which a channel stays the same for a whole window.

    That is normal for a coarse reading at rest. A sensor that is stuck also produces it, and then
    all of these windows have the label of the recording.

    Parameters
    ----------
    recordings : sequence of Recording
        What to look at.
    length : int
        Samples of a window.

    Returns
    -------
    list of str
        A sentence for each such recording.
    """
    found = []
    for one in recordings:
        runs = [longest_run(column) for column in one.values.T]
        still = [k for k, (_, samples) in enumerate(runs) if samples >= length]
        if still:
            begin, samples = runs[still[0]]
            found.append(
                f"{one.place(begin)}: no change of {quoted([one.channels[k] for k in still])} in "
                f"{samples} samples, learned as {one.label!r}: cut them out if the sensor was stuck"
            )
    return found


def longest_run(values: NDArray[np.float64]) -> tuple[int, int]:
    """Return the first index and the length of the longest run of equal values."""
    ends = np.flatnonzero(np.append(values[1:] != values[:-1], True)) + 1
    lengths = np.diff(ends, prepend=0)
    at = int(lengths.argmax())
    return int(ends[at] - lengths[at]), int(lengths[at])
