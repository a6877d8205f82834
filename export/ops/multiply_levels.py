"""The product of two tensors of an imported network, element by element."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np

from ..boards.processors import Cycles
from ..graph.arithmetic import Ints
from ..graph.graph import Graph, Node
from ..graph.staircase import climb
from ..kernels.build import Build
from ..kernels.call import Call
from .operation import Operation
from .stepped import CONSTANT, LEVEL, LIMIT_STEPS, SEARCH_COST, Stepped, stepped_kernel

MULTIPLY_LEVELS = stepped_kernel(
    "multiply_levels",
    ("n", "x_at", "w_at", "y_at", "x_zero_point", "w_zero_point"),
)


class MultiplyLevels(Stepped):
    """Return the level of `(a - x_zero_point) * (b - w_zero_point)`; b may be a constant."""

    name = "multiply_levels"
    title = "multiply"
    takes = range(1, 3)
    integer_attributes = {
        **dict.fromkeys(("x_zero_point", "w_zero_point"), LEVEL),
        **{"steps": LIMIT_STEPS, "constant": CONSTANT},
    }
    kernels = (MULTIPLY_LEVELS,)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the levels of the products."""
        a = inputs[0].reshape(len(inputs[0]), -1)
        b = inputs[1].reshape(a.shape) if len(inputs) > 1 else attributes["constant"][None]
        b = b.astype(np.int64)
        products = (a - attributes["x_zero_point"]) * (b - attributes["w_zero_point"])
        return climb(products, attributes["steps"])

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield tensors of different sizes."""
        yield from super().integer_faults(graph, node)
        sizes = [prod(graph.tensors[name].shape) for name in (*node.inputs, node.output)]
        sizes += [len(node.attributes["constant"])] if "constant" in node.attributes else []
        if len({*sizes}) != 1:
            yield f"tensors of {sizes} values: two inputs and the output must have as many"

    def cycles(self, node: Node, outputs: int, cost: Cycles) -> float:
        """Return the cycles of a product and a search for each output."""
        return (SEARCH_COST + 4) * outputs * cost.mac

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call; the second factor is passed as `w`."""
        target, attributes = node.output, node.attributes
        other = node.inputs[1] if len(node.inputs) > 1 else ""
        words = {
            **{"n": prod(graph.tensors[target].shape), "w_at": places.get(other, 0)},
            **{"x_at": places.get(node.inputs[0], 0), "y_at": places.get(target, 0)},
            **{name: int(attributes[name]) for name in ("x_zero_point", "w_zero_point")},
        }
        call = Call(
            MULTIPLY_LEVELS,
            node.inputs[0],
            target,
            MULTIPLY_LEVELS.head(words),
            channels=attributes["steps"][:, None],
            table=b"" if other else attributes["constant"].tobytes(),
            other=other,
        )
        return [call]


OPERATIONS: tuple[Operation, ...] = (MultiplyLevels(),)
