"""Penalties on large weights, added to the loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..autograd.tensor import Tensor, record
from ..errors import ThumbnetError


@dataclass(frozen=True)
class L2:
    """factor * sum(w**2), as Keras defines it: the derivative is 2 * factor * w.

    Attributes
    ----------
    factor : float
        Strength of the penalty.
    """

    factor: float = 0.01

    def __call__(self, weights: Tensor) -> Tensor:
        """Return the penalty of a tensor of weights as a scalar."""
        flat = weights.data.reshape(-1)
        penalty = np.asarray(self.factor * np.dot(flat, flat), dtype=weights.dtype)
        return record(penalty, (weights, lambda dy: (2 * self.factor * dy) * weights.data))


def l2(factor: float = 0.01) -> L2:
    """Return the L2 penalty.

    Parameters
    ----------
    factor : float
        Strength of the penalty.

    Returns
    -------
    L2
        For `kernel_regularizer`.
    """
    return L2(factor)


def get(value: L2 | float | str | None) -> L2 | None:
    """Look up a penalty.

    Parameters
    ----------
    value : L2, float, "l2" or None
        A penalty, its factor, the default penalty, or none.

    Returns
    -------
    L2 or None

    Raises
    ------
    ThumbnetError
        If `value` is anything else, or a negative factor.
    """
    if value is None or isinstance(value, L2):
        return value
    if value == "l2":
        return L2()
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0:
        return L2(float(value))
    raise ThumbnetError(f"unknown regularizer {value!r}: give l2(0.01), 'l2' or None")
