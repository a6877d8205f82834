"""The sum of two tensors of an imported network, each times an integer, as onnxruntime rounds it.

onnxruntime computes the sum in float32. The importer finds two factors whose exact sums are in the
same order, so that steps give every one of its results.
"""

from __future__ import annotations

from typing import Any

from ..graph.arithmetic import Ints
from .attribute_kinds import Whole
from .operation import Operation
from .stepped import CONSTANT, LIMIT_STEPS
from .stepped_pair import SteppedPair, pair_kernel

MOST_FACTOR = 2**20
"""Two products of such a factor and a byte stay below 2**29 together."""

FACTORS = ("ka", "kb")

ADD_LEVELS = pair_kernel("add_levels", FACTORS)


class AddLevels(SteppedPair):
    """Return the level of `ka * a + kb * b`; b may be a constant."""

    name = "add_levels"
    title = "add"
    integer_attributes = {
        **dict.fromkeys(FACTORS, Whole(-MOST_FACTOR, MOST_FACTOR)),
        **{"steps": LIMIT_STEPS, "constant": CONSTANT},
    }
    kernels = (ADD_LEVELS,)
    words = FACTORS
    combined_cost = 5

    def combine(self, a: Ints, b: Ints, attributes: dict[str, Any]) -> Ints:
        """Return the sums."""
        sums: Ints = attributes["ka"] * a + attributes["kb"] * b
        return sums


OPERATIONS: tuple[Operation, ...] = (AddLevels(),)
