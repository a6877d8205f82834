"""Sums and means over axes of an imported network, which XNNPACK rescales in float32."""

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
from .stepped import LEVEL, LIMIT_STEPS, SEARCH_COST, Stepped, stepped_kernel

SUM_LEVELS = stepped_kernel("sum_levels", ("outer", "count", "inner", "x_at", "y_at", "bias"))


class SumLevels(Stepped):
    """Return the levels of sums over the middle axis of (outer, count, inner)."""

    name = "sum_levels"
    title = "sum"
    integer_attributes = {
        **dict.fromkeys(("outer", "count", "inner"), Whole(1, 2**24)),
        **{"x_zero_point": LEVEL, "steps": LIMIT_STEPS},
    }
    kernels = (SUM_LEVELS,)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the levels of the sums, (n, outer * inner)."""
        sizes = (attributes[name] for name in ("outer", "count", "inner"))
        x = inputs[0].reshape(len(inputs[0]), *sizes) - attributes["x_zero_point"]
        return np.asarray(climb(x.sum(axis=2), attributes["steps"]).reshape(len(x), -1))

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield sizes that do not fit the tensors, and sums that do not fit 30 bits."""
        yield from super().integer_faults(graph, node)
        outer, count, inner = (node.attributes[name] for name in ("outer", "count", "inner"))
        sizes = [prod(graph.tensors[name].shape) for name in (*node.inputs, node.output)]
        if sizes != [outer * count * inner, outer * inner]:
            yield f"{sizes[0]} values become {sizes[1]}, but the axes are {outer, count, inner}"
        if count * ACTIVATION_MAX >= ACCUMULATOR_LIMIT:
            yield "a sum could reach 2**29: take the mean in two steps"

    def cycles(self, node: Node, outputs: int, cost: Cycles) -> float:
        """Return the cycles of the sums, and of a search for each output."""
        return float(SEARCH_COST + 3 * node.attributes["count"]) * outputs * cost.mac

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call."""
        (source,), target, attributes = node.inputs, node.output, node.attributes
        words = {
            **{name: int(attributes[name]) for name in ("outer", "count", "inner")},
            **{"x_at": places.get(source, 0), "y_at": places.get(target, 0)},
            "bias": -int(attributes["count"]) * int(attributes["x_zero_point"]),
        }
        steps = attributes["steps"][:, None]
        return [Call(SUM_LEVELS, source, target, SUM_LEVELS.head(words), channels=steps)]


OPERATIONS: tuple[Operation, ...] = (SumLevels(),)
