"""What operations share that combine two tensors, element by element, and find levels by steps."""

from __future__ import annotations

from abc import abstractmethod
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
from ..kernels.kernel import Kernel
from .stepped import SEARCH_COST, Stepped, stepped_kernel


def pair_kernel(name: str, words: tuple[str, str]) -> Kernel:
    """Return a kernel with two words of its own; the second tensor is passed as `w`."""
    return stepped_kernel(name, ("n", "x_at", "w_at", "y_at", *words))


class SteppedPair(Stepped):
    """The base of operations that return the level of a sum or product; b may be a constant.

    Attributes
    ----------
    words
        The attributes that the kernel takes as words of `p`.
    combined_cost
        Instructions for an output besides the search for its level, roughly.

    """

    takes = range(1, 3)
    words: tuple[str, str]
    combined_cost: int

    @abstractmethod
    def combine(self, a: Ints, b: Ints, attributes: dict[str, Any]) -> Ints:
        """Return what the steps turn into levels, for each pair of levels."""

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the levels."""
        a = inputs[0].reshape(len(inputs[0]), -1)
        b = inputs[1].reshape(a.shape) if len(inputs) > 1 else attributes["constant"][None]
        return climb(self.combine(a, b.astype(np.int64), attributes), attributes["steps"])

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield tensors of different sizes."""
        yield from super().integer_faults(graph, node)
        sizes = [prod(graph.tensors[name].shape) for name in (*node.inputs, node.output)]
        sizes += [len(node.attributes["constant"])] if "constant" in node.attributes else []
        if len({*sizes}) != 1:
            yield f"tensors of {sizes} values: two inputs and the output must have as many"

    def cycles(self, node: Node, outputs: int, cost: Cycles) -> float:
        """Return the cycles of a combination and a search for each output."""
        return (SEARCH_COST + self.combined_cost) * outputs * cost.mac

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call; the second tensor is passed as `w`."""
        target, attributes = node.output, node.attributes
        other = node.inputs[1] if len(node.inputs) > 1 else ""
        words = {
            **{"n": prod(graph.tensors[target].shape), "w_at": places.get(other, 0)},
            **{"x_at": places.get(node.inputs[0], 0), "y_at": places.get(target, 0)},
            **{name: int(attributes[name]) for name in self.words},
        }
        (kernel,) = self.kernels
        call = Call(
            kernel,
            node.inputs[0],
            target,
            kernel.head(words),
            channels=attributes["steps"][:, None],
            table=b"" if other else attributes["constant"].tobytes(),
            other=other,
        )
        return [call]
