"""Stage 1, lower: a trained `Sequential` becomes a float graph, layer by layer."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from thumbnet.trainer import Sequential, ThumbnetError

from .graph import Graph, Node, Tensor

Attributes = dict[str, Any]


def lower(model: Sequential, name: str) -> Graph:
    """Return the float graph of `model`, one node a layer step, weights as float64.

    Raises
    ------
    ThumbnetError
        If the model is not built, or has a layer that this exporter has no operation for.

    """
    if not model.layers or model.input_shape is None:
        raise ThumbnetError(
            "export: the model has no input shape yet: fit it, or call build(input_shape), first"
        )
    shape = tuple(model.input_shape)
    tensors = {"input": Tensor("input", shape, "float32")}
    nodes: list[Node] = []
    current = "input"
    for layer in model.layers:
        for op, attributes in _steps(layer):
            output = f"{layer.name}_{op}" if op in ("activation", "dense") else layer.name
            if output in tensors:
                raise ThumbnetError(
                    f"export: two layers are called {layer.name!r}: give each its own name"
                )
            if op == "scale_shift":
                attributes = {k: _flat(v, shape) for k, v in attributes.items()}
            elif op == "dense":
                shape = (*shape[:-1], attributes["kernel"].shape[1])
            elif op == "reshape":
                shape = (math.prod(shape),)
            nodes.append(Node(op, (current,), output, attributes))
            tensors[output] = Tensor(output, shape, "float32")
            current = output
    return Graph(name, "lower", "input", (current,), tuple(nodes), tensors)


def _steps(layer: Any) -> list[tuple[str, Attributes]]:
    kind = type(layer).__name__
    if kind not in _LOWERINGS:
        raise ThumbnetError(
            f"export: no operation for layer {layer.name!r} ({kind}): use one of "
            + ", ".join(sorted(_LOWERINGS))
        )
    return _LOWERINGS[kind](layer)


def _dense(layer: Any) -> list[tuple[str, Attributes]]:
    kernel = np.asarray(layer.kernel.numpy(), dtype=np.float64)
    bias = layer.bias.numpy() if layer.use_bias else np.zeros(kernel.shape[1])
    dense = ("dense", {"kernel": kernel, "bias": np.asarray(bias, dtype=np.float64)})
    return [dense, *_activation(layer)]


def _activation(layer: Any) -> list[tuple[str, Attributes]]:
    if layer.activation == "linear":
        return []
    return [("activation", {"function": layer.activation})]


def _batch_normalization(layer: Any) -> list[tuple[str, Attributes]]:
    variance = np.asarray(layer.moving_variance.numpy(), dtype=np.float64)
    scale = layer.gamma.numpy() / np.sqrt(variance + layer.epsilon)
    offset = layer.beta.numpy() - layer.moving_mean.numpy() * scale
    return [("scale_shift", {"scale": scale, "offset": np.asarray(offset, dtype=np.float64)})]


def _scale_shift(layer: Any) -> list[tuple[str, Attributes]]:
    scale = np.asarray(layer.scale, dtype=np.float64)
    offset = np.asarray(layer.offset, dtype=np.float64)
    return [("scale_shift", {"scale": scale, "offset": offset})]


def _flat(values: np.ndarray[Any, Any], shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Return one number for all, or one for each of a sample's values in their order."""
    return values if values.ndim == 0 else np.broadcast_to(values, shape).ravel()


_LOWERINGS: dict[str, Callable[[Any], list[tuple[str, Attributes]]]] = {
    "Dense": _dense,
    "Activation": _activation,
    "Flatten": lambda layer: [("reshape", {})],
    "Dropout": lambda layer: [],
    "BatchNormalization": _batch_normalization,
    "Normalization": _scale_shift,
    "Rescaling": _scale_shift,
}
