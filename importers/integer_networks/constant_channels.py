"""Exact shrinking: channels that have one value, whatever the input, move into the next bias.

Training leaves channels whose weights are so small that no input changes their rounded output, or
whose relu is never positive. What such a channel adds to the next convolution is a constant.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.export import Graph, Node, TensorSpec, Window, operation

Ints = npt.NDArray[np.int64]

CONV, DEPTHWISE = "conv_xnnpack", "depthwise_conv_xnnpack"
PER_CHANNEL = (DEPTHWISE, "average_pool_tflite", "max_pool")
"""Operations whose output channel depends on the input channel of the same number only."""

VARIES = -1
ONE = (2**23, 23)
"""1.0 as mantissa and shift."""


def without_constant_channels(graph: Graph) -> Graph:
    """Return the graph without the channels that can be removed; every score stays the same.

    Parameters
    ----------
    graph
        A fused integer graph of an imported network, perhaps with sums beyond 31 bits in constant
        channels.

    """
    values: dict[str, Ints] = {}
    nodes = []
    for node in graph.nodes:
        found = _constants(node, graph, values)
        values[node.output] = found
        nodes.append(_plain(node, found) if node.op in (CONV, DEPTHWISE) else node)
    graph = graph.rebuilt(nodes)
    for node in graph.nodes:
        if node.op == CONV:
            graph = _removed(graph, node.output, values)
    return graph


def _constants(node: Node, graph: Graph, values: dict[str, Ints]) -> Ints:
    """Return the level that each channel of a node's output always has, or VARIES."""
    channels = graph.tensors[node.output].shape[-1] if graph.tensors[node.output].shape else 1
    nothing = np.full(channels, VARIES)
    if node.op not in (CONV, *PER_CHANNEL):
        return nothing
    known = values.get(node.inputs[0], nothing)
    window = Window(*node.attributes["window"])
    if len(known) != window.channels:
        known = np.full(window.channels, VARIES)
    if node.op not in (CONV, DEPTHWISE):
        return known
    low, high = np.where(known == VARIES, 0, known), np.where(known == VARIES, 255, known)
    if window.padded:
        pad = node.attributes["pad"]
        low, high = np.minimum(low, pad), np.maximum(high, pad)
    weight = node.attributes["weight"].astype(np.int64)
    if node.op == CONV:
        weight = weight.reshape(len(weight), window.taps, window.channels)
    else:
        weight, low, high = weight[:, :, None], low[:, None, None], high[:, None, None]
    positive, negative = np.maximum(weight, 0), np.minimum(weight, 0)
    ends = [
        (positive * a + negative * b).sum(axis=(1, 2)) + node.attributes["bias"]
        for a, b in ((low, high), (high, low))
    ]
    first, last = (_rescaled(node, end) for end in ends)
    return np.where(first == last, first, VARIES)


def _rescaled(node: Node, acc: Ints) -> Ints:
    """Return the outputs of a node for one sum of each channel."""
    zeros = np.zeros((len(acc), 1), np.int8)
    one = Window(1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1)
    plain = node.with_attributes(weight=zeros, bias=acc, window=tuple(one))
    call = operation(replace(plain, op=CONV))
    levels: Ints = call.integer_forward(np.zeros((1, 1, 1, 1), np.int64), **plain.attributes)
    return levels.reshape(-1)


def _plain(node: Node, found: Ints) -> Node:
    """Return the node with weights of 0 and a scale of 1 in its constant channels."""
    which = found != VARIES
    a = {name: np.array(node.attributes[name]) for name in ("weight", "bias", "mantissa", "shift")}
    a["weight"][which] = 0
    a["bias"][which] = found[which] - node.attributes["zero_point"]
    a["mantissa"][which], a["shift"][which] = ONE
    return node.with_attributes(**a)


def _removed(graph: Graph, tensor: str, values: dict[str, Ints]) -> Graph:
    """Return the graph without the channels of a tensor that no later convolution needs."""
    chain = [tensor]
    kept = {*graph.outputs, *(state.after for state in graph.states)}
    while True:
        readers = graph.consumers(chain[-1])
        if len(readers) != 1 or chain[-1] in kept:
            return graph
        (reader,) = readers
        if reader.op not in PER_CHANNEL:
            break
        chain.append(reader.output)
    known = values[chain[-1]]
    if reader.op != CONV or len(known) != Window(*reader.attributes["window"]).channels:
        return graph
    gone = known != VARIES
    if Window(*reader.attributes["window"]).padded:
        gone &= known == reader.attributes["pad"]
    if gone.all():
        gone[0] = False
    if not gone.any():
        return graph
    changed: dict[str, Node] = {}
    tensors: dict[str, TensorSpec] = {}
    for name in chain:
        node, spec = graph.producer(name), graph.tensors[name]
        assert node is not None
        changed[name] = _kept(node, ~gone)
        tensors[name] = replace(spec, shape=(*spec.shape[:-1], int((~gone).sum())))
        values[name] = values[name][~gone]
    changed[reader.output] = _absorbed(reader, known, gone)
    return graph.rebuilt([changed.get(node.output, node) for node in graph.nodes], tensors)


def _kept(node: Node, keep: npt.NDArray[np.bool_]) -> Node:
    """Return a node that computes fewer channels; also of the input if it works on each alone."""
    changes: dict[str, Any] = {}
    for name in ("weight", "bias", "mantissa", "shift"):
        if name in node.attributes:
            changes[name] = node.attributes[name][keep]
    if node.op in PER_CHANNEL:
        window = Window(*node.attributes["window"])
        changes["window"] = tuple(window._replace(channels=int(keep.sum())))
    return node.with_attributes(**changes)


def _absorbed(node: Node, known: Ints, gone: npt.NDArray[np.bool_]) -> Node:
    """Return a convolution without some input channels; their products are in its bias."""
    window = Window(*node.attributes["window"])
    weight = node.attributes["weight"].astype(np.int64)
    weight = weight.reshape(len(weight), window.taps, window.channels)
    constant = (weight[:, :, gone] * known[gone]).sum(axis=(1, 2))
    kept = weight[:, :, ~gone].reshape(len(weight), -1).astype(np.int8)
    return node.with_attributes(
        weight=kept,
        bias=node.attributes["bias"] + constant,
        window=tuple(window._replace(channels=int((~gone).sum()))),
    )
