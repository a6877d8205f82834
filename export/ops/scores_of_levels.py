"""The scores of a network that ends with bytes: each level minus its zero point, as int32."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np

from ..graph.arithmetic import ACTIVATION_MAX, Ints
from ..graph.graph import Graph, Node
from ..kernels.build import Build
from ..kernels.call import Call
from ..kernels.kernel import Kernel
from .attribute_kinds import Array
from .operation import Operation

SCORES_OF_LEVELS = Kernel("scores_of_levels", ("outputs", "x_at", "y_at", "x_zero_point"))

MOST_OUTPUTS = 100
"""Maximum number of tensors that a network returns."""


class ScoresOfLevels(Operation):
    """Return `q - x_zero_point` of one tensor after the other.

    These scores times the tensor's scale are real numbers.
    """

    name = "scores_of_levels"
    title = "scores"
    integer_attributes = {"x_zero_point": Array(axes=("inputs",), low=0, high=ACTIVATION_MAX)}
    takes = range(1, MOST_OUTPUTS + 1)
    writes = "int32"
    kernels = (SCORES_OF_LEVELS,)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the scores, (n, scores)."""
        pairs = zip(inputs, attributes["x_zero_point"], strict=True)
        return np.concatenate([x.reshape(len(x), -1) - zero for x, zero in pairs], axis=1)

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield zero points and scores that do not fit the tensors."""
        if len(node.attributes["x_zero_point"]) != len(node.inputs):
            yield f"there are {len(node.inputs)} tensors: each needs an x_zero_point"
        values = sum(prod(graph.tensors[name].shape) for name in node.inputs)
        if graph.tensors[node.output].shape != (values,):
            yield f"the scores have shape {graph.tensors[node.output].shape}, expected ({values},)"

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return a call for each tensor."""
        made, at = [], 0
        for source, zero in zip(node.inputs, node.attributes["x_zero_point"], strict=True):
            outputs = prod(graph.tensors[source].shape)
            head = (outputs, places.get(source, 0), at, int(zero))
            made.append(Call(SCORES_OF_LEVELS, source, node.output, head, wide=True))
            at += outputs
        return made


OPERATIONS: tuple[Operation, ...] = (ScoresOfLevels(),)
