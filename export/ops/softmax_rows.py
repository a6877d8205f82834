"""Softmax within the network: the last axis of a uint8 tensor becomes shares of 1, in uint8."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import floor, log2, prod
from typing import Any

import numpy as np

from thumbnet.trainer import CURVES

from ..boards.processors import Cycles
from ..graph.arithmetic import ACTIVATION_MAX, SMALL_INT_LIMIT, Ints
from ..graph.graph import Graph, Node
from ..kernels.build import Build
from ..kernels.call import Call
from ..kernels.kernel import Kernel
from ..quantizer.builder import Builder
from .attribute_kinds import Array, Whole
from .checks import size_faults
from .operation import Floats, Operation

SOFTMAX_ROWS = Kernel(
    "softmax_rows",
    ("rows", "columns", "x_at", "y_at", "halvings"),
    title="a softmax before the last layer",
)

_ONE = 2**14
"""The exponential of 0, in the table: `_ONE * reciprocal` stays below 2**29."""

_SHARE = ACTIVATION_MAX << 21
"""What is divided by a sum of 15 bits: the reciprocal has at most 15 bits as well."""

_MOST_COLUMNS = SMALL_INT_LIMIT // _ONE - 1
"""A sum of so many exponentials stays below 2**30."""

_MOST_HALVINGS = 12
"""At least one bit is left to round away."""

_VALUE = 7
"""Cost of one value, in products: three passes over the row."""


class SoftmaxRows(Operation):
    """`e**x / sum(e**x)` over the last axis."""

    name = "softmax_rows"
    title = "softmax (table)"
    float_attributes = frozenset()
    integer_attributes = {
        "exponentials": Array(axes=(256,), low=0, high=_ONE),
        "halvings": Whole(0, _MOST_HALVINGS),
    }
    kernels = (SOFTMAX_ROWS,)

    def float_forward(self, *inputs: Floats, **attributes: Any) -> Floats:
        """Return the shares."""
        return CURVES["softmax"](inputs[0])

    def quantize(self, builder: Builder, node: Node) -> None:
        """Add the operation: a table of the exponentials, and 255 steps up to the largest share.

        That is 1, halved as often as no share of the calibration exceeds it: of many columns, none
        may come near 1.
        """
        step, _ = builder.source(node)
        exponentials = np.floor(_ONE * np.exp(-step * np.arange(256.0)) + 0.5).astype(np.int64)
        out = replace(builder.floats.tensors[node.output], dtype="uint8")
        halvings = min(max(floor(-log2(max(out.range[1], 1e-9))), 0), _MOST_HALVINGS)
        out = replace(out, scale=_scale(halvings), zero_point=0)
        attributes = {"exponentials": exponentials, "halvings": halvings}
        builder.add(Node(self.name, node.inputs, out.name, attributes), out)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return 255 times the shares, doubled `halvings` times, at most 255.

        The distance from the largest value of a row selects an exponential. The sum of a row is
        shortened to 15 bits and inverted; an exponential times the reciprocal, without its lowest
        8 bits, is shifted and rounded half up.
        """
        (x,) = inputs
        e = attributes["exponentials"][x.max(axis=-1, keepdims=True) - x]
        total = e.sum(axis=-1, keepdims=True)
        drop = np.maximum(np.frexp(total)[1] - 15, 0).astype(np.int64)
        reciprocal = _SHARE // (total >> drop)
        shift = 13 + drop - attributes["halvings"]
        shares = (e * reciprocal >> 8) + (1 << shift - 1) >> shift
        return np.asarray(np.minimum(shares, ACTIVATION_MAX))

    def shape_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield a result of another shape."""
        source, target = graph.tensors[node.inputs[0]].shape, graph.tensors[node.output].shape
        yield from size_faults(graph, node)
        if source[-1] != target[-1]:
            yield f"rows of {source[-1]} values do not become rows of {target[-1]}"

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield a sum that could reach 2**30, and a largest exponential that is not 2**14."""
        columns, exponentials = (
            graph.tensors[node.output].shape[-1],
            node.attributes["exponentials"],
        )
        if columns > _MOST_COLUMNS:
            yield f"{columns} columns: the sum of their exponentials could reach 2**30"
        if exponentials[0] != _ONE:
            yield f"the exponential of 0 is {exponentials[0]}: it must be {_ONE}"
        target = graph.tensors[node.output]
        scale = _scale(node.attributes["halvings"])
        if (target.scale, target.zero_point) != (scale, 0):
            yield f"{target}: its scale must be {scale:.6g}, and its zero point 0"

    def cycles(self, node: Node, outputs: int, cost: Cycles) -> float:
        """Return the cycles of all values; those of the division of each row are few."""
        return _VALUE * outputs * cost.mac

    def in_place(self, graph: Graph, node: Node) -> dict[str, int]:
        """Return the input: after a row's sum, each byte is read just before it is written."""
        return dict.fromkeys(node.inputs, 0)

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call; `w` has the low bytes of the exponentials, then the high ones."""
        (source,), target = node.inputs, node.output
        shape = graph.tensors[target].shape
        places_of = (places.get(source, 0), places.get(target, 0))
        head = (prod(shape[:-1]), shape[-1], *places_of, int(node.attributes["halvings"]))
        exponentials = node.attributes["exponentials"]
        table = bytes((exponentials & 255).tolist()) + bytes((exponentials >> 8).tolist())
        return [Call(SOFTMAX_ROWS, source, target, head, table=table)]


def _scale(halvings: int) -> float:
    """Return the share that one step stands for."""
    return 2.0**-halvings / ACTIVATION_MAX


OPERATIONS: tuple[Operation, ...] = (SoftmaxRows(),)
