"""A part of fold: the scaling of the input keeps only positive scales."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from ..graph.graph import Node, TensorSpec
from ..ops import operation, scaling_as_layer
from ..ops.operation import Floats


def make_scale_positive(nodes: list[Node], tensors: dict[str, TensorSpec]) -> None:
    """Move negative and zero scales of the input, which its integers cannot have, behind it.

    They go into the weights of the layers that read the input. If one of these has no weights, or
    pads an input whose constant would then not be 0, they become a layer of their own.

    Parameters
    ----------
    nodes
        The folded nodes, whose first is the scaling of the input; changed in place.
    tensors
        Their tensors; gets that of an added layer.

    """
    scaling, shape = nodes[0], tensors["x"].shape
    size = math.prod(shape)
    scale, offset = (
        np.broadcast_to(scaling.attributes[name], size) for name in ("scale", "offset")
    )
    if np.all(scale > 0):
        return
    sign, fixed = np.where(scale < 0, -1.0, 1.0), scale == 0
    nodes[0] = scaling.with_attributes(
        scale=np.where(fixed, 1.0, scale * sign), offset=np.where(fixed, 0.0, offset * sign)
    )
    moved = {"scale": np.where(fixed, 0.0, sign), "offset": np.where(fixed, offset, 0.0)}
    behind = replace(scaling, inputs=("x",), attributes=moved)
    taken = [_absorbed(node, behind, shape[-1]) if "x" in node.inputs else node for node in nodes]
    absorbed = [node for node in taken if node is not None]
    if len(absorbed) == len(nodes):
        nodes[:] = absorbed
        return
    layer = _as_layer(behind, shape, tensors)
    rest = [
        replace(node, inputs=tuple(layer.output if name == "x" else name for name in node.inputs))
        for node in nodes[1:]
    ]
    nodes[1:] = [layer, *rest]


def _absorbed(node: Node, scaling: Node, channels: int) -> Node | None:
    """Return a layer with the scaling of the input folded into its weights; None if impossible."""
    op = operation(node)
    if op.pads(node) and np.any(scaling.attributes["offset"]):
        return None
    if not op.weights_per_feature:
        scaling = _cut(scaling, channels)
    return op.absorb_before(node, scaling)


def _as_layer(scaling: Node, shape: tuple[int, ...], tensors: dict[str, TensorSpec]) -> Node:
    """Return the scaling as a layer, and add its tensor."""
    name = "x_scaled"
    while name in tensors:
        name += "_"
    channels = shape[-1]
    if all(_repeats(values, channels) for values in scaling.attributes.values()):
        scaling = _cut(scaling, channels)
    else:  # behind a Flatten: each number has its own
        shape = (math.prod(shape),)
    tensors[name] = TensorSpec(name, shape, "float32")
    return scaling_as_layer(replace(scaling, output=name), shape)


def _repeats(values: Floats, channels: int) -> bool:
    return bool(np.all(values.reshape(-1, channels) == values[:channels]))


def _cut(scaling: Node, channels: int) -> Node:
    """Return a scaling that is the same at every position, with one number per channel."""
    return scaling.with_attributes(
        **{name: values[:channels] for name, values in scaling.attributes.items()}
    )
