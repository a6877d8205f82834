"""Merge operations of a float graph that the trainer's layers do in one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from thumbnet.trainer import ThumbnetError

from .float_graph import FloatGraph, FloatNode, Pads

_WEIGHTED = ("convolution", "depthwise", "dense")
_WINDOWED = ("convolution", "depthwise", "max_pool", "average_pool")
_NEVER_NEGATIVE = ("relu", "relu6", "sigmoid", "hard_sigmoid", "softplus", "softmax", "absolute")


def simplified(graph: FloatGraph) -> FloatGraph:
    """Return a graph that computes the same, in fewer nodes.

    Padding becomes part of the window behind it, scalings (batch normalization) part of the weights
    before them, activations part of the layer before them.

    Raises
    ------
    ThumbnetError
        If a part of a sequence is read in a way that no layer has.
    """
    for merge in (_pad, _scale, _step, _reshape, _curve):
        graph = _merged(graph, merge)
    for node in graph.nodes:
        if node.op == "last_step":
            raise ThumbnetError(
                f"{node.where}: it takes a part of a tensor: only the last step of a recurrent "
                "layer can be taken"
            )
    return graph


Merge = Callable[["_Around", FloatNode], list[FloatNode] | None]


class _Around:
    """The nodes that a node reads from, and those that read it."""

    def __init__(self, graph: FloatGraph) -> None:
        self.graph = graph
        self.by_output = {node.output: node for node in graph.nodes}
        self.readers: dict[str, list[FloatNode]] = {}
        for node in graph.nodes:
            for name in node.inputs:
                self.readers.setdefault(name, []).append(node)

    def before(self, node: FloatNode) -> FloatNode | None:
        """Return the node before, if nothing else reads it."""
        found = self.by_output.get(node.inputs[0])
        if found is None or len(self.readers[found.output]) > 1:
            return None
        return None if found.output == self.graph.output else found


def _merged(graph: FloatGraph, merge: Merge) -> FloatGraph:
    """Return the graph after a merge was tried on every node.

    `merge` returns what replaces a node and the one before it; the last takes the node's output.
    """
    for output in [node.output for node in graph.nodes]:
        around = _Around(graph)
        node = around.by_output.get(output)
        made = None if node is None else merge(around, node)
        if node is None or made is None:
            continue
        gone = {node.output} if merge is _pad else {node.output, node.inputs[0]}
        nodes = []
        for other in graph.nodes:
            if other.output == node.output:
                nodes += made
            elif other.output not in gone:
                nodes.append(other)
        graph = replace(graph, nodes=tuple(nodes))
    return _without_dead(graph)


def _without_dead(graph: FloatGraph) -> FloatGraph:
    needed, kept = {graph.output}, []
    for node in reversed(graph.nodes):
        if node.output in needed:
            kept.append(node)
            needed |= set(node.inputs)
    return replace(graph, nodes=tuple(reversed(kept)))


def _pad(around: _Around, node: FloatNode) -> list[FloatNode] | None:
    """Take zeros around an image into the window that reads them."""
    pad = around.by_output.get(node.inputs[0])
    if node.op == "pad" and not _all_take(around, node):
        return [_identity(around, node)]
    if pad is None or pad.op != "pad" or node.op not in _WINDOWED:
        return None
    pads = _sum(pad.attributes["pads"], node.attributes["pads"])
    attributes = {**node.attributes, "pads": pads}
    op = node.op
    if op == "average_pool":
        channels, window = around.graph.shapes[node.output][-1], node.attributes["window"]
        attributes["kernel"] = np.full((*window, channels), 1 / np.prod(window))
        attributes["bias"], op = np.zeros(channels), "depthwise"
    return [replace(node, op=op, inputs=pad.inputs, attributes=attributes)]


def _all_take(around: _Around, pad: FloatNode) -> bool:
    """Whether all that read a padded tensor can pad it themselves."""
    readers = around.readers.get(pad.output, [])
    return pad.output != around.graph.output and all(_takes(around, pad, node) for node in readers)


def _takes(around: _Around, pad: FloatNode, node: FloatNode) -> bool:
    if node.op not in _WINDOWED:
        return False
    own, window = node.attributes["pads"], node.attributes["window"]
    pads = _sum(pad.attributes["pads"], own)
    if any(max(pair) >= size for pair, size in zip(pads, window, strict=True)):
        return False
    if node.op == "average_pool":
        return not any(map(any, own))
    source = around.by_output.get(pad.inputs[0])
    positive = source is not None and source.attributes.get("function") in _NEVER_NEGATIVE
    return node.op != "max_pool" or positive


def _sum(a: Pads, b: Pads) -> Pads:
    return tuple((p[0] + q[0], p[1] + q[1]) for p, q in zip(a, b, strict=True))


def _identity(around: _Around, pad: FloatNode) -> FloatNode:
    """Return a depthwise convolution that copies its input and pads it."""
    pads = pad.attributes["pads"]
    window = tuple(before + after + 1 for before, after in pads)
    channels = around.graph.shapes[pad.output][-1]
    kernel = np.zeros((*window, channels))
    kernel[tuple(after for _, after in pads)] = 1
    wide = tuple((sum(pair), sum(pair)) for pair in pads)
    settings = {"window": window, "strides": (1,) * len(pads), "pads": wide}
    return replace(
        pad, op="depthwise", attributes={**settings, "kernel": kernel, "bias": np.zeros(channels)}
    )


def _scale(around: _Around, node: FloatNode) -> list[FloatNode] | None:
    """Take a scaling into the weights, or the scaling, before it."""
    before = around.before(node)
    if node.op != "scale" or before is None:
        return None
    scale, offset = node.attributes["scale"], node.attributes["offset"]
    settings = before.attributes
    if before.op == "scale" and len(settings["scale"]) == len(scale):
        inner = {"scale": settings["scale"] * scale, "offset": settings["offset"] * scale + offset}
        return [replace(before, output=node.output, attributes=inner)]
    if before.op not in _WEIGHTED or len(settings["bias"]) != len(scale):
        return None
    weights = {"kernel": settings["kernel"] * scale, "bias": settings["bias"] * scale + offset}
    return [replace(before, output=node.output, attributes={**settings, **weights})]


def _step(around: _Around, node: FloatNode) -> list[FloatNode] | None:
    """Let a recurrent layer return its last state only."""
    before = around.before(node)
    if node.op != "last_step" or before is None or not before.attributes.get("sequences"):
        return None
    return [
        replace(before, output=node.output, attributes={**before.attributes, "sequences": False})
    ]


def _reshape(around: _Around, node: FloatNode) -> list[FloatNode] | None:
    """Merge two reshapes."""
    before = around.before(node)
    if node.op != "reshape" or before is None or before.op != "reshape":
        return None
    return [replace(node, inputs=before.inputs)]


def _curve(around: _Around, node: FloatNode) -> list[FloatNode] | None:
    """Make an activation part of the layer with weights before it."""
    before = around.before(node)
    if node.op != "curve" or before is None or before.op not in _WEIGHTED:
        return None
    if "function" in before.attributes:
        return None
    attributes = {**before.attributes, "function": node.attributes["function"]}
    return [replace(before, output=node.output, attributes=attributes)]
