"""The table of layers: what each one costs, and how much precision integers lose."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from thumbnet.export import (
    Graph,
    LayerCost,
    LayerQuality,
    Node,
    Program,
    accepted_rows,
    layer_costs,
    operation_title,
)
from thumbnet.trainer import Model

from .input_format import Array


@dataclass(frozen=True)
class LayerRow:
    """One layer of the network; None for a figure that does not apply.

    Attributes
    ----------
    shape
        Shape of its output.
    low, high
        The range of its output in float, on representative inputs.
    step
        The size of one integer step in that range; the largest if channels differ.
    sqnr
        Signal-to-quantization-noise ratio, float against integer, in dB.

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


def integer_layers(program: Program, x: Array) -> list[LayerRow]:
    """Return the layers that the board computes, measured on rows `x` in raw units."""
    graph, rows = program.graph, np.asarray(x)
    costs = layer_costs(graph)
    found = {q.tensor: q for q in program.quality(rows[accepted_rows(graph, rows)])}
    return [_row(graph, node, costs[node.output], found.get(node.output)) for node in graph.nodes]


def _row(graph: Graph, node: Node, cost: LayerCost, quality: LayerQuality | None) -> LayerRow:
    tensor = graph.tensors[node.output]
    return LayerRow(
        node.output,
        _what(node),
        tensor.shape,
        cost.parameters,
        cost.macs,
        None if quality is None else quality.low,
        None if quality is None else quality.high,
        None if quality is None or tensor.scale is None else float(np.max(tensor.scale)),
        None if quality is None or math.isnan(quality.sqnr) else quality.sqnr,
    )


def _what(node: Node) -> str:
    name = operation_title(node)
    return f"{name}, 4-bit weights" if node.attributes.get("bits") == 4 else name


def float_layers(model: Model) -> list[LayerRow]:
    """Return the layers as they were trained, for a model without an integer network."""
    return [
        LayerRow(
            layer.name,
            type(layer).__name__,
            layer.output_shape,
            layer.count_params(),
            None,
        )
        for layer in model.layers
    ]
