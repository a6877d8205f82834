"""Checkpoints: a model's file that also holds where its training stood.

Beside what `saving` writes, a checkpoint has the optimizer's arrays as `optimizer/<i>`, the state
of the callbacks as `callbacks/<i>/<name>`, and the random numbers' state in the description.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from .archive import read, write
from .callbacks import Callback, History
from .errors import ThumbnetError
from .saving import arrays_of, below, describe
from .sequential import Sequential
from .tensor import Array


def save_checkpoint(
    model: Sequential,
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
    arrays = arrays_of(model)
    arrays.update({f"optimizer/{i}": a for i, a in enumerate(optimizer.get_state())})
    for i, (_, state) in enumerate(states):
        arrays.update({f"callbacks/{i}/{name}": array for name, array in state.items()})
    write(path, description, arrays)


def resume(
    model: Sequential,
    path: str | os.PathLike[str],
    history: History,
    callbacks: Sequence[Callback],
) -> None:
    """Put a model, its optimizer, random numbers and callbacks where a checkpoint left them.

    Raises ThumbnetError if the file is no checkpoint, or of a model with other layers, another
    optimizer or other callbacks.
    """
    description, arrays = read(path)
    training = description.get("training")
    if training is None:
        raise ThumbnetError(f"{path}: a model, but no checkpoint to resume: use ModelCheckpoint")
    _, optimizer = model.require_compiled()
    mine = describe(model)
    for what in ("layers", "dtype"):
        if mine[what] != description[what]:
            raise ThumbnetError(
                f"{path}: its {what} are not this model's: resume with the model that was "
                "checkpointed"
            )
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


def _with_state(callbacks: Sequence[Callback]) -> list[tuple[Callback, dict[str, Array]]]:
    """The callbacks that have something to remember: a progress bar may come and go."""
    return [(callback, state) for callback in callbacks if (state := callback.get_state())]
