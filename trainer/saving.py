"""Models in files: what of a model is written, and how it is made again.

Arrays are named `weights/<layer>/<name>` and `samples/<name>`; the rest is the JSON description.
A `Sequential` is written without "sources", the wiring of a functional `Model`.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from .archive import FORMAT, VERSION, read, write
from .augmentation import RandomShift
from .batchnorm import BatchNormalization
from .conv_layers import Conv1D, Conv2D, DepthwiseConv1D, DepthwiseConv2D
from .data import InputSpec
from .errors import ThumbnetError
from .layers import Activation, Dense, Dropout, Flatten, Layer
from .losses import LOSSES
from .merge import Add, Concatenate, Merge
from .model import Model
from .optimizers import OPTIMIZERS, from_config
from .pooling import (
    AveragePooling1D,
    AveragePooling2D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    MaxPooling1D,
    MaxPooling2D,
)
from .preprocessing import Normalization, Rescaling
from .recurrent import GRU, SimpleRNN
from .sequential import Sequential
from .tensor import Array
from .wiring import Input

LAYERS: dict[str, type[Layer]] = {
    layer.__name__: layer
    for layer in (
        Dense,
        Activation,
        Flatten,
        Dropout,
        RandomShift,
        BatchNormalization,
        Conv1D,
        Conv2D,
        DepthwiseConv1D,
        DepthwiseConv2D,
        MaxPooling1D,
        MaxPooling2D,
        AveragePooling1D,
        AveragePooling2D,
        GlobalAveragePooling1D,
        GlobalAveragePooling2D,
        Normalization,
        Rescaling,
        Add,
        Concatenate,
        SimpleRNN,
        GRU,
    )
}


def save_model(model: Model, path: str | os.PathLike[str]) -> None:
    """Write a built model: layers, weights, how it was compiled, labels, info and samples.

    Written beside `path` and then renamed, so there is never half a file. Raises ThumbnetError if
    the model is not built, holds what a file cannot (see `describe`), or the place is not writable.
    """
    write(path, describe(model), arrays_of(model))


def load_model(path: str | os.PathLike[str]) -> Model:
    """Read a model that `save_model` wrote, or ModelCheckpoint; it is compiled if that one was.

    Raises ThumbnetError if the file is missing, truncated, edited, or no thumbnet model.
    """
    return model_of(path, *read(path))


def model_of(
    path: str | os.PathLike[str], description: dict[str, Any], arrays: dict[str, Array]
) -> Model:
    """Make the model that was read from `path`; raises ThumbnetError if it is not understood."""
    try:
        return _model(description, arrays)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ThumbnetError(
            f"{path}: the description of the model is not understood ({error}): "
            "update thumbnet, or train again"
        ) from error


def describe(model: Model) -> dict[str, Any]:
    """Give everything about a model but its arrays, as JSON types.

    Raises ThumbnetError if it is not built, if `info` is not JSON, or for a layer of one's own.
    """
    for layer in model.layers:
        if LAYERS.get(type(layer).__name__) is not type(layer):
            raise ThumbnetError(
                f"layer {layer.name!r} is a {type(layer).__name__}, which a file cannot hold: "
                f"use {', '.join(LAYERS)}"
            )
    description: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "name": model.name,
        "seed": model.seed,
        "dtype": model.dtype.name,
        "input_shape": list(model.require_built()),
        "layers": [
            {"class": type(layer).__name__, "config": layer.get_config()} for layer in model.layers
        ],
        "compile": None,
        "labels": None if model.labels is None else list(model.labels),
        "input_spec": None if model.input_spec is None else model.input_spec.get_config(),
        "info": model.info,
    }
    if not isinstance(model, Sequential):
        description["sources"] = [list(model.sources[layer.name]) for layer in model.layers]
    if model.quantized is not None:
        description["quantized"] = model.quantized
        description["activation_ranges"] = model.activation_ranges
    # A loss or optimizer of one's own has no name here: such a model is saved uncompiled.
    if model.loss in LOSSES.values() and type(model.optimizer) in OPTIMIZERS.values():
        loss, optimizer = model.require_compiled()
        description["compile"] = {
            "optimizer": optimizer.get_config(),
            "loss": loss.name,
            "metrics": list(model.metrics),
        }
    return description


def _model(description: dict[str, Any], arrays: dict[str, Array]) -> Model:
    model = _network(description)
    model.build(description["input_shape"])
    for variable in model.variables:
        variable.assign(arrays[f"weights/{variable.name}"])
    compiled = description["compile"]
    if compiled is not None:
        optimizer = from_config(compiled["optimizer"])
        model.compile(optimizer, compiled["loss"], compiled["metrics"])
    if description["labels"] is not None:
        model.labels = tuple(description["labels"])
    if description["input_spec"] is not None:
        model.input_spec = InputSpec.from_config(description["input_spec"])
    model.info = description["info"]
    model.samples = below(arrays, "samples/")
    model.quantized = description.get("quantized")
    ranges = description.get("activation_ranges", {})
    model.activation_ranges = {name: (low, high) for name, (low, high) in ranges.items()}
    return model


def _network(description: dict[str, Any]) -> Model:
    """Make the layers and wire them; without "sources" they follow one another."""
    layers = [LAYERS[entry["class"]](**entry["config"]) for entry in description["layers"]]
    settings = description["name"], description["seed"], description["dtype"]
    if "sources" not in description:
        return Sequential(layers, *settings)
    source = result = Input(description["input_shape"])
    symbols = {"": source}
    for layer, names in zip(layers, description["sources"], strict=True):
        inputs = [symbols[name] for name in names]
        result = symbols[layer.name] = layer(inputs if isinstance(layer, Merge) else inputs[0])
    return Model(source, result, *settings)


def arrays_of(model: Model) -> dict[str, Array]:
    """Give the arrays of a model's file; raises ThumbnetError for a sample of Python objects."""
    arrays = {f"weights/{variable.name}": variable.data for variable in model.variables}
    for name, sample in model.samples.items():
        array = np.asarray(sample)
        if array.dtype.hasobject:
            raise ThumbnetError(f"samples[{name!r}] holds {array.dtype}: give numbers or text")
        arrays[f"samples/{name}"] = array
    return arrays


def below(arrays: dict[str, Array], prefix: str) -> dict[str, Array]:
    """Give the arrays whose name starts with `prefix`, without it."""
    return {name[len(prefix) :]: a for name, a in arrays.items() if name.startswith(prefix)}
