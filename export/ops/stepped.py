"""What operations share whose sums become bytes by a staircase, see `graph/staircase.py`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..graph.arithmetic import ACCUMULATOR_LIMIT, ACTIVATION_MAX
from ..graph.graph import Graph, Node
from ..kernels.kernel import Kernel
from .attribute_kinds import Array, Kind, Whole, optional
from .operation import Operation

LIMIT_STEPS = Array(axes=(ACTIVATION_MAX,), low=-ACCUMULATOR_LIMIT, high=ACCUMULATOR_LIMIT)
"""The sums at which the levels 1 to 255 begin."""

LEVEL = Whole(0, ACTIVATION_MAX)

SEARCH_COST = 40
"""Instructions to find a level among the steps, roughly."""

CONSTANT: Kind = optional(Array("uint8", ("constants",)))
"""The second input, where it is a constant: it is no tensor of the graph then."""


def stepped_kernel(name: str, words: tuple[str, ...]) -> Kernel:
    """Return a kernel whose words end with the steps."""
    return Kernel(name, words, repeated=("sum",), repeated_for="level", allocates=True)


class Stepped(Operation):
    """The base of operations with the attribute `steps`."""

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield steps that fall, and a second input that is missing or there twice."""
        if np.any(np.diff(node.attributes["steps"]) < 0):
            yield "the steps must not fall"
        given = len(node.inputs) + ("constant" in node.attributes)
        if self.takes.stop > 2 and given != self.takes.stop - 1:
            yield f"it has {given} inputs, the constant included: {self.takes.stop - 1} are needed"
