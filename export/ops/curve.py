"""Curves: activation functions of one variable, which become tables of 256 bytes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from thumbnet.trainer import CURVES, FLAT_BEYOND, curve_output

from ..graph.arithmetic import ACTIVATION_MAX, Ints
from ..graph.graph import Graph, Node
from ..kernels.build import Build
from ..kernels.call import LOOKUP, Call
from ..quantizer.builder import Builder
from .attribute_kinds import TABLE
from .checks import size_faults
from .operation import Floats, Operation, Steps
from .softmax_rows import SoftmaxRows


class Activation(Operation):
    """`CURVES[function]` of every element (softmax: of every row)."""

    name = "activation"
    layers = {"Activation": ""}
    float_attributes = frozenset({"function"})
    may_be_last = True

    def lower(self, layer: Any) -> Steps:
        """Return the curve; nothing if it is linear."""
        return activation_steps(layer)

    def float_forward(self, *inputs: Floats, **attributes: Any) -> Floats:
        """Return the curve of every element."""
        return CURVES[attributes["function"]](inputs[0])

    def curve(self, node: Node) -> str | None:
        """Return the function's name."""
        return str(node.attributes["function"])

    def quantize(self, builder: Builder, node: Node) -> None:
        """Add the curve as a table, uint8 to uint8; a relu is a clamp of the layer before it.

        A softmax before the last layer is no function of one variable.
        """
        source, target = builder.tensors[node.inputs[0]], builder.floats.tensors[node.output]
        function = node.attributes["function"]
        if function == "softmax":
            SoftmaxRows().quantize(builder, node)
            return
        zero = builder.holds_zero(node.output)
        scale, zero_point = curve_output(function, *target.range, zero)
        step = source.scale if isinstance(source.scale, float) else 1.0
        steps = np.arange(256, dtype=np.float64) - source.zero_point
        table = table_of(CURVES[function](step * steps), scale, zero_point)
        out = replace(target, dtype="uint8", scale=scale, zero_point=zero_point)
        builder.add(Node(Lookup.name, node.inputs, out.name, {"table": table}), out)


class Lookup(Operation):
    """Apply a function of one variable, stored as a table of 256 entries."""

    name = "lookup"
    title = "curve (table)"
    integer_attributes = {"table": TABLE}
    kernels = (LOOKUP,)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return `table[q]`."""
        return np.asarray(attributes["table"].astype(np.int64)[inputs[0]])

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield tensors of different sizes."""
        return size_faults(graph, node)

    def in_place(self, graph: Graph, node: Node) -> dict[str, int]:
        """Return the input: each byte is read just before its value is written."""
        return dict.fromkeys(node.inputs, 0)

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call."""
        (source,), target = node.inputs, node.output
        head = (
            math.prod(graph.tensors[source].shape),
            places.get(source, 0),
            places.get(target, 0),
        )
        return [Call(LOOKUP, source, target, head, table=node.attributes["table"].tobytes())]


def activation_steps(layer: Any) -> Steps:
    """Return the activation after a layer's products; nothing if it is linear."""
    if layer.activation == "linear":
        return []
    return [(Activation.name, {"function": layer.activation})]


def varying(function: str, low: float, high: float) -> tuple[float, float]:
    """Return the part of a range in which a curve is more than half a step from its ends."""
    edge = FLAT_BEYOND.get(function, math.inf)
    low, high = max(low, -edge), min(high, edge)
    return min(low, high), high


def is_flat_at_ends(node: Node) -> bool:
    """Return whether an integer node is a table that hardly changes where its input saturates."""
    if node.op != Lookup.name:
        return False
    table = node.attributes["table"].astype(np.int64)
    return bool(max(abs(table[0] - table[15]), abs(table[-1] - table[-16])) <= 1)


def table_of(reals: Floats, scale: float, zero_point: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return real numbers as bytes at the given scale, rounded half up and saturating."""
    steps = np.floor(reals / scale + 0.5) + zero_point
    return np.clip(steps, 0, ACTIVATION_MAX).astype(np.uint8)


OPERATIONS: tuple[Operation, ...] = (Activation(), Lookup())
