"""Stage 2, fold: one input scaling, then dense layers and their curves; nothing else is left."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np

from thumbnet.trainer import ThumbnetError

from .graph import Graph, Node, Tensor


def fold(graph: Graph) -> Graph:
    """Return `scale_shift, (dense, activation*)+`, computing what `graph` computes.

    Batch normalization goes into the dense layer before it, or after it, whichever is next to it.
    The input's scaling stays, with a positive scale for every feature: a negative or zero scale
    goes into the first dense layer's weights.

    Raises
    ------
    ThumbnetError
        If a scaling stands where no dense layer can take it, or there is no dense layer.

    """
    size = math.prod(graph.tensors[graph.input].shape)
    tensors = {graph.input: replace(graph.tensors[graph.input], shape=(size,))}
    nodes: list[Node] = [
        Node("scale_shift", (graph.input,), "x", {"scale": np.ones(1), "offset": np.zeros(1)})
    ]
    tensors["x"] = Tensor("x", (size,), "float32")
    for node in graph.nodes:
        if node.op == "reshape":
            continue
        nodes.append(replace(node, inputs=(nodes[-1].output,)))
        shape = graph.tensors[node.output].shape
        tensors[node.output] = replace(graph.tensors[node.output], shape=(math.prod(shape),))
        _merge_last(nodes)
    _check_form(nodes)
    _make_scale_positive(nodes)
    last = nodes[-1].output
    return replace(graph, outputs=(last,)).rebuilt(nodes, tensors, stage="fold")


def _merge_last(nodes: list[Node]) -> None:
    """Merge the newest node into the one before it, where that leaves the result as it is."""
    before, node = nodes[-2], nodes[-1]
    merged = None
    if node.op == "scale_shift" and before.op in ("scale_shift", "dense"):
        scale, offset = node.attributes["scale"], node.attributes["offset"]
        if before.op == "dense":
            kernel, bias = before.attributes["kernel"], before.attributes["bias"]
            merged = before.with_attributes(kernel=kernel * scale, bias=bias * scale + offset)
        else:
            inner = before.attributes
            merged = before.with_attributes(
                scale=inner["scale"] * scale, offset=inner["offset"] * scale + offset
            )
    elif node.op == "dense" and before.op == "scale_shift" and len(nodes) > 2:
        scale, offset = before.attributes["scale"], before.attributes["offset"]
        kernel, bias = node.attributes["kernel"], node.attributes["bias"]
        offset = np.broadcast_to(offset, kernel.shape[:1])
        scale = np.broadcast_to(scale, kernel.shape[:1])
        merged = replace(node, inputs=before.inputs).with_attributes(
            kernel=kernel * scale[:, None], bias=bias + offset @ kernel
        )
    if merged is not None:
        output = before.output if before.output == "x" else node.output
        nodes[-2:] = [replace(merged, output=output)]


def _check_form(nodes: list[Node]) -> None:
    for before, node in pairwise(nodes):
        if node.op == "scale_shift":
            raise ThumbnetError(
                f"export: {node.output} follows {before.output} and no Dense comes after it: "
                "put the normalization before the activation, or a Dense behind it"
            )
        if node.op == "activation" and before.op == "scale_shift":
            raise ThumbnetError(
                f"export: {node.output} is applied to the input itself: put a Dense first"
            )
    if not any(node.op == "dense" for node in nodes):
        raise ThumbnetError("export: the model has no Dense layer: add one")


def _make_scale_positive(nodes: list[Node]) -> None:
    scaling, dense = nodes[0], nodes[1]
    kernel = dense.attributes["kernel"]
    features = kernel.shape[:1]
    scale = np.broadcast_to(scaling.attributes["scale"], features)
    if np.all(scale > 0):
        return
    offset = np.broadcast_to(scaling.attributes["offset"], features)
    sign = np.where(scale < 0, -1.0, 1.0)
    fixed = scale == 0
    bias = dense.attributes["bias"] + np.where(fixed, offset, 0.0) @ kernel
    nodes[0] = scaling.with_attributes(
        scale=np.where(fixed, 1.0, scale * sign), offset=np.where(fixed, 0.0, offset * sign)
    )
    kernel = np.where(fixed, 0.0, sign)[:, None] * kernel
    nodes[1] = dense.with_attributes(kernel=kernel, bias=bias)
