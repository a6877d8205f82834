"""The sum of two tensors of an imported network, each times an integer, as onnxruntime rounds it.

onnxruntime computes the sum in float32. The importer finds two factors whose exact sums are in the
same order, so that steps give every one of its results.
"""

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
from .attribute_kinds import Whole
from .operation import Operation
from .stepped import CONSTANT, LIMIT_STEPS, SEARCH_COST, Stepped, stepped_kernel

MOST_FACTOR = 2**20
"""Two products of such a factor and a byte stay below 2**29 together."""

ADD_LEVELS = stepped_kernel("add_levels", ("n", "x_at", "w_at", "y_at", "ka", "kb"))


class AddLevels(Stepped):
    """Return the level of `ka * a + kb * b`; b may be a constant."""

    name = "add_levels"
    title = "add"
    takes = range(1, 3)
    integer_attributes = {
        **dict.fromkeys(("ka", "kb"), Whole(-MOST_FACTOR, MOST_FACTOR)),
        **{"steps": LIMIT_STEPS, "constant": CONSTANT},
    }
    kernels = (ADD_LEVELS,)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the levels of the sums."""
        a = inputs[0].reshape(len(inputs[0]), -1)
        b = inputs[1].reshape(a.shape) if len(inputs) > 1 else attributes["constant"][None]
        sums = attributes["ka"] * a + attributes["kb"] * b.astype(np.int64)
        return climb(sums, attributes["steps"])

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield tensors of different sizes."""
        yield from super().integer_faults(graph, node)
        sizes = [prod(graph.tensors[name].shape) for name in (*node.inputs, node.output)]
        sizes += [len(node.attributes["constant"])] if "constant" in node.attributes else []
        if len({*sizes}) != 1:
            yield f"tensors of {sizes} values: two inputs and the output must have as many"

    def cycles(self, node: Node, outputs: int, cost: Cycles) -> float:
        """Return the cycles of two products and a search for each output."""
        return (SEARCH_COST + 5) * outputs * cost.mac

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call; the second tensor is passed as `w`."""
        target, attributes = node.output, node.attributes
        other = node.inputs[1] if len(node.inputs) > 1 else ""
        words = {
            **{"n": prod(graph.tensors[target].shape), "w_at": places.get(other, 0)},
            **{"x_at": places.get(node.inputs[0], 0), "y_at": places.get(target, 0)},
            **{name: int(attributes[name]) for name in ("ka", "kb")},
        }
        call = Call(
            ADD_LEVELS,
            node.inputs[0],
            target,
            ADD_LEVELS.head(words),
            channels=attributes["steps"][:, None],
            table=b"" if other else attributes["constant"].tobytes(),
            other=other,
        )
        return [call]


OPERATIONS: tuple[Operation, ...] = (AddLevels(),)
