"""`fit`: the training loop, and everything around it."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from . import ops
from .activations import NOT_DIFFERENTIABLE
from .callbacks import Callback, History, Logs, ModelCheckpoint
from .errors import ThumbnetError
from .evaluation import evaluate, losses_and_outputs, measure
from .inputs import prepare_inputs
from .losses import Loss
from .optimizers import Optimizer
from .tape import GradientTape
from .targets import class_weights
from .tensor import Array, Tensor

if TYPE_CHECKING:
    from .sequential import Sequential


@dataclass
class _Examples:
    """Preprocessed x, prepared y, and the weight of each example (None: all 1)."""

    x: Array
    y: Array
    weights: Array | None = None


def fit(
    model: Sequential,
    x: ArrayLike,
    y: ArrayLike,
    *,
    batch_size: int | None = 32,
    epochs: int = 1,
    validation_split: float = 0.0,
    validation_data: tuple[ArrayLike, ArrayLike] | None = None,
    class_weight: Mapping[int, float] | None = None,
    callbacks: Iterable[Callback] = (),
    shuffle: bool = True,
    seed: int | None = None,
    verbose: int = 0,
    resume_from: str | os.PathLike[str] | None = None,
) -> History:
    """Train a compiled model; builds it first if need be.

    x: (n, *input_shape) in raw units. y: (n,) class indices for sparse_categorical_crossentropy,
    one-hot rows for categorical_crossentropy, 0/1 for binary_crossentropy, else values like the
    outputs. batch_size: examples for each update; None is all of them (batch gradient descent),
    1 is stochastic gradient descent. epochs: passes over the data, those before a resume included.
    validation_split: the share at the end of the data, taken before shuffling, that is not trained
    on but evaluated after each epoch; or give `validation_data` as (x, y). class_weight: weight
    of each class in the loss. seed: of this run's shuffling and dropout, and of the weights if
    they are made here; the same seed repeats a run to the last bit. verbose: 1 prints a line
    for each epoch. resume_from: a file that ModelCheckpoint wrote.

    Ctrl-C ends training between two operations: callbacks get `on_train_end`, and
    KeyboardInterrupt goes on to the caller. Raises ThumbnetError if anything does not fit, or the
    loss becomes infinite or NaN.
    """
    loss, optimizer = model.require_compiled()
    inputs = prepare_inputs(x, model.input_shape)
    _seed_and_build(model, inputs.shape[1:], seed)
    _check_ends(model, loss)
    train, validation = _examples(model, loss, inputs, y, validation_split, validation_data)
    if class_weight:
        weights = class_weights(class_weight, train.y, loss, model.output_shape[-1])
        train.weights = weights.astype(model.dtype)
    size = _batch_size(batch_size, len(train.x))
    if not isinstance(epochs, (int, np.integer)) or epochs < 1:
        raise ThumbnetError(f"epochs is {epochs!r}: it must be a positive whole number")

    history = History()
    others, checkpoints = _introduce(model, callbacks, history, int(epochs))
    observers = [*others, *checkpoints]
    model.stop_training = False
    try:
        for observer in observers:
            observer.on_train_begin()
        if resume_from is not None:
            from .checkpoint import resume  # built on Sequential, and that on this

            resume(model, resume_from, history, observers)
        for epoch in range(len(history.epoch), epochs):
            if model.stop_training:
                break
            for observer in observers:
                observer.on_epoch_begin(epoch)
            logs = _train_epoch(model, loss, optimizer, train, size, shuffle, epoch, observers)
            if validation is not None:
                results = evaluate(model, loss, validation.x, validation.y)
                logs.update({f"val_{name}": value for name, value in results.items()})
            for observer in others:
                observer.on_epoch_end(epoch, logs)
            history.append(epoch, logs)
            for checkpoint in checkpoints:  # last, so that they hold the epoch as a whole
                checkpoint.on_epoch_end(epoch, logs)
            if verbose:
                numbers = "  ".join(f"{name} {value:.4f}" for name, value in logs.items())
                print(f"epoch {epoch + 1}/{epochs}  {numbers}")
    finally:
        for observer in observers:
            observer.on_train_end()
    return history


def _train_epoch(
    model: Sequential,
    loss: Loss,
    optimizer: Optimizer,
    data: _Examples,
    size: int,
    shuffle: bool,
    epoch: int,
    observers: list[Callback],
) -> Logs:
    """Update the weights once for every batch; give the means of loss and metrics."""
    count = len(data.x)
    order = model.rng.permutation(count) if shuffle and size < count else None
    totals = dict.fromkeys(("loss", *model.metrics), 0.0)
    logs: Logs = {}
    for batch, start in enumerate(range(0, count, size)):
        stop = min(start + size, count)
        rows = slice(start, stop) if order is None else order[start:stop]
        weights = None if data.weights is None else data.weights[rows]
        value, outputs = _train_batch(model, loss, optimizer, data.x[rows], data.y[rows], weights)
        if not math.isfinite(value):
            raise ThumbnetError(
                f"the loss is {value} in epoch {epoch + 1}, batch {batch + 1}: lower the learning "
                f"rate (it is {optimizer.learning_rate:g}) or scale the inputs"
            )
        totals["loss"] += value * (stop - start)
        for name, total in measure(model, data.y[rows], outputs).items():
            totals[name] += total
        logs = {name: total / stop for name, total in totals.items()}
        for observer in observers:
            observer.on_batch_end(batch, logs)
    return logs


def _train_batch(
    model: Sequential,
    loss: Loss,
    optimizer: Optimizer,
    x: Array,
    y: Array,
    weights: Array | None,
) -> tuple[float, Array]:
    """One step of gradient descent; gives the loss before it, and the outputs.

    Forward on the tape, backward along it, update: all of deep learning is in these lines.
    """
    variables = model.trainable_variables
    with np.errstate(over="ignore", invalid="ignore"), GradientTape() as tape:
        each, outputs = losses_and_outputs(model, loss, Tensor(x), y, training=True)
        total = ops.mean(each if weights is None else each * weights)
        for layer in model.layers:
            for penalty in layer.penalties():
                total = total + penalty
        gradients = tape.gradient(total, variables)
        optimizer.apply(variables, gradients)
    return float(total.data), outputs


def _seed_and_build(model: Sequential, input_shape: tuple[int, ...], seed: int | None) -> None:
    """Start the run's random numbers; a model with a seed of its own makes its weights first."""
    if model.seed is not None and not model.built:
        model.build(input_shape)
    if seed is not None:
        model.rng.bit_generator.state = np.random.default_rng(seed).bit_generator.state
    if not model.built:
        model.build(input_shape)


