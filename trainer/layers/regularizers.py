"""Penalties on large weights, added to the loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..autograd.tensor import Tensor, record
from ..errors import ThumbnetError


@dataclass(frozen=True)
class L2:
    """factor * sum(w**2), Keras's definition: the derivative is 2 * factor * w."""

    factor: float = 0.01

    def __call__(self, weights: Tensor) -> Tensor:
        """Give the penalty as a scalar."""
        flat = weights.data.reshape(-1)
        penalty = np.asarray(self.factor * np.dot(flat, flat), dtype=weights.dtype)
        return record(penalty, (weights, lambda dy: (2 * self.factor * dy) * weights.data))


def l2(factor: float = 0.01) -> L2:
    """Give the L2 penalty of strength `factor`."""
    return L2(factor)


def get(value: L2 | float | str | None) -> L2 | None:
    """Give the penalty named by an L2, a factor, "l2" or None; raises ThumbnetError otherwise."""
    if value is None or isinstance(value, L2):
        return value
    if value == "l2":
        return L2()
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0:
        return L2(float(value))
    raise ThumbnetError(f"unknown regularizer {value!r}: give l2(0.01), 'l2' or None")
