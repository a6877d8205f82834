"""The matrix product of two tensors of an imported network."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np

from ..boards.processors import Cycles
from ..graph.arithmetic import ACCUMULATOR_LIMIT, ACTIVATION_MAX, Ints
from ..graph.graph import Graph, Node
from ..graph.staircase import climb
from ..kernels.build import Build
from ..kernels.call import Call
from .attribute_kinds import Whole
from .operation import Operation
from .stepped import CONSTANT, LEVEL, LIMIT_STEPS, SEARCH_COST, Stepped, stepped_kernel

_SIZES = ("batches", "rows", "inner", "columns")

MATMUL_LEVELS = stepped_kernel(
    "matmul_levels",
    (*_SIZES, "x_at", "w_at", "y_at", "x_zero_point", "w_zero_point"),
)


class MatmulLevels(Stepped):
    """Return the levels of (batches, rows, inner) times (batches, columns, inner), transposed.

    The second factor may be a constant.
    """

    name = "matmul_levels"
    title = "matrix product"
    takes = range(1, 3)
    integer_attributes = {
        **dict.fromkeys(_SIZES, Whole(1, 2**24)),
        **dict.fromkeys(("x_zero_point", "w_zero_point"), LEVEL),
        **{"steps": LIMIT_STEPS, "constant": CONSTANT},
    }
    kernels = (MATMUL_LEVELS,)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the levels of the sums, (n, batches * rows * columns)."""
        batches, rows, inner, columns = (attributes[name] for name in _SIZES)
        n = len(inputs[0])
        b = inputs[1] if len(inputs) > 1 else attributes["constant"].astype(np.int64)
        x = inputs[0].reshape(n, batches, rows, inner) - attributes["x_zero_point"]
        w = b.reshape(-1, batches, columns, inner) - attributes["w_zero_point"]
        sums = x @ w.transpose(0, 1, 3, 2)
        return climb(sums.reshape(n, -1), attributes["steps"])

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield sizes that do not fit the tensors, and sums that do not fit 30 bits."""
        yield from super().integer_faults(graph, node)
        a = node.attributes
        batches, rows, inner, columns = (a[name] for name in _SIZES)
        sizes = [prod(graph.tensors[name].shape) for name in node.inputs]
        sizes += [len(a["constant"])] if "constant" in a else []
        sizes.append(prod(graph.tensors[node.output].shape))
        needed = [batches * rows * inner, batches * columns * inner, batches * rows * columns]
        if sizes != needed:
            yield f"tensors of {sizes} values, but {needed} are needed"
        if inner * ACTIVATION_MAX**2 >= ACCUMULATOR_LIMIT:
            yield f"a sum of {inner} products could reach 2**29: at most 8256 can be added"

    def cycles(self, node: Node, outputs: int, cost: Cycles) -> float:
        """Return the cycles of the products, and of a search for each output."""
        return float(SEARCH_COST + 4 * node.attributes["inner"]) * outputs * cost.mac

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call; the second factor is passed as `w`."""
        target, attributes = node.output, node.attributes
        other = node.inputs[1] if len(node.inputs) > 1 else ""
        words = {
            **{name: int(attributes[name]) for name in _SIZES},
            **{"x_at": places.get(node.inputs[0], 0), "w_at": places.get(other, 0)},
            "y_at": places.get(target, 0),
            **{name: int(attributes[name]) for name in ("x_zero_point", "w_zero_point")},
        }
        call = Call(
            MATMUL_LEVELS,
            node.inputs[0],
            target,
            MATMUL_LEVELS.head(words),
            channels=attributes["steps"][:, None],
            table=b"" if other else attributes["constant"].tobytes(),
            other=other,
        )
        return [call]


OPERATIONS: tuple[Operation, ...] = (MatmulLevels(),)
