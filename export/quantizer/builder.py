"""The integer graph under construction, which the quantization of each operation adds to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..graph.arithmetic import ACTIVATION_MAX
from ..graph.graph import Graph, Node, TensorSpec

CLAMPS = {"relu": math.inf, "relu6": 6.0}
"""Curves that are a clamp of the layer before them, from 0 on: with the largest value."""


class Builder:
    """The integer nodes made so far, and their tensors.

    A tensor of the integer graph has the same name as the float tensor that it represents.

    Parameters
    ----------
    floats
        The calibrated float graph.
    bits
        The width of weights, 8 or 4.
    fitted
        Whether weights were trained for this width; the largest weight then sets the scale.
    curves
        Name and output of the curve, for each tensor that only a curve reads.
    holds_zero
        The tensors whose zero point has to be one of their 256 values.

    """

    def __init__(
        self,
        floats: Graph,
        bits: int,
        fitted: bool,
        curves: Mapping[str, tuple[str, str]],
        holds_zero: set[str],
    ) -> None:
        self.floats = floats
        self.bits = bits
        self.fitted = fitted
        self.nodes: list[Node] = []
        self.tensors: dict[str, TensorSpec] = {}
        self._curves = curves
        self._holds_zero = holds_zero

    def add(self, node: Node, tensor: TensorSpec) -> None:
        """Add a node and the tensor that it writes."""
        self.nodes.append(node)
        self.tensors[tensor.name] = replace(tensor, low=None, high=None, mean=None)

    def add_clamped(
        self,
        node: Node,
        attributes: dict[str, Any],
        out: TensorSpec,
        scale: float,
        zero_point: int,
    ) -> None:
        """Add a float node's operation, which clamps its results to all values of a uint8."""
        attributes = {
            **attributes,
            "zero_point": zero_point,
            "activation_min": 0,
            "activation_max": self.highest(node, scale, zero_point),
        }
        out = replace(out, scale=scale, zero_point=zero_point)
        self.add(Node(node.op, node.inputs, out.name, attributes), out)

    def source(self, node: Node) -> tuple[float, int]:
        """Return the scale and zero point of the uint8 tensor that a node reads first."""
        tensor = self.tensors[node.inputs[0]]
        assert isinstance(tensor.scale, float)
        return tensor.scale, tensor.zero_point

    def curve_behind(self, tensor: str) -> str:
        """Return the name of the curve that alone reads a tensor, "linear" if there is none."""
        return self._curves.get(tensor, ("linear", ""))[0]

    def written(self, node: Node) -> tuple[TensorSpec, str]:
        """Return the tensor that a float node's layer writes, and the curve applied to its result.

        A relu or relu6 is a clamp of the layer itself, which then writes the curve's output. Other
        curves are separate nodes.
        """
        function, output = self._curves.get(node.output, ("linear", node.output))
        name = output if function in CLAMPS else node.output
        return replace(self.floats.tensors[name], dtype="uint8"), function

    def written_range(self, node: Node) -> tuple[TensorSpec, float, float]:
        """Return the tensor that a float node's layer writes, and the real numbers it represents.

        A relu or relu6 represents no number below zero.
        """
        out, function = self.written(node)
        low, high = out.range
        return out, 0.0 if function in CLAMPS else low, high

    def highest(self, node: Node, scale: float, zero_point: int) -> int:
        """Return the largest level that a float node's layer writes: all of a uint8, or a clamp."""
        most = CLAMPS.get(self.curve_behind(node.output), math.inf)
        return int(min(ACTIVATION_MAX, most / scale + 0.5 + zero_point))

    def holds_zero(self, tensor: str) -> bool:
        """Return whether a tensor's zero point must be one of its 256 values.

        This is so if a window is padded with it, or if two tensors are added.
        """
        return tensor in self._holds_zero
