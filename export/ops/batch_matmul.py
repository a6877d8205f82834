"""Batch matmul: the matrix products of two tensors, as in attention."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np

from thumbnet.trainer import affine

from ..boards.processors import Cycles
from ..graph.arithmetic import (
    ACCUMULATOR_LIMIT,
    ACTIVATION_MAX,
    Ints,
    quantize_multiplier,
    requantize,
)
from ..graph.graph import Graph, Node
from ..graph.matrix_product import MatrixProduct
from ..kernels.build import Build
from ..kernels.call import Call
from ..kernels.kernel import Kernel
from ..quantizer.builder import Builder
from ..quantizer.output_scale import coarser, finest_output
from .attribute_kinds import Sizes, Whole
from .operation import Floats, Operation
from .weighted import LIMIT_WORDS, limit_words

BATCH_MATMUL = Kernel(
    "batch_matmul",
    (
        *("batch", "rows", "inner", "columns", "x_at", "w_at", "y_at"),
        *("x_batch", "x_row", "x_inner", "w_batch", "w_inner", "w_column"),
        *("y_batch", "y_row", "y_column", "x_zero_point", "w_zero_point"),
        *(*LIMIT_WORDS, "multiplier", "shift"),
    ),
    title="a product of two tensors",
)

_OUTPUT = 0.5
"""Cost of one output relative to that of a dense layer: the kernel is set up only once."""


_PRODUCT = 2.0
"""Cost of one product relative to that of a weight: 1.6 in bytecode and viper, 2.6 in assembly."""


class BatchMatmul(Operation):
    """`a @ b` of two stacks of matrices; `product` says how both lie in their tensors."""

    name = "batch_matmul"
    title = "product of two tensors"
    float_attributes = frozenset({"product"})
    integer_attributes = {
        **{"product": Sizes(13)},
        **{name: Whole(0, ACTIVATION_MAX) for name in ("a_zero_point", "b_zero_point")},
        **{name: Whole() for name in (*LIMIT_WORDS, "multiplier", "shift")},
    }
    takes = range(2, 3)
    kernels = (BATCH_MATMUL,)

    def float_forward(self, *inputs: Floats, **attributes: Any) -> Floats:
        """Return the products, in the order in which they lie in the result."""
        return MatrixProduct.of(attributes).multiply(*inputs)

    def needs_zero(self, node: Node, known: set[str]) -> bool:
        """Return True: sums of products are small if both zero points are."""
        return True

    def quantize(self, builder: Builder, node: Node) -> None:
        """Add the operation."""
        a, b = (builder.tensors[name] for name in node.inputs)
        assert isinstance(a.scale, float)
        assert isinstance(b.scale, float)
        step = a.scale * b.scale
        out, low, high = builder.written_range(node)
        scale, zero_point = affine(low, high, builder.holds_zero(out.name))
        scale, zero_point = coarser(scale, zero_point, finest_output(np.array([step])))
        multiplier, shift = quantize_multiplier(step / scale)
        attributes = {
            "product": tuple(node.attributes["product"]),
            "a_zero_point": a.zero_point,
            "b_zero_point": b.zero_point,
            "multiplier": multiplier,
            "shift": shift,
        }
        builder.add_clamped(node, attributes, out, scale, zero_point)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the clamped and requantized sums of `(a - a_zero_point) * (b - b_zero_point)`."""
        a, b = inputs
        at = attributes
        # float64 represents these integers (below 2**29) exactly, and BLAS multiplies them fast.
        left, right = (a - at["a_zero_point"]), (b - at["b_zero_point"])
        acc = MatrixProduct.of(at).multiply(left.astype(np.float64), right.astype(np.float64))
        q = at["zero_point"] + requantize(acc.astype(np.int64), at["multiplier"], at["shift"])
        return np.asarray(np.clip(q, at["activation_min"], at["activation_max"]))

    def shape_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield a product that does not fit its tensors."""
        if len(node.inputs) == 2:
            sizes = (prod(graph.tensors[name].shape) for name in (*node.inputs, node.output))
            yield from MatrixProduct.of(node.attributes).faults(*sizes)

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield sums that could reach 2**29."""
        a = node.attributes
        reach = MatrixProduct.of(a).inner
        for name in ("a_zero_point", "b_zero_point"):
            reach *= max(a[name], ACTIVATION_MAX - a[name])
        if reach >= ACCUMULATOR_LIMIT:
            yield f"a sum could reach {reach}, the limit is 2**29: split the product"

    def gathered(self, node: Node) -> int:
        """Return the values that the reference copies from both tensors."""
        return MatrixProduct.of(node.attributes).gathered

    def macs(self, node: Node) -> int:
        """Return the products of all sums."""
        return MatrixProduct.of(node.attributes).macs

    def product_cost(self, node: Node, cost: Cycles) -> float:
        """Return the cost of one product: both operands have strides and zero points."""
        return _PRODUCT

    def cycles(self, node: Node, outputs: int, cost: Cycles) -> float:
        """Return the cycles of the outputs; the products are counted by `macs`."""
        return _OUTPUT * outputs * cost.output

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call; the second tensor is passed as `w`."""
        (a, b), target = node.inputs, node.output
        names = (name.replace("a_", "x_").replace("b_", "w_") for name in MatrixProduct._fields)
        words = dict(zip(names, node.attributes["product"], strict=True))
        words |= {
            name: places.get(at, 0)
            for name, at in zip(("x_at", "w_at", "y_at"), (a, b, target), strict=True)
        }
        words |= {
            f"{x}_zero_point": int(node.attributes[f"{k}_zero_point"]) for x, k in ("xa", "wb")
        }
        words |= {name: int(node.attributes[name]) for name in ("multiplier", "shift")}
        head = BATCH_MATMUL.head(words | limit_words(node))
        return [Call(BATCH_MATMUL, a, target, head, other=b)]


OPERATIONS: tuple[Operation, ...] = (BatchMatmul(),)
