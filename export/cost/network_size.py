"""How much a network holds and does: parameters, bytes of weights, multiply-accumulates."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from ..graph.graph import Graph, Node
from ..graph.window import Window


def weights(node: Node) -> list[npt.NDArray[Any]]:
    """Return the int8 matrices of an integer node, each (outputs, products)."""
    names = ("weight", "input_weight", "state_weight")
    return [node.attributes[name] for name in names if name in node.attributes]


def node_macs(node: Node) -> int:
    """Return the multiply-accumulates of one node in one inference."""
    times = 1
    if "window" in node.attributes:
        times = Window.of(node.attributes).positions
    elif "steps" in node.attributes:
        times = int(node.attributes["steps"])
    return times * sum(int(weight.size) for weight in weights(node))


def node_parameters(node: Node) -> int:
    """Return the weights and biases of one node: of a GRU two biases, of a SimpleRNN one."""
    matrices = weights(node)
    total = sum(int(weight.size) + len(weight) for weight in matrices)
    # The kernel takes a bias for the state as well, which only holds its zero point.
    return total - (len(matrices[1]) if node.op == "simple_rnn" else 0)


def weight_bytes(graph: Graph) -> int:
    """Return the bytes that all weights take, before they are ordered for a kernel."""
    total = 0
    for node in graph.nodes:
        size = sum(int(weight.size) for weight in weights(node))
        total += (size + 1) // 2 if node.attributes.get("bits") == 4 else size
    return total


def macs(graph: Graph) -> int:
    """Return the multiply-accumulates of one inference."""
    return sum(node_macs(node) for node in graph.nodes)


def parameters(graph: Graph) -> int:
    """Return the weights and biases of all layers."""
    return sum(node_parameters(node) for node in graph.nodes)
