"""`make bench-choice`: does `thumbnet train FOLDER` choose the network that is best?

Each set has its own split. The search sees the recordings to train with; then the chosen network
and the others are trained in full, and tested on the rest. The goal: the chosen one is not worse
than the best of the three by more than two standard errors over the test recordings, means over
seeds, on most sets.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from thumbnet.trainer import Recording, ThumbnetError, aeon_datasets, cut

from ..terminal.console import Console
from ..workflow.architecture import build
from ..workflow.architecture_search import search
from ..workflow.candidates import ARCHITECTURES, candidate
from ..workflow.settings import Array, TrainSettings, default_epochs
from ..workflow.training import fit

SEEDS = 3
_DECIMALS = 3
_MOST_STEPS = 300
"""Samples of a window over which a recurrent layer is trained here; more take an hour."""

ARCHIVE = {
    "GunPoint": ("load_gunpoint", 150),
    "ArrowHead": ("load_arrow_head", 251),
    "OSULeaf": ("load_osuleaf", 427),
    "ItalyPowerDemand": ("load_italy_power_demand", 24),
    "BasicMotions": ("load_basic_motions", 50),
    "JapaneseVowels": ("load_japanese_vowels", 7),
    "PickupGestureWiimoteZ": ("load_pickup_gesture_wiimoteZ", 29),
}
"""The classifications that come with aeon: how to load them, and samples of a window.

