"""Training with all that export needs later: held-out rows, the history, outputs in real units."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from thumbnet.trainer import (
    Callback,
    Dataset,
    Dense,
    History,
    Model,
    ThumbnetError,
    Windows,
    balanced_accuracy,
)

from .resuming import check_resumable
from .settings import Array, TrainSettings
from .validation import early_stopping, with_validation

TEST_ROWS = 1000
"""Held-out rows that a model carries at most."""


_LARGEST_TARGET = 1e30
"""Of their standard deviation; weights, which are floats of 32 bits, are multiplied by it."""


def fit(
    model: Model,
    train: Dataset,
    test: Dataset,
    settings: TrainSettings,
    callbacks: Sequence[Callback] = (),
    resume_from: Path | None = None,
) -> History:
    """Train a model; afterwards it takes and returns raw units, and carries its test rows.

    Regression is trained on standardized targets, which suit every learning rate. Their scale is
    then folded into the last layer; until then `info["target_scale"]` holds it, also in
    checkpoints.

    Parameters
    ----------
    model
        A compiled model, see `build`.
    train, test
        Rows to learn from, and held-out rows.
    settings
        Epochs, batch size, seed and rounding.
    callbacks
        Called during training.
    resume_from
        The checkpoint to continue from.

    Raises
    ------
    ThumbnetError
        If the data, the settings and the checkpoint do not fit together.

    """
    mean, deviation = np.zeros(1), np.ones(1)
    if not train.is_classification:
        with np.errstate(over="ignore"):
            mean, deviation = (
                np.atleast_1d(train.y.mean(axis=0)),
                np.atleast_1d(train.y.std(axis=0)),
            )
        deviation = np.where(deviation > 0, deviation, 1.0)
        if not deviation.max() < _LARGEST_TARGET:
            raise ThumbnetError(
                f"the numbers to predict reach {np.abs(train.y).max():.3g}: use a larger unit"
            )
        model.info["target_scale"] = [deviation.tolist(), mean.tolist()]
    _keep_test_rows(model, test, settings.seed)
    if resume_from is not None:
        check_resumable(model, settings, resume_from)
    learnt, spared = with_validation(train, settings)
    stopping = None if spared is None else early_stopping(settings)
    watched = test if spared is None else spared
    history = model.fit(
        learnt.x,
        _standardized(learnt, mean, deviation),
        batch_size=settings.batch_size,
        epochs=settings.epochs,
        validation_data=(watched.x, _standardized(watched, mean, deviation)),
        callbacks=callbacks if stopping is None else [stopping, *callbacks],
        seed=settings.seed,
        resume_from=resume_from,
        quantize=settings.quantize,
    )
    model.info["epochs"] = len(history.epoch)
    model.info["test_rows"] = len(test)
    if stopping is not None and spared is not None:
        model.info["best_epoch"] = stopping.best_epoch + 1
        model.info["validation_rows"] = len(spared)
    model.info["history"] = _in_real_units(history, deviation)
    if train.is_classification:
        assert train.labels is not None
        predicted = model.predict_classes(test.x)
        model.info["accuracy"] = float(np.mean(predicted == test.y))
        model.info["balanced_accuracy"] = balanced_accuracy(test.y, predicted, len(train.labels))
        return history
    _fold_target_scale(model, mean, deviation)
    del model.info["target_scale"]
    predicted = model.predict(test.x).astype(np.float64)
    model.info.update(errors_of(test.y.reshape(predicted.shape), predicted))
    return history


def errors_of(truth: Array, predicted: Array) -> dict[str, Any]:
    """Return the mean absolute error and R squared of numbers (rows, targets).

    With several targets, R squared is the mean of theirs, and there is one of both for each.
    """
    error = np.abs(predicted - truth).mean(axis=0)
    spread = np.sum((truth - truth.mean(axis=0)) ** 2, axis=0)
    left = np.sum((predicted - truth) ** 2, axis=0)
    each = [float(1 - a / b) if b > 0 else None for a, b in zip(left, spread, strict=True)]
    known = [value for value in each if value is not None]
    found: dict[str, Any] = {
        "mean_absolute_error": float(error.mean()),
        "r_squared": sum(known) / len(known) if known else None,
    }
    if len(error) > 1:
        found["each_mean_absolute_error"] = error.tolist()
        found["each_r_squared"] = each
    return found


def _keep_test_rows(model: Model, test: Dataset, seed: int) -> None:
    """Put held-out rows into the model: all of them, or a random sample that represents all.

    Every class keeps its share, and within a class every recording.
    """
    rows = np.random.default_rng(seed).permutation(len(test))
    if isinstance(test, Windows):
        rows = _interleaved(rows, test.recording)
    if test.is_classification:
        rows = _interleaved(rows, test.y)
    rows = np.sort(rows[:TEST_ROWS])
    if isinstance(test, Windows):
        model.samples["test_recording"] = np.array(test.names)[test.recording[rows]]
    model.samples["test_x"], model.samples["test_y"] = test.x[rows], test.y[rows]


def _interleaved(order: Array, groups: Array) -> Array:
    """Reorder indices: first one of every group, then every group by its share."""
    own = groups[order]
    turns = np.zeros(len(order))
    for group in np.unique(own):
        (places,) = np.nonzero(own == group)
        turns[places[1:]] = (np.arange(1, len(places)) + 0.5) / len(places)
    return np.asarray(order[np.argsort(turns, kind="stable")])


def _standardized(data: Dataset, mean: Array, deviation: Array) -> Array:
    return data.y if data.is_classification else (data.y - mean) / deviation


def _in_real_units(history: History, deviation: Array) -> dict[str, list[float]]:
    """Return the history with squared errors in the units of the raw target, if it is one."""
    factor = float(deviation[0]) ** 2 if len(deviation) == 1 else 1.0
    return {
        name: [value * factor if name.endswith("loss") else value for value in values]
        for name, values in history.history.items()
    }


def _fold_target_scale(model: Model, mean: Array, deviation: Array) -> None:
    last = model.layers[-1]
    assert isinstance(last, Dense)
    assert last.bias is not None
    last.kernel.assign(last.kernel.numpy() * deviation)
    last.bias.assign(last.bias.numpy() * deviation + mean)
