"""Training with all that export needs later: held-out rows, the history, outputs in real units."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

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
    mean, deviation = 0.0, 1.0
    if not train.is_classification:
        with np.errstate(over="ignore"):
            mean, deviation = float(train.y.mean()), float(train.y.std()) or 1.0
        if not deviation < _LARGEST_TARGET:
            raise ThumbnetError(
                f"the numbers to predict reach {np.abs(train.y).max():.3g}: use a larger unit"
            )
        model.info["target_scale"] = [deviation, mean]
    _keep_test_rows(model, test, settings.seed)
    if resume_from is not None:
        check_resumable(model, settings, resume_from)
    history = model.fit(
        train.x,
        _standardized(train, mean, deviation),
        batch_size=settings.batch_size,
        epochs=settings.epochs,
        validation_data=(test.x, _standardized(test, mean, deviation)),
        callbacks=callbacks,
        seed=settings.seed,
        resume_from=resume_from,
        quantize=settings.quantize,
    )
    model.info["epochs"] = len(history.epoch)
    model.info["test_rows"] = len(test)
    model.info["history"] = _in_real_units(history, deviation)
    if train.is_classification:
        assert train.labels is not None
        predicted = model.predict_classes(test.x)
        model.info["accuracy"] = float(np.mean(predicted == test.y))
        model.info["balanced_accuracy"] = balanced_accuracy(test.y, predicted, len(train.labels))
        return history
    _fold_target_scale(model, mean, deviation)
    del model.info["target_scale"]
    error = model.predict(test.x)[:, 0].astype(np.float64) - test.y
    spread = float(np.sum((test.y - test.y.mean()) ** 2))
    model.info["mean_absolute_error"] = float(np.abs(error).mean())
    model.info["r_squared"] = 1 - float(np.sum(error**2)) / spread if spread > 0 else None
    return history


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


def _standardized(data: Dataset, mean: float, deviation: float) -> Array:
    return data.y if data.is_classification else (data.y - mean) / deviation


def _in_real_units(history: History, deviation: float) -> dict[str, list[float]]:
    """Return the history with squared errors in the units of the raw targets."""
    return {
        name: [value * deviation**2 if name.endswith("loss") else value for value in values]
        for name, values in history.history.items()
    }


def _fold_target_scale(model: Model, mean: float, deviation: float) -> None:
    last = model.layers[-1]
    assert isinstance(last, Dense)
    assert last.bias is not None
    last.kernel.assign(last.kernel.numpy() * deviation)
    last.bias.assign(last.bias.numpy() * deviation + mean)
