"""The table of layers: what each one takes, and what integers cost it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from thumbnet.export import Program
from thumbnet.export.graph.graph import Graph, Node
from thumbnet.export.cost.network_size import node_macs, node_parameters
from thumbnet.export.program.quality import LayerQuality
from thumbnet.export.stages.reference import accepted, as_rows
from thumbnet.trainer import Model

from .heldout import Array

WORDS = {
    "quantize_levels": "input to uint8",
    "quantize_sensors": "input to uint8",
    "fully_connected": "dense",
    "depthwise_conv": "depthwise convolution",
    "conv": "convolution",
    "max_pool": "max pooling",
    "average_pool": "average pooling",
    "lookup": "curve (table)",
    "simple_rnn": "recurrent",
    "gru": "recurrent (GRU)",
    "classify": "largest score",
    "decide": "threshold",
    "measure": "to real units",
}


@dataclass(frozen=True)
class Layer:
    """One step of the network; None where a figure does not apply.

    Attributes:
        shape: of its output.
        low, high: the output's range in float, on representative inputs.
        step: the size of one integer step there; the largest where channels differ.
        sqnr: signal to quantization noise, float against integer, in dB.
    """

    name: str
    what: str
    shape: tuple[int, ...]
    parameters: int
    macs: int | None
    low: float | None = None
    high: float | None = None
    step: float | None = None
    sqnr: float | None = None


def integer_layers(program: Program, x: Array) -> list[Layer]:
    """The steps that the board takes, measured on rows `x` in raw units."""
    graph = program.graph
    rows = as_rows(graph, x)
    found = {q.tensor: q for q in program.quality(rows[accepted(graph, rows)])}
    return [_layer(graph, node, found.get(node.output)) for node in graph.nodes]


def _layer(graph: Graph, node: Node, quality: LayerQuality | None) -> Layer:
    tensor = graph.tensors[node.output]
    return Layer(
        node.output,
        _what(node),
        tensor.shape,
        node_parameters(node),
        node_macs(node),
        None if quality is None else quality.low,
        None if quality is None else quality.high,
        None if quality is None or tensor.scale is None else float(np.max(tensor.scale)),
        None if quality is None or math.isnan(quality.sqnr) else quality.sqnr,
    )


def _what(node: Node) -> str:
    words = WORDS.get(node.op, node.op.replace("_", " "))
    return f"{words}, 4-bit weights" if node.attributes.get("bits") == 4 else words


def float_layers(model: Model) -> list[Layer]:
    """The layers as they were trained: all that can be said without an integer network."""
    return [
        Layer(
            layer.name,
            type(layer).__name__,
            layer.output_shape,
            layer.count_params(),
            None,
        )
        for layer in model.layers
    ]