def _check_ends(model: Sequential, loss: Loss) -> None:
    """Refuse activations that nothing learns through, and outputs that are no probabilities."""
    for layer in model.layers:
        if layer.activation in NOT_DIFFERENTIABLE:
            raise ThumbnetError(
                f"layer {layer.name!r}: {layer.activation} has no gradient to learn by: "
                "train with sigmoid or tanh, or use Perceptron"
            )
    if loss.targets != "values" and model.output_activation not in ("softmax", "sigmoid"):
        raise ThumbnetError(
            f"{loss.name} needs probabilities, the last layer gives {model.output_activation}: "
            f"set its activation to {loss.logits_of!r}"
        )
    if loss.logits_of == "softmax" and model.output_shape == (1,):
        raise ThumbnetError(
            f"{loss.name} needs one output for each class: Dense(2, 'softmax'), "
            "or binary_crossentropy on Dense(1, 'sigmoid')"
        )
    if not model.trainable_variables:
        raise ThumbnetError("the model has nothing to train: add a Dense layer")


def _examples(
    model: Sequential,
    loss: Loss,
    inputs: Array,
    y: ArrayLike,
    validation_split: float,
    validation_data: tuple[ArrayLike, ArrayLike] | None,
) -> tuple[_Examples, _Examples | None]:
    """Preprocess and check all data, and split off what is for validation."""
    if not 0 <= validation_split < 1:
        raise ThumbnetError(
            f"validation_split is {validation_split}: it must be at least 0 and less than 1"
        )
    data = _Examples(model.preprocess(inputs), model.prepare_y(y, len(inputs)))
    if validation_data is not None:
        x_val = model.preprocess(
            prepare_inputs(validation_data[0], model.input_shape, "validation x")
        )
        return data, _Examples(x_val, model.prepare_y(validation_data[1], len(x_val)))
    if not validation_split:
        return data, None
    at = math.floor(len(data.x) * (1 - validation_split))
    if not 0 < at < len(data.x):
        raise ThumbnetError(
            f"validation_split {validation_split} of {len(data.x)} examples leaves "
            f"{at} to train on and {len(data.x) - at} to validate: both need at least one"
        )
    return _Examples(data.x[:at], data.y[:at]), _Examples(data.x[at:], data.y[at:])


def _batch_size(batch_size: int | None, count: int) -> int:
    if batch_size is None:
        return count
    if not isinstance(batch_size, (int, np.integer)) or batch_size < 1:
        raise ThumbnetError(f"batch_size is {batch_size!r}: give a positive whole number, or None")
    return min(int(batch_size), count)


def _introduce(
    model: Sequential, callbacks: Iterable[Callback], history: History, epochs: int
) -> tuple[list[Callback], list[ModelCheckpoint]]:
    """Tell the callbacks about the run; gives the checkpoints apart, which know the others."""
    given = [callbacks] if isinstance(callbacks, Callback) else list(callbacks)
    checkpoints = [callback for callback in given if isinstance(callback, ModelCheckpoint)]
    others = [callback for callback in given if not isinstance(callback, ModelCheckpoint)]
    for checkpoint in checkpoints:
        checkpoint.companions = others
    for callback in given:
        callback.model, callback.history, callback.epochs = model, history, epochs
    return others, checkpoints
