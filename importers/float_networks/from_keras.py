"""Keras to the float graph: layer by layer, in the order in which they are connected."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from thumbnet.trainer import ThumbnetError

from ..keras_files.read_keras import KerasLayer, KerasModel, read_keras
from .float_graph import FloatGraph
from .keras_layers import LAYERS
from .tracer import Traced, Tracer

_MOST_CALLS = 4000


def float_graph_of_keras(path: str | os.PathLike[str]) -> FloatGraph:
    """Read the network of a `.keras` or `.h5` file.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    FloatGraph
        With channels last.

    Raises
    ------
    ThumbnetError
        If the file cannot be read, or has a layer that the trainer has not; the message names it
        and its position.
    """
    model = read_keras(path)
    try:
        shape = _shape(model)
        tracer = Tracer(Path(path).stem, shape)
        reader = _Reader(tracer, model.version)
        return tracer.finished(reader.run(model, [tracer.input]))
    except ThumbnetError as error:
        raise ThumbnetError(f"{path}: {error}") from error
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        why = " ".join(str(error).split())[:100]
        raise ThumbnetError(
            f"{path}: its config is not understood ({why}): save it again"
        ) from error


def _shape(model: KerasModel) -> tuple[int, ...]:
    """Return the input's shape, with 1 for the batch."""
    shape = model.shape
    first = model
    while shape is None and first.layers and first.layers[0].inner is not None:
        first = first.layers[0].inner
        shape = first.shape
    if shape is None:
        raise ThumbnetError("it has no input shape: build it with keras.Input(shape) first")
    if not 2 <= len(shape) <= 5 or any(n is None or n < 1 for n in shape[1:]):
        text = ", ".join("?" if n is None else str(n) for n in shape)
        raise ThumbnetError(f"its input has shape ({text}): build it with fixed sizes")
    return (1, *(n for n in shape[1:] if n is not None))


class _Reader:
    """Calls the layers of a model; nested models are read in place."""

    def __init__(self, tracer: Tracer, version: int) -> None:
        self.tracer = tracer
        self.version = version
        self.position = 0

    def run(self, model: KerasModel, inputs: list[Traced]) -> Traced:
        """Return the output of a model for these inputs."""
        if model.sequential:
            value = self._one(inputs, "a Sequential")
            for layer in model.layers:
                if layer.kind != "InputLayer":
                    value = self._call(layer, [value])
            return value
        return self._functional(model, inputs)

    def _functional(self, model: KerasModel, inputs: list[Traced]) -> Traced:
        sources, (result,) = _keys(model.inputs), _one_output(_keys(model.outputs))
        if len(sources) != len(inputs):
            raise ThumbnetError(f"it has {len(sources)} inputs: build a model with one")
        known: dict[tuple[str, int], Traced] = dict(zip(sources, inputs, strict=True))
        waiting = []
        for layer in model.layers:
            for number, call in enumerate(layer.calls):
                if layer.kind != "InputLayer":
                    waiting.append((layer, number, *_read_by(call)))
        if len(waiting) > _MOST_CALLS:
            raise ThumbnetError(f"it has {len(waiting):,} calls of layers, too many to read")
        while waiting and result not in known:
            ready = [w for w in waiting if all(key in known for key in w[2])]
            if not ready:
                raise ThumbnetError(
                    "its layers are connected in a circle, or to none: save it again"
                )
            for layer, number, reads, numbers in ready:
                operands = [known[key] for key in reads]
                known[layer.name, number] = self._call(layer, operands, numbers)
            waiting = [w for w in waiting if (w[0].name, w[1]) not in known]
        return known[result]

    def _call(
        self, layer: KerasLayer, inputs: list[Traced], numbers: tuple[Any, ...] = ()
    ) -> Traced:
        """Return what a layer makes of its inputs."""
        if layer.inner is not None:
            return self.run(layer.inner, inputs)
        self.position += 1
        where = f"layer {self.position}, {layer.kind[:40]} {layer.name[:60]!r}"
        self.tracer.where = where
        try:
            if layer.kind not in LAYERS:
                raise ThumbnetError("is not supported: docs/import.md lists what is; leave it out")
            settings = {**layer.settings, "keras_version": self.version, "numbers": numbers}
            return LAYERS[layer.kind](self.tracer, settings, layer.weights, inputs)
        except ThumbnetError as error:
            raise ThumbnetError(f"{self.tracer.where}: {error}") from error
        except (KeyError, TypeError, ValueError, IndexError, ZeroDivisionError) as error:
            why = " ".join(str(error).split())[:100]
            raise ThumbnetError(f"{where}: its settings do not fit ({why})") from error

    def _one(self, inputs: list[Traced], what: str) -> Traced:
        if len(inputs) != 1:
            raise ThumbnetError(f"{what} reads {len(inputs)} inputs: build a model with one")
        return inputs[0]


def _keys(listed: Any) -> list[tuple[str, int]]:
    """Return (layer, call) of each end of a functional model, in Keras's various writings."""
    if isinstance(listed, dict):
        listed = list(listed.values())
    if len(listed) == 3 and isinstance(listed[0], str):
        listed = [listed]
    return [(str(name), int(call)) for name, call, _ in listed]


def _one_output(keys: list[tuple[str, int]]) -> list[tuple[str, int]]:
    if len(keys) != 1:
        raise ThumbnetError(f"it has {len(keys)} outputs: build a model with one")
    return keys


def _read_by(call: Any) -> tuple[list[tuple[str, int]], tuple[Any, ...]]:
    """Return what a call of a layer reads, and the plain numbers between, for `x * 2` and such."""
    reads: list[tuple[str, int]] = []
    numbers: list[Any] = []
    if isinstance(call, dict):
        queue = [*call.get("args", ())]
        queue += [v for k, v in call.get("kwargs", {}).items() if k not in ("training", "mask")]
        while queue:
            item = queue.pop(0)
            if isinstance(item, dict) and item.get("class_name") == "__keras_tensor__":
                name, number, _ = item["config"]["keras_history"]
                reads.append((str(name), int(number)))
                numbers.append(None)
            elif isinstance(item, (list, tuple)):
                queue = [*item, *queue]
            elif item is not None:
                numbers.append(item)
        return reads, tuple(numbers)
    entries = [call] if call and isinstance(call[0], str) else call
    return [(str(entry[0]), int(entry[1])) for entry in entries], ()
