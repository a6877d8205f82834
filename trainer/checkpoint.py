"""Checkpoints: a model's file that also holds where its training stood.

Beside what `saving` writes, a checkpoint has the optimizer's arrays as `optimizer/<i>`, the state
of the callbacks as `callbacks/<i>/<name>`, and the random numbers' state in the description.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from .archive import read, write
from .callbacks import Callback, History
from .errors import ThumbnetError
from .model import Model
from .preprocessing import Rescaling
from .saving import LAYERS, arrays_of, below, describe, model_of
from .tensor import Array


def save_checkpoint(
    model: Model,
    path: str | os.PathLike[str],
    history: History,
    callbacks: Sequence[Callback],
) -> None:
    """Write a model together with the state of its training after `history`'s last epoch."""
    _, optimizer = model.require_compiled()
    states = _with_state(callbacks)
    description = describe(model)
    description["training"] = {
        "history": history.history,
        "epochs": len(history.epoch),
        "optimizer": optimizer.get_config(),
        "iterations": optimizer.iterations,
        "random": model.rng.bit_generator.state,
        "stopped": model.stop_training,
        "callbacks": [type(callback).__name__ for callback, _ in states],
    }
    if model.quantizer is not None:
        description["training"]["quantizer"] = model.quantizer.get_state()
    arrays = arrays_of(model)
    arrays.update({f"optimizer/{i}": a for i, a in enumerate(optimizer.get_state())})
    for i, (_, state) in enumerate(states):
        arrays.update({f"callbacks/{i}/{name}": array for name, array in state.items()})
    write(path, description, arrays)


def load_checkpoint(path: str | os.PathLike[str]) -> tuple[Model, int]:
    """Give the model as a checkpoint holds it, and the epochs that it was trained for.

    Raises ThumbnetError if the file cannot be read, or is no checkpoint.
    """
    description, arrays = read(path)
    training = _training(path, description)
    return model_of(path, description, arrays), int(training["epochs"])


def resume(
    model: Model,
    path: str | os.PathLike[str],
    history: History,
    callbacks: Sequence[Callback],
) -> None:
    """Put a model, its optimizer, random numbers and callbacks where a checkpoint left them.

    Raises ThumbnetError if the file is no checkpoint, or of a model with other layers, another
    optimizer or other callbacks.
    """
    description, arrays = read(path)
    training = _training(path, description)
    _, optimizer = model.require_compiled()
    _check_same_model(path, description, describe(model))
    companions = [callback for callback, _ in _with_state(callbacks)]
    names = [type(callback).__name__ for callback in companions]
    if training["callbacks"] != names:
        then, now = (", ".join(those) or "none" for those in (training["callbacks"], names))
        raise ThumbnetError(
            f"{path}: was written with callbacks {then}, this run has {now}: resume with the same"
        )
    saved = training["optimizer"]
    if saved["name"] != type(optimizer).__name__:
        raise ThumbnetError(
            f"{path}: was trained with {saved['name']}, not {type(optimizer).__name__}: "
            "compile with the same optimizer"
        )
    ranges: dict[str, Any] = training.get("quantizer", {"width": None})
    width = None if model.quantizer is None else model.quantizer.width
    if ranges["width"] != width:
        raise ThumbnetError(
            f"{path}: was trained with quantize={ranges['width']!r}, this run has {width!r}: "
            "resume with the same"
        )
    if model.quantizer is not None:
        model.quantizer.set_state(ranges)
    for variable in model.variables:
        variable.assign(arrays[f"weights/{variable.name}"])
    optimizer.learning_rate = saved["learning_rate"]
    state = below(arrays, "optimizer/")
    optimizer.set_state([state[str(i)] for i in range(len(state))], training["iterations"])
    model.rng.bit_generator.state = training["random"]
    model.stop_training = training["stopped"]
    history.history.update(training["history"])
    history.epoch.extend(range(training["epochs"]))
    for i, callback in enumerate(companions):
        callback.set_state(below(arrays, f"callbacks/{i}/"))


def _training(path: str | os.PathLike[str], description: dict[str, Any]) -> dict[str, Any]:
    training: dict[str, Any] | None = description.get("training")
    if training is None:
        raise ThumbnetError(f"{path}: a model, but no checkpoint to resume: use ModelCheckpoint")
    return training


def _check_same_model(
    path: str | os.PathLike[str], then: dict[str, Any], now: dict[str, Any]
) -> None:
    """Refuse to put one model's weights into another; says what differs."""
    sketches = [_sketch(description["layers"]) for description in (then, now)]
    if sketches[0] != sketches[1]:
        raise ThumbnetError(
            f"{path}: its layers are {sketches[0]}, this model's are {sketches[1]}: "
            "resume with the same layers"
        )
    for old, new in zip(then["layers"], now["layers"], strict=True):
        if old != new and issubclass(LAYERS[new["class"]], Rescaling):
            raise ThumbnetError(
                f"{path}: its data was another: layer {new['config']['name']!r} does not scale as "
                "it did: resume with the data that it was trained on"
            )
    for key, what in (
        ("input_shape", "its input shape is"),
        ("layers", "the settings of its layers are"),
        ("sources", "its wiring is"),
        ("dtype", "its dtype is"),
    ):
        if then.get(key) != now.get(key):
            raise ThumbnetError(
                f"{path}: {what} not this model's: resume with the model that was checkpointed"
            )


def _sketch(layers: list[dict[str, Any]]) -> str:
    """Layers in a few words: "Normalization, Dense(16, relu), Dense(3, softmax)"."""
    words = []
    for layer in layers:
        main = [
            str(layer["config"][key]) for key in ("units", "activation") if key in layer["config"]
        ]
        words.append(f"{layer['class']}({', '.join(main)})" if main else layer["class"])
    return ", ".join(words)


def _with_state(callbacks: Sequence[Callback]) -> list[tuple[Callback, dict[str, Array]]]:
    """The callbacks that have something to remember: a progress bar may come and go."""
    return [(callback, state) for callback in callbacks if (state := callback.get_state())]