All but ACSF1, whose windows of 1,460 samples are too long for features and for a recurrent layer.
"""

MADE_WINDOW = 64
Wave = Callable[[Array, int, np.random.Generator], Array]


def _strength(t: Array, label: int, random: np.random.Generator) -> Array:
    return (0.5, 1.0, 1.5)[label] * np.sin(2 * np.pi * (0.05 * t + random.random()))


def _frequency(t: Array, label: int, random: np.random.Generator) -> Array:
    pace = (0.04, 0.07, 0.12)[label] * random.uniform(0.9, 1.1)
    return np.asarray(np.sin(2 * np.pi * (pace * t + random.random())))


def _shape(t: Array, label: int, random: np.random.Generator) -> Array:
    """Return a saw tooth that rises slowly or falls slowly: all features are the same."""
    saw = 2 * ((random.uniform(0.04, 0.06) * t + random.random()) % 1) - 1
    return np.asarray(saw if label else -saw)


def _drift(t: Array, label: int, random: np.random.Generator) -> Array:
    """Return something that rises, falls or stays, around any level."""
    return np.asarray((label - 1) * 0.02 * t + random.normal(0, 2))


MADE: dict[str, tuple[Wave, int]] = {
    "made: strength": (_strength, 3),
    "made: frequency": (_frequency, 3),
    "made: shape": (_shape, 2),
    "made: drift": (_drift, 3),
}
"""How a recording goes, and the number of labels."""


def made(name: str, each: int = 8, samples: int = 4 * MADE_WINDOW) -> list[Recording]:
    """Return recordings that were made up, so many of each label."""
    wave, labels = MADE[name]
    found = []
    for label in range(labels):
        for k in range(each):
            random = np.random.default_rng([k, label])
            values = wave(np.arange(samples), label, random) + random.normal(0, 0.2, samples)
            found.append(
                Recording(values.round(_DECIMALS)[:, None], "abc"[label], 50.0, f"{label}/{k}")
            )
    return found


@dataclass(frozen=True)
class Outcome:
    """The results on a set.

    Attributes
    ----------
    name
        Of the set.
    chosen
        The network that was chosen, for each seed.
    losses
        By network, of each seed and test recording, the share of windows that were wrong.

    """

    name: str
    chosen: tuple[str, ...]
    losses: dict[str, Array]

    def accuracy(self, name: str) -> float:
        """Return the mean accuracy of a network over seeds."""
        return float(1 - self.losses[name].mean())

    @property
    def picked(self) -> Array:
        """The losses of what was chosen."""
        return np.stack([self.losses[name][seed] for seed, name in enumerate(self.chosen)])

    @property
    def best(self) -> str:
        """The most accurate network."""
        return max(self.losses, key=self.accuracy)

    @property
    def reached(self) -> bool:
        """Whether the chosen ones are as good as the best, within noise."""
        gaps = (self.picked - self.losses[self.best]).mean(axis=0)
        return bool(gaps.mean() <= 2 * np.std(gaps, ddof=1) / len(gaps) ** 0.5)


def load(name: str) -> tuple[list[Recording], list[Recording], int]:
    """Return recordings to train and to test with, and the length of a window."""
    if name in MADE:
        every = made(name, 24)
        train = [one for one in every if int(one.name.split("/")[1]) < 8]
        return train, [one for one in every if int(one.name.split("/")[1]) >= 8], MADE_WINDOW
    loader, window = ARCHIVE[name]
    read: Any = getattr(aeon_datasets(), loader)
    parts = [
        [
            Recording(np.round(values.T, _DECIMALS), str(label), 50.0, f"{part} {k}")
            for k, (values, label) in enumerate(zip(*read(split=part), strict=True))
        ]
        for part in ("train", "test")
    ]
    return parts[0], parts[1], window


def trained(
    name: str, train: list[Recording], test: list[Recording], window: int, seed: int
) -> Array:
    """Train a network in full, and return the share of wrong windows of each test recording."""
    one = candidate(name, window)
    every = cut([*train, *test], window, max(1, window // 2), one.features, 8, True)
    known = every.recording < len(train)
    learnt, unseen = every.take(np.flatnonzero(known)), every.take(np.flatnonzero(~known))
    base = TrainSettings(seed=seed, patience=None, epochs=default_epochs(len(learnt), 32))
    settings = one.settings(base, learnt.x[0].size)
    model = build(learnt, settings)
    fit(model, learnt, unseen, settings)
    wrong = model.predict_classes(unseen.x) != unseen.y
    return np.array([wrong[unseen.recording == k].mean() for k in np.unique(unseen.recording)])


def outcome(name: str, seeds: int = SEEDS) -> Outcome:
    """Return what was chosen on a set, and how good each network is there."""
    train, test, window = load(name)
    hop = max(1, window // 2)
    names = [one for one in ARCHITECTURES if one != "gru" or window <= _MOST_STEPS]
    chosen = [
        search(train, window, hop, TrainSettings(seed=seed)).chosen.candidate.name
        for seed in range(seeds)
    ]
    losses = {
        one: np.stack([trained(one, train, test, window, seed) for seed in range(seeds)])
        for one in names
    }
    return Outcome(name, tuple(chosen), losses)


def outcomes(names: list[str]) -> Iterator[Outcome]:
    """Yield the result on each set."""
    for name in names:
        yield outcome(name)


def main(names: list[str]) -> int:
    """Print the table; return 1 if the choice is worse than the best on half of the sets."""
    console = Console(False)
    names = names or [*MADE, *ARCHIVE]
    found = []
    with console.progress("set", len(names), every=1) as update:
        for one in outcomes(names):
            found.append(one)
            update(len(found), one.name)
    console.table(
        ["set", *ARCHITECTURES, "chosen", "accuracy", "as good as the best"],
        [_line(one) for one in found],
    )
    reached = sum(one.reached for one in found)
    console.say(f"means over {SEEDS} seeds; within noise of the best on {reached} of {len(found)}")
    return int(2 * reached <= len(found))


def _line(one: Outcome) -> list[str]:
    scores = [f"{one.accuracy(n):.1%}" if n in one.losses else "-" for n in ARCHITECTURES]
    picked = f"{1 - one.picked.mean():.1%}"
    each = Counter(one.chosen)
    chosen = ", ".join(n if each[n] == SEEDS else f"{n} {each[n]}" for n in sorted(each))
    return [one.name, *scores, chosen, picked, "yes" if one.reached else "no"]


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ThumbnetError as error:
        sys.exit(str(error))
