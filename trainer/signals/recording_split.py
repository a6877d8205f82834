"""Random splits of recordings, or of windows by their recordings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from ..datasets.class_labels import class_names
from ..errors import ThumbnetError
from .recordings import Recording
from .windows import Windows


@overload
def split_by_recording(
    data: Sequence[Recording], test_size: float = 0.2, seed: int = 0
) -> tuple[list[Recording], list[Recording]]: ...
@overload
def split_by_recording(
    data: Windows, test_size: float = 0.2, seed: int = 0
) -> tuple[Windows, Windows]: ...
def split_by_recording(
    data: Windows | Sequence[Recording], test_size: float = 0.2, seed: int = 0
) -> tuple[Windows, Windows] | tuple[list[Recording], list[Recording]]:
    """Split recordings, or windows by their recordings, at random into training and test.

    Windows of one recording are alike, and overlap. All of them go into the same part, so that the
    test shows how the network will do on new recordings.

    Parameters
    ----------
    data : Windows or sequence of Recording
        What to split.
    test_size : float
        The share of every label's recordings to hold out, between 0 and 1. At least one is held
        out, and at least one stays.
    seed : int
        The same seed gives the same split.

    Returns
    -------
    train, test
        Of the same kind as `data`.

    Raises
    ------
    ThumbnetError
        If a label has a single recording.
    """
    if not 0 < test_size < 1:
        raise ThumbnetError(f"test_size is {test_size}: give a share between 0 and 1, such as 0.2")
    if isinstance(data, Windows):
        assert data.labels is not None
        index, first = np.unique(data.recording, return_index=True)
        labels = [data.labels[data.y[at]] for at in first]
        names = [data.names[k] for k in index]
    else:
        index = np.arange(len(data))
        labels, names = [one.label for one in data], [one.name for one in data]
    held_out = index[_hold_out(labels, names, test_size, seed)]
    if isinstance(data, Windows):
        tests = np.isin(data.recording, held_out)
        return data.take(np.flatnonzero(~tests)), data.take(np.flatnonzero(tests))
    chosen = set(held_out.tolist())
    return (
        [one for k, one in enumerate(data) if k not in chosen],
        [data[k] for k in sorted(chosen)],
    )


def _hold_out(
    labels: Sequence[str], names: Sequence[str], test_size: float, seed: int
) -> NDArray[np.int64]:
    """Return the indices of the recordings to hold out, some of every label."""
    random = np.random.default_rng(seed)
    held_out: list[int] = []
    for label in class_names(labels):
        places = [k for k, other in enumerate(labels) if other == label]
        if len(places) < 2:
            raise ThumbnetError(
                f"label {label!r} has one recording, {names[places[0]]}: a test needs another, "
                "record it once more or leave the label out"
            )
        count = min(max(1, round(len(places) * test_size)), len(places) - 1)
        held_out += random.permutation(places)[:count].tolist()
    return np.array(sorted(held_out))
