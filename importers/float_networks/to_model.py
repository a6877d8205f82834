"""The trainer's `Model` of a float graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from thumbnet.trainer import (
    GRU,
    LSTM,
    Activation,
    Add,
    AveragePooling1D,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv1D,
    Conv2D,
    Dense,
    DepthwiseConv1D,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    Input,
    Layer,
    LayerNormalization,
    MaxPooling1D,
    MaxPooling2D,
    Model,
    Rescaling,
    Reshape,
    Sequential,
    SimpleRNN,
    ThumbnetError,
)

from .float_graph import INPUT, FloatGraph, FloatNode, Shape
from .simplify import simplified

Weights = Sequence[Any]
Made = tuple[Layer, Weights]

_NO_EPSILON = 1e-12
"""Added to a variance of 1, it is lost in float32."""


def to_model(graph: FloatGraph) -> Model:
    """Make the trainer's model of a float graph.

    Parameters
    ----------
    graph : FloatGraph
        What a reader returned.

    Returns
    -------
    Model
        A `Sequential` if each layer reads the one before it; float32. Its inputs have neither range
        nor resolution: rows for calibration tell them.

    Raises
    ------
    ThumbnetError
        If an operation has no layer; the message names it.
    """
    graph = simplified(graph)
    source = Input(graph.shapes[INPUT])
    symbols, layers = {INPUT: source}, []
    for node in graph.nodes:
        shapes = [graph.shapes[name] for name in node.inputs]
        try:
            layer, weights = _LAYERS[node.op](node, shapes, graph.shapes[node.output])
            if node.op == "scale" and node.inputs[0] == INPUT:
                layer, weights = _rescaling(node), ()
            inputs = [symbols[name] for name in node.inputs]
            symbols[node.output] = layer(inputs if layer.merges else inputs[0])
        except ThumbnetError as error:
            raise ThumbnetError(f"{node.where}: {error}") from error
        layers.append((layer, weights, node))
    chain = [layer for layer, _, _ in layers]
    reads = [node.inputs for _, _, node in layers]
    before = [INPUT, *(node.output for _, _, node in layers)]
    model: Model
    if all(inputs == (name,) for inputs, name in zip(reads, before, strict=False)):
        model = Sequential(chain, name=graph.name, seed=0)
        model.build(graph.shapes[INPUT])
    else:
        model = Model(source, symbols[graph.output], name=graph.name, seed=0)
    for layer, weights, node in layers:
        values = [np.asarray(w, np.float32) for w in weights]
        if not all(np.isfinite(w).all() for w in values):
            raise ThumbnetError(f"{node.where}: its weights hold NaN or infinity: train again")
        if values:
            layer.set_weights(values)
    return model


def _function(node: FloatNode) -> str | None:
    name = node.attributes.get("function")
    return None if name is None else str(name)


def _weighted(node: FloatNode) -> tuple[dict[str, Any], Weights]:
    """Return the settings that all layers with weights share, and the weights."""
    kernel, bias = node.attributes["kernel"], node.attributes["bias"]
    has_bias = bool(np.any(bias))
    settings = {"activation": _function(node), "use_bias": has_bias, "kernel_initializer": "zeros"}
    return settings, (kernel, bias) if has_bias else (kernel,)


def _window(node: FloatNode) -> dict[str, Any]:
    """Return strides and padding as settings."""
    pads, strides = node.attributes["pads"], node.attributes["strides"]
    padding = [list(pair) for pair in pads] if any(map(any, pads)) else "valid"
    return {"strides": strides if len(strides) == 2 else strides[0], "padding": padding}


def _size(node: FloatNode) -> Any:
    window = node.attributes["window"]
    return tuple(window) if len(window) == 2 else window[0]


def _convolution(node: FloatNode, inputs: list[Shape], output: Shape) -> Made:
    kind = {2: Conv1D, 3: Conv2D}[len(inputs[0])]
    settings, weights = _weighted(node)
    return kind(output[-1], _size(node), **_window(node), **settings), weights


def _depthwise(node: FloatNode, inputs: list[Shape], output: Shape) -> Made:
    kind = {2: DepthwiseConv1D, 3: DepthwiseConv2D}[len(inputs[0])]
    settings, weights = _weighted(node)
    return kind(_size(node), **_window(node), **settings), weights


def _dense(node: FloatNode, inputs: list[Shape], output: Shape) -> Made:
    settings, weights = _weighted(node)
    return Dense(output[-1], **settings), weights


def _pool(
    flat: type[MaxPooling1D] | type[AveragePooling1D],
    image: type[MaxPooling2D] | type[AveragePooling2D],
) -> Callable[[FloatNode, list[Shape], Shape], Made]:
    def make(node: FloatNode, inputs: list[Shape], output: Shape) -> Made:
        kind = flat if len(inputs[0]) == 2 else image
        return kind(_size(node), **_window(node)), ()

    return make


def _global_average(node: FloatNode, inputs: list[Shape], output: Shape) -> Made:
    return (GlobalAveragePooling1D if len(inputs[0]) == 2 else GlobalAveragePooling2D)(), ()


def _scale(node: FloatNode, inputs: list[Shape], output: Shape) -> Made:
    scale, offset = node.attributes["scale"], node.attributes["offset"]
    layer = BatchNormalization(epsilon=_NO_EPSILON)
    return layer, (scale, offset, np.zeros_like(scale), np.ones_like(scale))


def _rescaling(node: FloatNode) -> Rescaling:
    scale, offset = node.attributes["scale"], node.attributes["offset"]
    if len(set(scale.tolist())) == len(set(offset.tolist())) == 1:
        return Rescaling(float(scale[0]), float(offset[0]))
    return Rescaling(scale, offset)


def _curve(node: FloatNode, inputs: list[Shape], output: Shape) -> Made:
    return Activation(str(_function(node))), ()


def _add(node: FloatNode, inputs: list[Shape], output: Shape) -> Made:
    return Add(), ()


def _concatenate(node: FloatNode, inputs: list[Shape], output: Shape) -> Made:
    return Concatenate(), ()


def _reshape(node: FloatNode, inputs: list[Shape], output: Shape) -> Made:
    return (Flatten() if len(output) == 1 else Reshape(output)), ()


def _layer_normalization(node: FloatNode, inputs: list[Shape], output: Shape) -> Made:
    layer = LayerNormalization(epsilon=node.attributes["epsilon"])
    return layer, (node.attributes["gamma"], node.attributes["beta"])


def _recurrent_weights(node: FloatNode) -> Weights:
    return tuple(node.attributes[name] for name in ("kernel", "recurrent_kernel", "bias"))


def _gru(node: FloatNode, inputs: list[Shape], output: Shape) -> Made:
    layer = GRU(node.attributes["units"], return_sequences=node.attributes["sequences"])
    return layer, _recurrent_weights(node)


def _simple_rnn(node: FloatNode, inputs: list[Shape], output: Shape) -> Made:
    sequences = node.attributes["sequences"]
    layer = SimpleRNN(node.attributes["units"], _function(node), return_sequences=sequences)
    return layer, _recurrent_weights(node)


def _lstm(node: FloatNode, inputs: list[Shape], output: Shape) -> Made:
    layer = LSTM(node.attributes["units"], return_sequences=node.attributes["sequences"])
    return layer, _recurrent_weights(node)


_LAYERS: dict[str, Callable[[FloatNode, list[Shape], Shape], Made]] = {
    "convolution": _convolution,
    "depthwise": _depthwise,
    "dense": _dense,
    "max_pool": _pool(MaxPooling1D, MaxPooling2D),
    "average_pool": _pool(AveragePooling1D, AveragePooling2D),
    "global_average": _global_average,
    "scale": _scale,
    "curve": _curve,
    "add": _add,
    "concatenate": _concatenate,
    "reshape": _reshape,
    "layer_normalization": _layer_normalization,
    "gru": _gru,
    "simple_rnn": _simple_rnn,
    "lstm": _lstm,
}
