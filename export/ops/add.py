"""Add: the sum of two tensors, element by element."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np

from thumbnet.trainer import ThumbnetError, affine

from ..graph.arithmetic import ACTIVATION_MAX, SMALL_INT_LIMIT, Ints
from ..graph.graph import Graph, Node
from ..kernels.build import Build
from ..kernels.call import Call
from ..kernels.kernel import Kernel
from ..quantizer.builder import Builder
from ..quantizer.output_scale import coarser
from .attribute_kinds import Whole
from .operation import Floats, Operation, Steps

ADD = Kernel(
    "add",
    (
        *("n", "x_at", "w_at", "y_at", "ka", "kb", "bias", "shift"),
        *("activation_min", "activation_max"),
    ),
    absent={"plain": ("x_at", "w_at", "y_at")},
)

_MOST_SHIFT = 20
"""With this shift, two factors times 255 plus the zero point stay below 2**30."""

_MOST_FACTOR = 2**20


class Add(Operation):
    """Add two tensors at a common scale."""

    name = "add"
    layers = {"Add": "add"}
    named_as_layer = True
    most_inputs = 2
    float_attributes = frozenset()
    integer_attributes = {
        **{name: Whole() for name in ("ka", "kb", "bias", "zero_point")},
        **{name: Whole() for name in ("shift", "activation_min", "activation_max")},
    }
    takes = range(2, 3)
    kernels = (ADD,)

    def lower(self, layer: Any) -> Steps:
        """Return the sum."""
        return [(self.name, {})]

    def float_forward(self, *inputs: Floats, **attributes: Any) -> Floats:
        """Return `a + b`."""
        a, b = inputs
        return a + b.reshape(a.shape)

    def needs_zero(self, node: Node, known: set[str]) -> bool:
        """Return True: the bias contains both zero points, so they have to be small."""
        return True

    def quantize(self, builder: Builder, node: Node) -> None:
        """Add the sum as `(ka * a + kb * b + bias) >> shift`."""
        a, b = (builder.tensors[name] for name in node.inputs)
        assert isinstance(a.scale, float)
        assert isinstance(b.scale, float)
        out, low, high = builder.written_range(node)
        scale, zero_point = affine(low, high, builder.holds_zero(out.name))
        # The zero point is shifted as well.
        scale, zero_point = coarser(scale, zero_point, max(a.scale, b.scale) / _MOST_FACTOR * 2)
        if not -256 < zero_point < 512:
            scale, zero_point = affine(low, high, True)
        largest = max(a.scale, b.scale) / scale
        shift = _MOST_SHIFT
        while round(largest * 2**shift) > _MOST_FACTOR // 2:
            shift -= 1
        if shift < 1:
            raise ThumbnetError(
                f"export: {node.output} is far smaller than the tensors that it adds: "
                "normalize these first"
            )
        ka, kb = (round(s / scale * 2**shift) for s in (a.scale, b.scale))
        bias = (zero_point << shift) + (1 << (shift - 1)) - ka * a.zero_point - kb * b.zero_point
        attributes = {
            "ka": ka,
            "kb": kb,
            "bias": bias,
            "shift": shift,
        }
        builder.add_clamped(node, attributes, out, scale, zero_point)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return `(ka * a + kb * b + bias) >> shift`, clamped.

        The bias contains zero points and rounding.
        """
        (a, b), at = inputs, attributes
        a = a.reshape(len(a), -1)
        total = (at["ka"] * a + at["kb"] * b.reshape(a.shape) + at["bias"]) >> at["shift"]
        return np.asarray(np.clip(total, at["activation_min"], at["activation_max"]))

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield tensors of different sizes, and sums that could exceed 31 bits."""
        a = node.attributes
        shapes = [graph.tensors[name].shape for name in node.inputs]
        if len(shapes) != 2 or prod(shapes[0]) != prod(shapes[1]):
            yield f"tensors of shape {shapes} cannot be added: there must be two, of equal size"
        if ACTIVATION_MAX * (abs(a["ka"]) + abs(a["kb"])) + abs(a["bias"]) >= SMALL_INT_LIMIT:
            yield "the sum could reach 2**30: use a smaller shift"
        if not 1 <= a["shift"] <= 20:
            yield f"shift is {a['shift']}: it must be from 1 to 20"

    def in_place(self, graph: Graph, node: Node) -> dict[str, int]:
        """Return both tensors: each byte is read just before its sum is written."""
        return dict.fromkeys(node.inputs, 0)

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call; the second tensor is passed as `w`."""
        (a, b), target = node.inputs, node.output
        names = ("ka", "kb", "bias", "shift", "activation_min", "activation_max")
        numbers = (int(node.attributes[name]) for name in names)
        at = (places.get(name, 0) for name in (a, b, target))
        head = (prod(graph.tensors[target].shape), *at, *numbers)
        return [Call(ADD, a, target, head, other=b)]


OPERATIONS: tuple[Operation, ...] = (Add(),)
