"""What a network has to beat: the most frequent answer, and a linear model."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from thumbnet.export import beyond_chance
from thumbnet.trainer import (
    Dataset,
    LinearRegression,
    LogisticRegression,
    SoundExamples,
    ThumbnetError,
)

from .settings import Array

MOST_WORK = 4_000_000
"""Numbers times classes that a linear model is trained on: a few seconds."""
MOST_FEATURES = 500
"""Features that least squares is solved for."""
_STEPS = 300
MOST_WORK_OF_SOUNDS, _STEPS_OF_SOUNDS = 5 * MOST_WORK, 100
"""Sounds have many numbers, of which a linear model learns most in fewer steps."""


@dataclass(frozen=True)
class Baseline:
    """A simple model on the held-out rows.

    Attributes
    ----------
    name
        In words.
    losses
        Of each row, see `paired_test`.

    """

    name: str
    losses: Array

    @property
    def score(self) -> float:
        """The accuracy, or R squared: the mean over several targets."""
        return float(1 - self.losses.mean())


def baselines(train: Dataset, test: Dataset) -> list[Baseline]:
    """Return the most frequent class or the mean, and a linear model if that does not take long.

    Parameters
    ----------
    train, test
        The rows to train with, and those held out.

    """
    if train.is_classification:
        usual = int(np.bincount(train.y).argmax())
        found = [Baseline("most frequent class", losses_of(test, np.full(len(test), usual)))]
    else:
        mean = np.broadcast_to(train.y.mean(axis=0), test.y.shape)
        found = [Baseline("mean", losses_of(test, mean))]
    x = [data.x.reshape(len(data), -1).astype(np.float64) for data in (train, test)]
    wide = not train.is_classification and x[0].shape[1] > MOST_FEATURES
    work = x[0].size * len(train.labels or "1")
    sounds = isinstance(train, SoundExamples) and work > MOST_WORK
    if wide or work > (MOST_WORK_OF_SOUNDS if sounds else MOST_WORK):
        return found
    with suppress(ThumbnetError):  # a feature may vary too little for weights of 32 bits
        predicted = _linear(x[0], train.y, x[1], _STEPS_OF_SOUNDS if sounds else _STEPS)
        found.append(Baseline("linear model", losses_of(test, predicted)))
    return found


def _linear(x: Array, y: Array, test_x: Array, steps: int) -> Array:
    if y.dtype.kind == "i":
        return LogisticRegression(max_iter=steps).fit(x, y).predict(test_x)
    each = [LinearRegression().fit(x, one).predict(test_x) for one in y.reshape(len(y), -1).T]
    return np.stack(each, axis=1).reshape(len(test_x), *y.shape[1:])


def losses_of(test: Dataset, predicted: Array) -> Array:
    """Return the loss of each row: 1 for a wrong class, or the squared error in standard units."""
    if test.is_classification:
        return np.asarray(predicted != test.y, dtype=np.float64)
    truth = test.y.reshape(len(test), -1)
    spread = np.where(truth.std(axis=0) > 0, truth.std(axis=0), 1.0)
    return np.asarray((((predicted.reshape(truth.shape) - truth) / spread) ** 2).mean(axis=1))


def compared(network: Array, found: list[Baseline], linear: str | None = "--hidden 0") -> str:
    """Return a warning if a network is not better than a baseline by more than chance; or "".

    Parameters
    ----------
    network
        The loss of the network on each held-out row.
    found
        The baselines; the best of them counts.
    linear
        The options that train the linear model; None if the network is linear itself.

    """
    best = max(found, key=lambda one: one.score)
    better = float(network.mean()) < float(best.losses.mean())
    if better and beyond_chance(network, best.losses):
        return ""
    if best.name == "linear model" and linear is None:
        return ""
    if best.name == "linear model":
        return (
            f"the network is no better than the linear model by more than chance: {linear} trains "
            "one, which is smaller and faster"
        )
    return (
        f"the network is no better than the {best.name} by more than chance: the features may not "
        "tell the labels apart, or the rows are too few"
    )


def as_json(found: list[Baseline]) -> dict[str, Any]:
    """Return the scores by name."""
    return {one.name.replace(" ", "_"): one.score for one in found}
