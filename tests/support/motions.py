"""Recordings of a sensor that never was: three motions, and the files that hold them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from thumbnet.trainer import Recording

LABELS = ("rest", "shake", "wave")
CHANNELS = ("x", "y", "z")
RATE = 50.0
_MOTIONS = {"rest": (0.0, 0.01), "shake": (6.0, 0.8), "wave": (1.5, 0.5)}


def motion(label: str, seed: int, samples: int = 200, rate: float = RATE) -> Recording:
    """Acceleration in g, to a thousandth: gravity, noise, and a movement of its own pace."""
    rng = np.random.default_rng([seed, *label.encode()])
    hertz, strength = _MOTIONS[label]
    t = np.arange(samples)[:, None] / rate
    phases = rng.uniform(0, 2 * np.pi, 3)
    moved = np.sin(2 * np.pi * hertz * rng.uniform(0.9, 1.1) * t + phases) * (1.0, 0.6, 0.3)
    values = (0.1, -0.2, 0.97) + strength * rng.uniform(0.8, 1.2) * moved
    values = np.round(values + rng.normal(0, 0.01, values.shape), 3)
    return Recording(values, label, rate, f"{label}/{seed}.csv", CHANNELS)


def motions(each: int = 4, samples: int = 200) -> list[Recording]:
    """So many recordings of each motion."""
    return [motion(label, seed, samples) for label in LABELS for seed in range(each)]


def lines(one: Recording, time: bool = True) -> list[str]:
    """A recording's rows as text, with the milliseconds in front."""
    step = 1000 / one.rate
    return [
        ",".join([*([f"{round(k * step)}"] if time else []), *(f"{v:.3f}" for v in row)])
        for k, row in enumerate(one.values)
    ]


def write_folder(folder: Path, recordings: Sequence[Recording], time: bool = True) -> Path:
    """A folder for each label, a file for each recording."""
    for one in recordings:
        path = folder / one.name
        path.parent.mkdir(parents=True, exist_ok=True)
        header = ",".join([*(["ms"] if time else []), *one.channels])
        path.write_text("\n".join([header, *lines(one, time)]) + "\n")
    return folder


def write_table(path: Path, recordings: Sequence[Recording]) -> Path:
    """All in one file: a column of labels, and one that tells recordings apart."""
    rows = [f"{line},{one.label},{k}" for k, one in enumerate(recordings) for line in lines(one)]
    header = ",".join(["ms", *recordings[0].channels, "label", "recording"])
    path.write_text("\n".join([header, *rows]) + "\n")
    return path
