"""The integer graph in the making: what every layer's quantization reads and adds to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..graph.arithmetic import Ints
from .channel_weights import Channels
from ..graph.graph import Graph, Node, Tensor
from ..graph.window import Window


class Builder:
    """The integer nodes made so far, and their tensors.

    `floats` is the calibrated float graph. A tensor of the integer graph has the name of the float
    tensor that it stands for. `bits` is the width of weights, 8 or 4.
    """

    def __init__(self, floats: Graph, bits: int, fitted: bool) -> None:
        self.floats = floats
        self.bits = bits
        self.fitted = fitted
        """Training has seen weights of this width: their largest is their range."""

        self.nodes: list[Node] = []
        self.tensors: dict[str, Tensor] = {}

    def add(self, node: Node, tensor: Tensor) -> None:
        """Add a node and the tensor that it writes."""
        self.nodes.append(node)
        self.tensors[tensor.name] = replace(tensor, low=None, high=None, mean=None)

    def written(self, node: Node) -> tuple[Tensor, str]:
        """Return the tensor that a float node's layer writes, and the curve in front of it.

        A relu is a clamp of the layer itself: it writes what the relu writes. Other curves are
        nodes of their own.
        """
        readers = self.floats.consumers(node.output)
        if len(readers) == 1 and readers[0].op == "activation":
            function = str(readers[0].attributes["function"])
            fused = readers[0] if function == "relu" else node
            return replace(self.floats.tensors[fused.output], dtype="uint8"), function
        return replace(self.floats.tensors[node.output], dtype="uint8"), "linear"

    def holds_zero(self, tensor: str) -> bool:
        """Tell whether a tensor's zero point has to be one of its 256 values.

        So where a window is padded with it, and where two tensors are added.
        """
        for reader in self.floats.consumers(tensor):
            padded = "window" in reader.attributes and Window.of(reader.attributes).padded
            if reader.op in ("conv", "depthwise_conv") and padded:
                return True
            if reader.op == "add" or (reader.op == "max_pool" and self.holds_zero(reader.output)):
                return True
        return False

    def accumulate(
        self,
        op: str,
        node: Node,
        channels: Channels,
        requantization: tuple[Ints, Ints],
        out: Tensor,
        limits: tuple[int, int],
    ) -> None:
        """Add the products of a layer, and how they come to the scale of `out`."""
        source = self.tensors[node.inputs[0]]
        acc = Tensor(f"{out.name}_acc", out.shape, "int32", scale=channels.scale)
        attributes: dict[str, Any] = {"weight": channels.weight, "bias": channels.bias}
        if self.bits != 8 and op != "convolve_depthwise":
            attributes["bits"] = self.bits
        if "window" in node.attributes:
            attributes["window"] = tuple(node.attributes["window"])
            padded = Window.of(node.attributes).padded
            attributes["pad"] = source.zero_point if padded else 0
        self.add(Node(op, node.inputs[:1], acc.name, attributes), acc)
        multiplier, shift = requantization
        attributes = {
            "zero_point": out.zero_point,
            "multiplier": multiplier,
            "shift": shift,
            "activation_min": limits[0],
            "activation_max": limits[1],
        }
        self.add(Node("requantize", (acc.name,), out.name, attributes), out)


def range_of(tensor: Tensor) -> tuple[float, float]:
    """Return what a tensor was calibrated to."""
    assert tensor.low is not None
    assert tensor.high is not None
    return tensor.low, tensor.high
