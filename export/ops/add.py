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

SUM = {
    **{name: Whole() for name in ("ka", "kb", "bias", "zero_point")},
    **{name: Whole() for name in ("shift", "activation_min", "activation_max")},
}
"""The attributes of a sum of two tensors at a common scale."""

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
    integer_attributes = SUM
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
        b = builder.tensors[node.inputs[1]]
        assert isinstance(b.scale, float)
        quantize_sum(builder, node, (b.scale, b.zero_point), {})

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return `(ka * a + kb * b + bias) >> shift`, clamped.

        The bias contains zero points and rounding.
        """
        a, b = inputs
        return integer_sum(a.reshape(len(a), -1), b.reshape(len(a), -1), attributes)

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield tensors of different sizes, and sums that could exceed 31 bits."""
        shapes = [graph.tensors[name].shape for name in node.inputs]
        if len(shapes) != 2 or prod(shapes[0]) != prod(shapes[1]):
            yield f"tensors of shape {shapes} cannot be added: there must be two, of equal size"
        yield from sum_faults(node)

    def in_place(self, graph: Graph, node: Node) -> dict[str, int]:
        """Return both tensors: each byte is read just before its sum is written."""
        return dict.fromkeys(node.inputs, 0)

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call; the second tensor is passed as `w`."""
        (a, b), target = node.inputs, node.output
        head = sum_words(graph, node, *(places.get(name, 0) for name in (a, b, target)))
        return [Call(ADD, a, target, head, other=b)]


def quantize_sum(
    builder: Builder, node: Node, other: tuple[float, int], more: dict[str, Any]
) -> None:
    """Add a sum as `(ka * a + kb * b + bias) >> shift`.

    other: scale and zero point of b. more: attributes in addition to those of the sum.
    """
    a_scale, a_zero = builder.source(node)
    b_scale, b_zero = other
    out, low, high = builder.written_range(node)
    scale, zero_point = affine(low, high, builder.holds_zero(out.name))
    # The zero point is shifted as well.
    scale, zero_point = coarser(scale, zero_point, max(a_scale, b_scale) / _MOST_FACTOR * 2)
    if not -256 < zero_point < 512:
        scale, zero_point = affine(low, high, True)
    largest = max(a_scale, b_scale) / scale
    shift = _MOST_SHIFT
    while round(largest * 2**shift) > _MOST_FACTOR // 2:
        shift -= 1
    if shift < 1:
        raise ThumbnetError(
            f"export: {node.output} is far smaller than the tensors that it adds: "
            "normalize these first"
        )
    ka, kb = (round(s / scale * 2**shift) for s in (a_scale, b_scale))
    bias = (zero_point << shift) + (1 << (shift - 1)) - ka * a_zero - kb * b_zero
    attributes = {
        "ka": ka,
        "kb": kb,
        "bias": bias,
        "shift": shift,
        **more,
    }
    builder.add_clamped(node, attributes, out, scale, zero_point)


def integer_sum(a: Ints, b: Ints, at: dict[str, Any]) -> Ints:
    """Return the sum of two arrays that broadcast, with the attributes of a node."""
    total = (at["ka"] * a + at["kb"] * b + at["bias"]) >> at["shift"]
    return np.asarray(np.clip(total, at["activation_min"], at["activation_max"]))


def sum_faults(node: Node) -> Iterator[str]:
    """Yield factors with which a sum could exceed 31 bits."""
    a = node.attributes
    if ACTIVATION_MAX * (abs(a["ka"]) + abs(a["kb"])) + abs(a["bias"]) >= SMALL_INT_LIMIT:
        yield "the sum could reach 2**30: use a smaller shift"
    if not 1 <= a["shift"] <= 20:
        yield f"shift is {a['shift']}: it must be from 1 to 20"


def sum_words(graph: Graph, node: Node, x_at: int, w_at: int, y_at: int) -> tuple[int, ...]:
    """Return the words of `p`."""
    names = ("ka", "kb", "bias", "shift", "activation_min", "activation_max")
    numbers = (int(node.attributes[name]) for name in names)
    return (prod(graph.tensors[node.output].shape), x_at, w_at, y_at, *numbers)


OPERATIONS: tuple[Operation, ...] = (Add(),)
