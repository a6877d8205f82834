"""From a data set to a trained network with everything that export needs later."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import (
    SGD,
    Adam,
    Callback,
    Dataset,
    Dense,
    History,
    Model,
    Optimizer,
    RMSprop,
    Sequential,
    ThumbnetError,
    Windows,
    balanced_accuracy,
    load_checkpoint,
)

from .architecture import layers

Array = npt.NDArray[Any]

OPTIMIZERS: dict[str, type[Adam] | type[RMSprop] | type[SGD]] = {
    "adam": Adam,
    "rmsprop": RMSprop,
    "sgd": SGD,
}
ACTIVATIONS = ("relu", "leaky_relu", "sigmoid", "tanh", "linear")
SCALES = ("standard", "minmax", "none")
CALIBRATION_ROWS = 512
EPOCHS = 30
UPDATES = 2000
TEST_ROWS = 1000


@dataclass(frozen=True)
class Recipe:
    """How to build and train: the options of `thumbnet train`.

    Attributes:
        hidden: units of each hidden layer.
        scale: "standard", "minmax", "none", or None: pictures by their largest value, other
            inputs "standard".
        learning_rate: None for the optimizer's own.
        vote: of windows, see `Windows.prepare`.
        conv: filters of each convolution, before the hidden layers.
        gru: units of a recurrent layer behind them, 0 for none.
        quantize: "int8" or "int4", what training prepares for, see `fit`.
    """

    hidden: tuple[int, ...] = (16,)
    activation: str = "relu"
    scale: str | None = None
    optimizer: str = "adam"
    learning_rate: float | None = None
    epochs: int = EPOCHS
    batch_size: int = 32
    seed: int = 0
    vote: tuple[int, int] | None = None
    conv: tuple[int, ...] = ()
    gru: int = 0
    quantize: str | None = None

    def make_optimizer(self) -> Optimizer:
        """The optimizer, with its learning rate."""
        kind = OPTIMIZERS[self.optimizer]
        return kind() if self.learning_rate is None else kind(learning_rate=self.learning_rate)


def enough_epochs(rows: int, batch_size: int) -> int:
    """How many epochs to train where nothing is said: small data sets need more of them."""
    return max(EPOCHS, math.ceil(UPDATES / math.ceil(rows / batch_size)))


def build(data: Dataset, recipe: Recipe, name: str = "model") -> Sequential:
    """A compiled network for a data set: scaling, hidden layers, softmax or one linear output."""
    model = Sequential(name=name, seed=recipe.seed)
    for layer in layers(data, recipe):
        model.add(layer)
    if data.labels is not None:
        model.add(Dense(len(data.labels), "softmax"))
        loss, metrics = "sparse_categorical_crossentropy", ["accuracy"]
    else:
        model.add(Dense(1))
        loss, metrics = "mse", []
    model.build(data.x.shape[1:])
    model.compile(recipe.make_optimizer(), loss, metrics)
    model.labels, model.input_spec = data.labels, data.input_spec
    model.samples["calibration"] = data.x[_calibration_rows(data, recipe.seed)]
    model.info = {
        "dataset": data.name,
        "seed": recipe.seed,
        "batch_size": recipe.batch_size,
        "training_rows": len(data),
    }
    if data.image_shape is not None:
        model.info["image_shape"] = list(data.image_shape)
    if isinstance(data, Windows):
        data.prepare(model, recipe.vote)
    return model


def _calibration_rows(data: Dataset, seed: int) -> Array:
    """Indices of some rows at random, and where no range is declared of all that reach its ends.

    Windows declare what their counts may be at most, which says nothing of what they are.
    """
    spec, channels = data.input_spec, data.x.shape[-1]
    rows = np.random.default_rng(seed).permutation(len(data))[:CALIBRATION_ROWS]
    declared = spec is not None and spec.minimum is not None and spec.maximum is not None
    if not declared or isinstance(data, Windows):
        flat = data.x.reshape(-1, channels)
        ends = np.concatenate([flat.argmin(axis=0), flat.argmax(axis=0)])
        rows = np.concatenate([rows, ends // (len(flat) // len(data))])
    return np.unique(rows)


def fit(
    model: Model,
    train: Dataset,
    test: Dataset,
    recipe: Recipe,
    callbacks: Sequence[Callback] = (),
    resume_from: Path | None = None,
) -> History:
    """Train; afterwards the model takes and gives raw units, and carries its test rows.

    Regression is trained on standardized targets, which suit every learning rate; their scale
    is then folded into the last layer. Until then `info["target_scale"]` says so, also in
    checkpoints.

    Raises:
        ThumbnetError: the data, the recipe or the checkpoint do not fit together.
    """
    mean, deviation = 0.0, 1.0
    if not train.is_classification:
        mean, deviation = float(train.y.mean()), float(train.y.std()) or 1.0
        model.info["target_scale"] = [deviation, mean]
    _keep_test_rows(model, test, recipe.seed)
    if resume_from is not None:
        _check_resumable(model, recipe, resume_from)
    history = model.fit(
        train.x,
        _standard(train, mean, deviation),
        batch_size=recipe.batch_size,
        epochs=recipe.epochs,
        validation_data=(test.x, _standard(test, mean, deviation)),
        callbacks=callbacks,
        seed=recipe.seed,
        resume_from=resume_from,
        quantize=recipe.quantize,
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
    _fold_targets(model, mean, deviation)
    del model.info["target_scale"]
    error = model.predict(test.x)[:, 0].astype(np.float64) - test.y
    spread = float(np.sum((test.y - test.y.mean()) ** 2))
    model.info["mean_absolute_error"] = float(np.abs(error).mean())
    model.info["r_squared"] = 1 - float(np.sum(error**2)) / spread if spread > 0 else None
    return history


def _keep_test_rows(model: Model, test: Dataset, seed: int) -> None:
    """Put held-out rows into the model: all, or some at random that stand for all.

    Every class keeps its share, and every recording that of its class.
    """
    rows = np.random.default_rng(seed).permutation(len(test))
    if isinstance(test, Windows):
        rows = _by_turns(rows, test.recording)
    if test.is_classification:
        rows = _by_turns(rows, test.y)
    rows = np.sort(rows[:TEST_ROWS])
    if isinstance(test, Windows):
        model.samples["test_recording"] = np.array(test.names)[test.recording[rows]]
    model.samples["test_x"], model.samples["test_y"] = test.x[rows], test.y[rows]


def _by_turns(order: Array, groups: Array) -> Array:
    """Order indices so that one of every group comes first, and then each group by its share."""
    own = groups[order]
    turns = np.zeros(len(order))
    for group in np.unique(own):
        (places,) = np.nonzero(own == group)
        turns[places[1:]] = (np.arange(1, len(places)) + 0.5) / len(places)
    return np.asarray(order[np.argsort(turns, kind="stable")])


def _standard(data: Dataset, mean: float, deviation: float) -> Array:
    return data.y if data.is_classification else (data.y - mean) / deviation


def _in_real_units(history: History, deviation: float) -> dict[str, list[float]]:
    """The course of training; a squared error is of the targets before they were standardized."""
    return {
        name: [value * deviation**2 if name.endswith("loss") else value for value in values]
        for name, values in history.history.items()
    }


def _fold_targets(model: Model, mean: float, deviation: float) -> None:
    last = model.layers[-1]
    assert isinstance(last, Dense)
    assert last.bias is not None
    last.kernel.assign(last.kernel.numpy() * deviation)
    last.bias.assign(last.bias.numpy() * deviation + mean)


def _check_resumable(model: Model, recipe: Recipe, path: Path) -> None:
    """Refuse a checkpoint that was begun with another seed or other data, or needs no more epochs.

    The rows that are held out would be others, and the network would be judged by what it learned.
    """
    saved, epochs = load_checkpoint(path)
    rate = saved.optimizer.learning_rate if saved.optimizer is not None else None
    for option, begun, given in (
        ("seed", saved.info.get("seed"), recipe.seed),
        ("learning-rate", rate, recipe.learning_rate),
        ("batch-size", saved.info.get("batch_size"), recipe.batch_size),
    ):
        if None not in (begun, given) and begun != given:
            raise ThumbnetError(
                f"{path} was begun with {option.replace('-', ' ')} {begun}, not {given}: "
                f"resume with --{option} {begun}, or train without --resume"
            )
    if saved.labels != model.labels or not _same_samples(saved, model):
        then, now = (
            f"{m.info.get('training_rows')} rows of {m.info.get('dataset')!r}"
            for m in (saved, model)
        )
        raise ThumbnetError(
            f"{path} was begun with other data ({then}, here {now}): resume with the same "
            "file, --label, --task and --test-size, or train without --resume"
        )
    if epochs >= recipe.epochs:
        raise ThumbnetError(
            f"{path} is trained for {epochs} epochs already: "
            f"give --epochs {epochs + 1} or more to train on"
        )


def _same_samples(one: Model, other: Model) -> bool:
    return one.samples.keys() == other.samples.keys() and all(
        np.array_equal(rows, other.samples[name]) for name, rows in one.samples.items()
    )


def check_finished(model: Model, path: Path) -> None:
    """Refuse the checkpoint of a regression, whose outputs are not in real units yet.

    Raises:
        ThumbnetError: it is one.
    """
    if "target_scale" in model.info:
        raise ThumbnetError(
            f"{path} is the checkpoint of a training that was not finished: finish it with the "
            "`thumbnet train` command that began it and --resume"
        )
