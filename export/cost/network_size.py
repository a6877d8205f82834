"""The size of a network: parameters, bytes of weights, multiply-accumulates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..graph.graph import Graph, Node
from ..ops import call_part


@dataclass(frozen=True)
class LayerCost:
    """The cost of one node of an integer graph.

    Attributes
    ----------
    macs
        Multiply-accumulates of one inference.
    parameters
        Number of trained numbers: weights and biases.

    """

    macs: int
    parameters: int


def node_macs(node: Node) -> int:
    """Return the multiply-accumulates of one node in one inference."""
    return call_part(node).macs(node)


def node_parameters(node: Node) -> int:
    """Return the number of weights and biases of one node, as the trainer counts them."""
    return call_part(node).parameters(node)


def node_weights(node: Node) -> int:
    """Return the number of weights of one node, without biases."""
    return sum(int(weight.size) for weight in call_part(node).weights(node))


def weight_bytes(graph: Graph) -> int:
    """Return the size of all weights in bytes, before they are packed for a kernel."""
    bits = ((node_weights(node), call_part(node).weight_bits(node)) for node in graph.nodes)
    return sum((count * width + 7) // 8 for count, width in bits)


def layer_weights(graph: Graph) -> dict[str, npt.NDArray[Any]]:
    """Return the weights of each node that has some.

    Parameters
    ----------
    graph
        An integer graph.

    Returns
    -------
    dict of str to numpy.ndarray
        By the name of the node's output, (n,): the integers, without biases.

    """
    found = {node.output: call_part(node).weights(node) for node in graph.nodes}
    return {
        name: np.concatenate([np.asarray(array).ravel() for array in arrays])
        for name, arrays in found.items()
        if arrays
    }


def macs(graph: Graph) -> int:
    """Return the multiply-accumulates of one inference."""
    return sum(node_macs(node) for node in graph.nodes)


def parameters(graph: Graph) -> int:
    """Return the number of weights and biases of all layers."""
    return sum(node_parameters(node) for node in graph.nodes)


def weights(graph: Graph) -> int:
    """Return the number of weights of all layers, without biases."""
    return sum(node_weights(node) for node in graph.nodes)


def layer_costs(graph: Graph) -> dict[str, LayerCost]:
    """Return the cost of each node.

    Parameters
    ----------
    graph
        An integer graph.

    Returns
    -------
    dict of str to LayerCost
        By the name of the node's output.

    """
    return {n.output: LayerCost(node_macs(n), node_parameters(n)) for n in graph.nodes}
