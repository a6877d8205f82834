"""Checkpoints: the file of a model that also holds the state of its training.

In addition to what `saving` writes, a checkpoint has the optimizer's arrays as `optimizer/<i>`, the
state of the callbacks as `callbacks/<i>/<name>`, and the state of the random numbers in the
description.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import ThumbnetError
from ..files.archive import read, write
from ..files.json_types import WrongType
from ..layers.preprocessing import Rescaling
from ..layers.registry import LAYERS
from ..optimization.optimizers import Optimizer, from_config
from .callbacks import Callback, History, Logs
from .compiled import CompiledNetwork
from .description import check_description, check_training
from .saving import arrays_of, below, describe


def save_checkpoint(
    network: CompiledNetwork,
    path: str | os.PathLike[str],
    history: History,
    callbacks: Sequence[Callback],
) -> None:
    """Write a network together with the state of its training.

    Parameters
    ----------
    network : CompiledNetwork
        Compiled and built.
    path : path
        The file to write or replace.
    history : History
        Of the run so far.
    callbacks : sequence of Callback
        The callbacks whose state is stored.

    Raises
    ------
    ThumbnetError
        If the network holds what a file cannot, or the file cannot be written.
    """
    _, optimizer = network.require_compiled()
    states = _with_state(callbacks)
    description = describe(network)
    description["training"] = {
        "history": history.history,
        "epochs": len(history.epoch),
        "optimizer": optimizer.get_config(),
        "iterations": optimizer.iterations,
        "random": network.rng.bit_generator.state,
        "stopped": network.stop_training,
        "callbacks": [type(callback).__name__ for callback, _ in states],
    }
    if network.quantizer is not None:
        description["training"]["quantizer"] = network.quantizer.get_state()
    arrays = arrays_of(network)
    arrays.update({f"optimizer/{i}": a for i, a in enumerate(optimizer.get_state())})
    for i, (_, state) in enumerate(states):
        arrays.update({f"callbacks/{i}/{name}": array for name, array in state.items()})
    write(path, description, arrays)


def resume(
    network: CompiledNetwork,
    path: str | os.PathLike[str],
    history: History,
    callbacks: Sequence[Callback],
) -> None:
    """Restore a network, its optimizer, random numbers and callbacks from a checkpoint.

    Parameters
    ----------
    network : CompiledNetwork
        With the same layers and the same optimizer.
    path : path
        The checkpoint.
    history : History
        Gets the epochs so far.
    callbacks : sequence of Callback
        The same as in the run that wrote it.

    Raises
    ------
    ThumbnetError
        If the file is not a checkpoint, or layers, optimizer or callbacks differ.
    """
    description, arrays = read(path)
    training = training_state(path, description)
    _, optimizer = network.require_compiled()
    _check_same_model(path, description, describe(network))
    companions = [callback for callback, _ in _with_state(callbacks)]
    names = [type(callback).__name__ for callback in companions]
    if training["callbacks"] != names:
        then, now = (", ".join(those) or "none" for those in (training["callbacks"], names))
        raise ThumbnetError(
            f"{path}: was written with callbacks {then}, this run has {now}: resume with the same"
        )
    saved = _optimizer(path, training["optimizer"])
    if type(saved) is not type(optimizer):
        raise ThumbnetError(
            f"{path}: was trained with {type(saved).__name__}, not {type(optimizer).__name__}: "
            "compile with the same optimizer"
        )
    ranges: dict[str, Any] = training.get("quantizer", {})
    width = None if network.quantizer is None else network.quantizer.width
    if ranges.get("width") != width:
        raise ThumbnetError(
            f"{path}: was trained with quantize={ranges.get('width')!r}, this run has {width!r}: "
            "resume with the same"
        )
    weights = below(arrays, "weights/")
    shapes = [variable.data for variable in network.variables]
    _check_like(path, [weights.get(v.name) for v in network.variables], shapes)
    learned = [v.data for v in network.trainable_variables for _ in range(optimizer.slots)]
    state = _numbered(below(arrays, "optimizer/"))
    if state or training["iterations"]:
        _check_like(path, state, learned)
    if network.quantizer is not None:
        network.quantizer.set_state(ranges)
    for variable in network.variables:
        variable.assign(weights[variable.name])
    optimizer.learning_rate = saved.learning_rate
    optimizer.set_state([array for array in state if array is not None], training["iterations"])
    network.rng.bit_generator.state = training["random"]
    network.stop_training = training["stopped"]
    history.history.update(training["history"])
    history.epoch.extend(range(training["epochs"]))
    for i, callback in enumerate(companions):
        callback.set_state(below(arrays, f"callbacks/{i}/"))


def _numbered(arrays: dict[str, Array]) -> list[Array | None]:
    """Return the arrays called 0, 1, 2 ...; None for one that is missing."""
    return [arrays.get(str(i)) for i in range(len(arrays))]


def _check_like(
    path: str | os.PathLike[str], found: Sequence[Array | None], expected: Sequence[Array]
) -> None:
    """Raise ThumbnetError unless arrays have the types and shapes of others, and finite numbers."""
    alike = len(found) == len(expected) and all(
        one is not None
        and one.shape == other.shape
        and one.dtype == other.dtype
        and bool(np.isfinite(one).all())
        for one, other in zip(found, expected, strict=True)
    )
    if not alike:
        raise ThumbnetError(
            f"{path}: its weights or the state of its optimizer do not fit this model: "
            "train without resuming"
        )


def _optimizer(path: str | os.PathLike[str], config: dict[str, Any]) -> Optimizer:
    """Return the optimizer of a checkpoint, without its state."""
    try:
        return from_config(config)
    except WrongType as error:
        raise _not_understood(path, error) from error
    except ThumbnetError as error:
        raise ThumbnetError(f"{path}: {error}") from error


def training_state(path: str | os.PathLike[str], description: dict[str, Any]) -> dict[str, Any]:
    """Return the training state of a checkpoint; raises ThumbnetError for another description."""
    if description.get("training") is None:
        raise ThumbnetError(f"{path}: is a model, not a checkpoint: write one with ModelCheckpoint")
    try:
        check_description(description)
        check_training(description["training"])
    except WrongType as error:
        raise _not_understood(path, error) from error
    training: dict[str, Any] = description["training"]
    return training


def _not_understood(path: str | os.PathLike[str], error: WrongType) -> ThumbnetError:
    return ThumbnetError(
        f"{path}: the state of the training is not understood ({error}): train without resuming"
    )


def _check_same_model(
    path: str | os.PathLike[str], then: dict[str, Any], now: dict[str, Any]
) -> None:
    """Reject the weights of another model; the message says what differs."""
    sketches = [_sketch(description["layers"]) for description in (then, now)]
    if sketches[0] != sketches[1]:
        raise ThumbnetError(
            f"{path}: its layers are {sketches[0]}, this model's are {sketches[1]}: "
            "resume with the same layers"
        )
    for old, new in zip(then["layers"], now["layers"], strict=True):
        if old != new and issubclass(LAYERS[new["class"]], Rescaling):
            raise ThumbnetError(
                f"{path}: was trained on other data: layer {new['config']['name']!r} scales "
                "differently now: resume with the data that it was trained on"
            )
    for key, what in (
        ("input_shape", "its input shape is"),
        ("layers", "the settings of its layers are"),
        ("sources", "its links are"),
        ("dtype", "its dtype is"),
    ):
        if then.get(key) != now.get(key):
            raise ThumbnetError(
                f"{path}: {what} not this model's: resume with the model that was checkpointed"
            )


def _sketch(layers: list[dict[str, Any]]) -> str:
    """Describe layers in a few words: "Normalization, Dense(16, relu), Dense(3, softmax)"."""
    words = []
    for layer in layers:
        main = [
            str(layer["config"][key]) for key in ("units", "activation") if key in layer["config"]
        ]
        words.append(f"{layer['class']}({', '.join(main)})" if main else layer["class"])
    return ", ".join(words)


def _with_state(callbacks: Sequence[Callback]) -> list[tuple[Callback, dict[str, Array]]]:
    """Return the callbacks that have a state; others, such as a progress bar, may differ."""
    return [(callback, state) for callback in callbacks if (state := callback.get_state())]


class ModelCheckpoint(Callback):
    """Write the model and the state of its training to a file after every few epochs.

    The file is replaced in one step, so it is complete at any moment. `load_model(path)` reads it
    as a model. `fit(..., resume_from=path)` continues where it ended, with the same bits as a run
    that was never stopped. `fit` calls it after all other callbacks.

    Parameters
    ----------
    path : path
        The file.
    every : int
        Epochs from one file to the next; the last epoch is always written.

    Raises
    ------
    ThumbnetError
        If `every` is less than 1.
    """

    def __init__(self, path: str | os.PathLike[str], every: int = 1) -> None:
        if every < 1:
            raise ThumbnetError(f"ModelCheckpoint: every is {every}, it must be at least 1")
        self.path = path
        self.every = every
        self.companions: list[Callback] = []

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Write the file, if it is time or the last epoch."""
        last = epoch + 1 == self.epochs or self.model.stop_training
        if last or (epoch + 1) % self.every == 0:
            save_checkpoint(self.model, self.path, self.history, self.companions)
