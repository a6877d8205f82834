"""`fit`: the training loop, and everything around it."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Array
from ..errors import ThumbnetError
from ..network.inputs import prepare_inputs
from ..optimization.losses import Loss
from ..optimization.optimizers import Optimizer
from ..optimization.target_values import class_weights
from ..quantization.fake_quantization import FakeQuantization
from .callbacks import Callback, History, Logs
from .checkpoint import ModelCheckpoint, resume
from .compiled import CompiledNetwork
from .divergence import DivergenceGuard
from .evaluation import evaluate, measure
from .preparation import Examples, check_ends, checked_batch_size, seed_and_build, split_examples
from .step import differentiate


def fit(
    network: CompiledNetwork,
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
    quantize: str | None = None,
) -> History:
    """Train the compiled model; a model without weights is built first.

    Ctrl-C ends training between two operations: callbacks get `on_train_end`, and the
    KeyboardInterrupt reaches the caller.

    Parameters
    ----------
    network : CompiledNetwork
        The model, as a method: `model.fit(x, y)`.
    x : array_like, shape (n, *input_shape)
        In raw units.
    y : array_like
        Class indices (n,) for sparse_categorical_crossentropy, one-hot rows for
        categorical_crossentropy, 0 or 1 for binary_crossentropy, otherwise values like the outputs.
    batch_size : int or None
        Examples for each update. None takes all of them (batch gradient descent); 1 is stochastic
        gradient descent.
    epochs : int
        Passes over the data, including those before a resume.
    validation_split : float
        The share at the end of the data, taken before shuffling, that is evaluated after each epoch
        instead of trained on.
    validation_data : tuple of array_like, optional
        (x, y) to evaluate after each epoch, instead of a split.
    class_weight : mapping of int to float, optional
        Weight of each class in the loss; other classes weigh 1.
    callbacks : iterable of Callback
        What else happens during training.
    shuffle : bool
        Whether every epoch visits the examples in a new random order.
    seed : int, optional
        Of this run's shuffling and dropout, and of the weights if they are made here. The same seed
        repeats a run to the last bit.
    verbose : int
        1 prints a line for each epoch.
    resume_from : path, optional
        A file that ModelCheckpoint wrote.
    quantize : str, optional
        "int8" or "int4" trains for weights of that width and 8 bits between the layers (see
        `fake_quantization`): in floats for the first half of the epochs, then rounded. Validation
        always uses the rounded network. The result is a float model that also knows its
        `activation_ranges`; a fit without `quantize` forgets them.

    Returns
    -------
    History
        Loss and metrics of every epoch.

    Raises
    ------
    ThumbnetError
        If anything does not fit, or training diverges: see `DivergenceGuard`.
    """
    loss, _ = network.require_compiled()
    inputs = prepare_inputs(x, network.input_shape)
    seed_and_build(network, inputs.shape[1:], seed)
    check_ends(network, loss)
    train, validation = split_examples(network, loss, inputs, y, validation_split, validation_data)
    if class_weight:
        weights = class_weights(class_weight, train.y, loss, network.output_shape[-1])
        train.weights = weights.astype(network.dtype)
    size = checked_batch_size(batch_size, len(train.x))
    if not isinstance(epochs, (int, np.integer)) or epochs < 1:
        raise ThumbnetError(f"epochs is {epochs!r}: it must be a positive whole number")

    quantizer = None if quantize is None else FakeQuantization(network, quantize)
    guard = DivergenceGuard(network, loss, train)

    history = History()
    steps = math.ceil(len(train.x) / size)
    others, checkpoints = _introduce(network, callbacks, history, int(epochs), steps)
    observers = [*others, *checkpoints]
    network.stop_training = False
    network.quantized, network.activation_ranges = None, {}
    network.quantizer = quantizer
    try:
        for observer in observers:
            observer.on_train_begin()
        if resume_from is not None:
            resume(network, resume_from, history, observers)
        if quantizer is not None:
            quantizer.keep()
        for epoch in range(len(history.epoch), epochs):
            if network.stop_training:
                break
            for observer in observers:
                observer.on_epoch_begin(epoch)
            if quantizer is not None:
                quantizer.begin_epoch(epoch, epochs)
            logs = _train_epoch(network, guard, train, size, shuffle, epoch, observers)
            if validation is not None:
                results = evaluate(network, loss, validation.x, validation.y)
                logs.update({f"val_{name}": value for name, value in results.items()})
            if quantizer is not None:
                quantizer.keep()
            guard.end_epoch(logs["loss"], epoch, epoch + 1 == epochs)
            for observer in others:
                observer.on_epoch_end(epoch, logs)
            history.append(epoch, logs)
            for checkpoint in checkpoints:  # last, so that they hold the complete epoch
                checkpoint.on_epoch_end(epoch, logs)
            if verbose:
                numbers = "  ".join(f"{name} {value:.4f}" for name, value in logs.items())
                print(f"epoch {epoch + 1}/{epochs}  {numbers}")
    finally:
        network.quantizer = None
        for observer in observers:
            observer.on_train_end()
    return history


def _train_epoch(
    network: CompiledNetwork,
    guard: DivergenceGuard,
    data: Examples,
    size: int,
    shuffle: bool,
    epoch: int,
    observers: list[Callback],
) -> Logs:
    """Update the weights once for every batch; return the means of loss and metrics."""
    loss, optimizer = network.require_compiled()
    count = len(data.x)
    order = network.rng.permutation(count) if shuffle and size < count else None
    totals = dict.fromkeys(("loss", *network.metrics), 0.0)
    logs: Logs = {}
    for batch, start in enumerate(range(0, count, size)):
        stop = min(start + size, count)
        rows = slice(start, stop) if order is None else order[start:stop]
        weights = None if data.weights is None else data.weights[rows]
        value, outputs = _train_batch(network, loss, optimizer, data.x[rows], data.y[rows], weights)
        guard.end_batch(value, epoch, batch)
        totals["loss"] += value * (stop - start)
        for name, total in measure(network, data.y[rows], outputs).items():
            totals[name] += total
        logs = {name: total / stop for name, total in totals.items()}
        for observer in observers:
            observer.on_batch_end(batch, logs)
    return logs


def _train_batch(
    network: CompiledNetwork,
    loss: Loss,
    optimizer: Optimizer,
    x: Array,
    y: Array,
    weights: Array | None,
) -> tuple[float, Array]:
    """Take one step of gradient descent; return the loss before it, and the outputs."""
    variables = network.trainable_variables
    value, gradients, outputs = differentiate(network, loss, x, y, weights, variables)
    with np.errstate(over="ignore", invalid="ignore"):
        optimizer.apply(variables, gradients)
    return value, outputs


def _introduce(
    network: CompiledNetwork,
    callbacks: Iterable[Callback],
    history: History,
    epochs: int,
    steps: int,
) -> tuple[list[Callback], list[ModelCheckpoint]]:
    """Tell the callbacks about the run; return the others and the checkpoints, which know them."""
    given = [callbacks] if isinstance(callbacks, Callback) else list(callbacks)
    checkpoints = [callback for callback in given if isinstance(callback, ModelCheckpoint)]
    others = [callback for callback in given if not isinstance(callback, ModelCheckpoint)]
    for checkpoint in checkpoints:
        checkpoint.companions = others
    for callback in given:
        callback.model, callback.history = network, history
        callback.epochs, callback.steps_per_epoch = epochs, steps
    return others, checkpoints
