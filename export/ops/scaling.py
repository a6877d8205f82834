"""Scalings and reshapes, which `fold` merges into their neighbours: no kernel runs them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..graph.graph import Node
from .operation import Floats, Operation, Steps
from .weighted import real


class ScaleShift(Operation):
    """`x * scale + offset`: one for all, per channel (last axis), or per number of a sample."""

    name = "scale_shift"
    layers = {"BatchNormalization": "", "Normalization": "", "Rescaling": ""}
    named_as_layer = True
    float_attributes = frozenset({"scale", "offset"})
    is_scaling = True

    def lower(self, layer: Any) -> Steps:
        """Return the scaling; for a batch normalization, that of its moving statistics."""
        if hasattr(layer, "moving_variance"):
            scale = real(layer.gamma) / np.sqrt(real(layer.moving_variance) + layer.epsilon)
            offset = real(layer.beta) - real(layer.moving_mean) * scale
        else:
            scale = np.asarray(layer.scale, dtype=np.float64)
            offset = np.asarray(layer.offset, dtype=np.float64)
        return [(self.name, {"scale": scale, "offset": offset})]

    def float_forward(self, *inputs: Floats, **attributes: Any) -> Floats:
        """Return `x * scale + offset`."""
        (x,) = inputs
        rows = x.reshape(len(x), -1)
        scale, offset = (
            np.tile(v, rows.shape[1] // np.size(v))
            for v in (attributes["scale"], attributes["offset"])
        )
        return np.asarray((rows * scale + offset).reshape(x.shape))

    def with_shapes(self, node: Node, shapes: list[tuple[int, ...]]) -> Node:
        """Return the scaling with one number for all, or one per entry of the last axis."""
        channels = shapes[0][-1:]
        changed = {
            name: v.reshape(1) if v.ndim == 0 else np.broadcast_to(v, channels)
            for name, v in node.attributes.items()
        }
        return node.with_attributes(**changed)

    def absorb_behind(self, node: Node, scale: Floats, offset: Floats) -> Node | None:
        """Return both scalings combined."""
        inner = node.attributes
        return node.with_attributes(
            scale=inner["scale"] * scale, offset=inner["offset"] * scale + offset
        )


class Reshape(Operation):
    """Give each sample another shape; nothing changes in memory."""

    name = "reshape"
    layers = {"Flatten": "", "Reshape": ""}
    named_as_layer = True
    float_attributes = frozenset()
    is_alias = True

    def lower(self, layer: Any) -> Steps:
        """Return the operation."""
        return [(self.name, {})]

    def float_forward(self, *inputs: Floats, **attributes: Any) -> Floats:
        """Return one row per sample."""
        (x,) = inputs
        return x.reshape(len(x), -1)


OPERATIONS: tuple[Operation, ...] = (ScaleShift(), Reshape())
