"""Dense layers as convolutions, where a network has some anyhow: a kernel less to import."""

from __future__ import annotations

from dataclasses import replace
from math import prod

from ..kernels.build import Build
from ..graph.graph import Graph, Node
from ..graph.window import Window

MOST_INPUTS = 512
"""Of a dense layer that may be a convolution: its inputs are copied once more."""


def one_kernel(graph: Graph, build: Build) -> Graph:
    """Return a fused graph with each dense layer as a convolution of an image of one pixel.

    The integers stay the same, and the kernel of dense layers, whose source is as long as that of
    convolutions, is not needed. So for assembly; a network without convolutions, with large dense
    layers, or with recurrent ones, whose rows are dense, is returned as it is.
    """
    dense = [node for node in graph.nodes if node.op == "fully_connected"]
    sizes = [prod(graph.tensors[node.inputs[0]].shape) for node in dense]
    ops = {node.op for node in graph.nodes}
    kept = ops & {"simple_rnn", "gru"} or "conv" not in ops or max(sizes) > MOST_INPUTS
    if kept or not build.tier.startswith("thumb") or any("bits" in n.attributes for n in dense):
        return graph
    nodes = [_as_conv(graph, n) if n.op == "fully_connected" else n for n in graph.nodes]
    return graph.rebuilt(nodes)


def _as_conv(graph: Graph, node: Node) -> Node:
    inputs = prod(graph.tensors[node.inputs[0]].shape)
    window = Window(1, 1, inputs, 1, 1, 1, 1, 0, 0, 1, 1)
    return replace(node, op="conv").with_attributes(window=tuple(window), pad=0)
