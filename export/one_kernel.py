"""For the smallest heaps: dense layers as convolutions, where a network has convolutions anyhow."""

from __future__ import annotations

from dataclasses import replace
from math import prod

from .graph import Graph, Node
from .window import Window


def one_kernel(graph: Graph) -> Graph:
    """Return a fused graph with each dense layer as a convolution of an image of one pixel.

    The integers stay the same, and the kernel of dense layers is not needed. A network without
    convolutions is returned as it is.
    """
    if not any(node.op == "conv" for node in graph.nodes):
        return graph
    nodes = [
        _as_conv(graph, node) if node.op == "fully_connected" else node for node in graph.nodes
    ]
    return graph.rebuilt(nodes)


def _as_conv(graph: Graph, node: Node) -> Node:
    inputs = prod(graph.tensors[node.inputs[0]].shape)
    window = Window(1, 1, inputs, 1, 1, 1, 1, 0, 0, 1, 1)
    return replace(node, op="conv").with_attributes(window=tuple(window), pad=0)
