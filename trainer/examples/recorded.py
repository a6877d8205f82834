"""What the examples on recordings of motions share: windows, the vote, and the live stream."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thumbnet.export import Program
from thumbnet.trainer import Recording, Windows, cut, load_motions

from .common import Array

WINDOW, HOP = 50, 10
"""Samples: five seconds, every second."""

VOTE = 6
"""Windows that a recording of ten seconds has: its last decision is the vote of them all."""


@dataclass(frozen=True)
class Motions:
    """BasicMotions in windows, split as its authors did; and the test recordings as they are."""

    train: Windows
    test: Windows
    recordings: list[Recording]


def motions() -> Motions:
    train, test = load_motions()
    return Motions(cut(train, WINDOW, HOP), cut(test, WINDOW, HOP), test)


def by_recording(predicted: Array, windows: Windows) -> float:
    """Share of recordings of which most windows are given the right label."""
    right = []
    for index in np.unique(windows.recording):
        rows = np.flatnonzero(windows.recording == index)
        most = np.bincount(predicted[rows]).argmax()
        right.append(most == windows.y[rows[0]])
    return float(np.mean(right))


def live(program: Program, recordings: list[Recording]) -> float:
    """Share of recordings that the module's `Stream` gets right, taking sample after sample."""
    module: dict[str, object] = {}
    exec(program.module(), module)
    right = 0
    for recording in recordings:
        stream = module["Stream"]()  # type: ignore[operator]
        for sample in recording.values.tolist():
            stream.push(sample)
        right += stream.label == recording.label
    return right / len(recordings)
