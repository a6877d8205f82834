"""Networks in files: what is written of a network, and how it is restored.

Arrays are named `weights/<layer>/<name>` and `samples/<name>`; the rest is the JSON description.
A `Sequential` is written without "sources", the connections of a functional `Model`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from ..arrays import Array
from ..datasets.class_labels import check_names
from ..datasets.input_spec import InputSpec
from ..errors import ThumbnetError, quoted, unknown
from ..files.archive import FORMAT, VERSION, write
from ..files.json_types import WrongType, construct
from ..layers.layer import Layer
from ..layers.merging import Merge
from ..layers.registry import LAYERS
from ..layers.symbols import Input
from ..optimization.losses import LOSSES
from ..optimization.optimizers import OPTIMIZERS, from_config
from .compiled import CompiledNetwork
from .description import check_cost, check_description, check_size

N = TypeVar("N", bound=CompiledNetwork)


@dataclass(frozen=True)
class ModelClasses(Generic[N]):
    """The classes that a file is read into.

    Attributes
    ----------
    sequential : callable
        Called with layers, name, seed and dtype.
    functional : callable
        Called with input symbol, output symbol, name, seed and dtype.
    """

    sequential: Callable[..., N]
    functional: Callable[..., N]


def save_network(network: CompiledNetwork, path: str | os.PathLike[str]) -> None:
    """Write a built network: layers, weights, how it was compiled, labels, info and samples.

    The file is written next to `path` and then renamed, so it is never half-written.

    Parameters
    ----------
    network : CompiledNetwork
        Need not be compiled.
    path : path
        Where to write; `.npz` by convention.

    Raises
    ------
    ThumbnetError
        If the network is not built, holds what a file cannot (see `describe`), or the file cannot
        be written.
    """
    write(path, describe(network), arrays_of(network))


def restore(
    path: str | os.PathLike[str],
    description: dict[str, Any],
    arrays: dict[str, Array],
    classes: ModelClasses[N],
) -> N:
    """Restore the network of a file.

    Parameters
    ----------
    path : path
        For the error message.
    description, arrays
        What `archive.read` returned.
    classes : ModelClasses
        What to make.

    Returns
    -------
    CompiledNetwork
        An instance of one of `classes`.

    Raises
    ------
    ThumbnetError
        If the description is not understood.
    """
    try:
        return _restored(description, arrays, classes)
    except WrongType as error:
        raise ThumbnetError(
            f"{path}: the description of the model is not understood ({error}): "
            "update thumbnet, or train again"
        ) from error
    except ThumbnetError as error:
        raise ThumbnetError(f"{path}: {error}") from error


def describe(network: CompiledNetwork) -> dict[str, Any]:
    """Describe everything about a network except its arrays.

    Parameters
    ----------
    network : CompiledNetwork
        Built.

    Returns
    -------
    dict
        JSON types.

    Raises
    ------
    ThumbnetError
        If the network is not built, or has a layer that is not one of `LAYERS`.
    """
    for layer in network.layers:
        if LAYERS.get(type(layer).__name__) is not type(layer):
            raise ThumbnetError(
                f"layer {layer.name!r} is a {type(layer).__name__}, which a file cannot hold: "
                f"use {', '.join(LAYERS)}"
            )
    description: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "name": network.name,
        "seed": network.seed,
        "dtype": network.dtype.name,
        "input_shape": list(network.require_built()),
        "layers": [
            {"class": type(layer).__name__, "config": layer.get_config()}
            for layer in network.layers
        ],
        "compile": None,
        "labels": None if network.labels is None else list(network.labels),
        "input_spec": None if network.input_spec is None else network.input_spec.get_config(),
        "info": network.info,
    }
    if not network.is_sequential:
        description["sources"] = [list(network.sources[layer.name]) for layer in network.layers]
    if network.quantized is not None:
        description["quantized"] = network.quantized
        description["activation_ranges"] = network.activation_ranges
    # A custom loss or optimizer has no name here: such a model is saved uncompiled.
    if network.loss in LOSSES.values() and type(network.optimizer) in OPTIMIZERS.values():
        loss, optimizer = network.require_compiled()
        description["compile"] = {
            "optimizer": optimizer.get_config(),
            "loss": loss.name,
            "metrics": list(network.metrics),
        }
    return description


def _restored(description: dict[str, Any], arrays: dict[str, Array], classes: ModelClasses[N]) -> N:
    check_description(description)
    shape = tuple(description["input_shape"])
    check_size("", shape)
    weights = below(arrays, "weights/")
    network = _connected(description, weights, classes)
    network.build(shape)
    for layer in network.layers:
        layer.given = None
        check_cost(layer)
    unused = weights.keys() - {variable.name for variable in network.variables}
    if unused:
        raise ThumbnetError(f"it has weights of no layer, {quoted(sorted(unused))}: train again")
    compiled = description["compile"]
    if compiled is not None:
        optimizer = from_config(compiled["optimizer"])
        network.compile(optimizer, compiled["loss"], compiled["metrics"])
    check_names("layers", [network.name, *(layer.name for layer in network.layers)])
    if description["labels"] is not None:
        check_names("labels", description["labels"])
        network.labels = tuple(description["labels"])
    if description["input_spec"] is not None:
        if description["input_spec"].get("shape") != description["input_shape"]:
            raise WrongType("input_spec.shape is not input_shape")
        network.input_spec = InputSpec.from_config(description["input_spec"])
    network.info = description["info"]
    network.samples = below(arrays, "samples/")
    for name, sample in network.samples.items():
        _check_sample(name, sample)
    network.quantized = description.get("quantized")
    ranges = description.get("activation_ranges", {})
    network.activation_ranges = {name: (low, high) for name, (low, high) in ranges.items()}
    return network


def _connected(
    description: dict[str, Any], weights: dict[str, Array], classes: ModelClasses[N]
) -> N:
    """Create the layers, which take these weights, and connect them; in sequence without "sources".

    Layers do not draw weights first: a short description may ask for more than memory holds.
    """
    layers = [_layer(entry, f"layers[{i}]") for i, entry in enumerate(description["layers"])]
    for layer in layers:
        layer.given = weights
    settings = description["name"], description["seed"], description["dtype"]
    if "sources" not in description:
        return classes.sequential(layers, *settings)
    source = result = Input(description["input_shape"])
    symbols = {"": source}
    if len(description["sources"]) != len(layers):
        raise WrongType("sources has not one entry for each layer")
    for layer, names in zip(layers, description["sources"], strict=True):
        missing = [name for name in names if name not in symbols]
        if missing or not names or layer.name in symbols:
            raise WrongType(f"sources of layer {layer.name!r:.40} are no layers before it")
        inputs = [symbols[name] for name in names]
        result = symbols[layer.name] = layer(inputs if isinstance(layer, Merge) else inputs[0])
    return classes.functional(source, result, *settings)


def _layer(entry: dict[str, Any], where: str) -> Layer:
    if entry["class"] not in LAYERS:
        raise unknown("layer", entry["class"], LAYERS)
    return construct(LAYERS[entry["class"]], entry["config"], f"{where}.config")


def _check_sample(name: str, sample: Array) -> None:
    """Raise ThumbnetError for arrays of what no data set has, such as complex numbers."""
    if sample.dtype.kind not in "biufUS":
        raise ThumbnetError(f"samples[{name!r}] holds {sample.dtype}: give numbers or text")


def arrays_of(network: CompiledNetwork) -> dict[str, Array]:
    """Return the arrays of a network's file; raises ThumbnetError for samples of Python objects."""
    arrays = {f"weights/{variable.name}": variable.data for variable in network.variables}
    for name, sample in network.samples.items():
        array = np.asarray(sample)
        _check_sample(name, array)
        arrays[f"samples/{name}"] = array
    return arrays


def below(arrays: dict[str, Array], prefix: str) -> dict[str, Array]:
    """Return the arrays whose name starts with `prefix`, under the rest of their name."""
    return {name[len(prefix) :]: a for name, a in arrays.items() if name.startswith(prefix)}
