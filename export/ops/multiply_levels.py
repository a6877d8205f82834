"""The product of two tensors of an imported network, element by element."""

from __future__ import annotations

from typing import Any

from ..graph.arithmetic import Ints
from .operation import Operation
from .stepped import CONSTANT, LEVEL, LIMIT_STEPS
from .stepped_pair import SteppedPair, pair_kernel

ZERO_POINTS = ("x_zero_point", "w_zero_point")

MULTIPLY_LEVELS = pair_kernel("multiply_levels", ZERO_POINTS)


class MultiplyLevels(SteppedPair):
    """Return the level of `(a - x_zero_point) * (b - w_zero_point)`; b may be a constant."""

    name = "multiply_levels"
    title = "multiply"
    integer_attributes = {
        **dict.fromkeys(ZERO_POINTS, LEVEL),
        **{"steps": LIMIT_STEPS, "constant": CONSTANT},
    }
    kernels = (MULTIPLY_LEVELS,)
    words = ZERO_POINTS
    combined_cost = 4

    def combine(self, a: Ints, b: Ints, attributes: dict[str, Any]) -> Ints:
        """Return the products."""
        products: Ints = (a - attributes["x_zero_point"]) * (b - attributes["w_zero_point"])
        return products


OPERATIONS: tuple[Operation, ...] = (MultiplyLevels(),)
