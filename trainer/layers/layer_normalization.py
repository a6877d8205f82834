"""Layer normalization (Ba, Kiros and Hinton 2016)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..arrays import Array
from ..autograd import channelwise
from ..autograd.tensor import Tensor, Variable, record
from ..errors import ThumbnetError
from .layer import IntegerRole, Layer, Shape


class LayerNormalization(Layer):
    """gamma * (x - mean) / sqrt(variance + epsilon) + beta, over the features (the last axis).

    Mean and variance are those of the features at one position of one example, in training and in
    prediction.

    Parameters
    ----------
    epsilon : float
        Added to the variance.
    name : str, optional
        Unique in its model.

    Attributes
    ----------
    gamma, beta : Variable, shape (features,)

    Raises
    ------
    ThumbnetError
        If epsilon is not positive.
    """

    integer_role = IntegerRole.WEIGHTED
    always_int8 = True

    def __init__(self, epsilon: float = 1e-3, name: str | None = None) -> None:
        super().__init__(name)
        if not epsilon > 0:
            raise ThumbnetError(f"LayerNormalization: epsilon {epsilon} must be positive")
        self.epsilon = float(epsilon)
        self.gamma: Variable
        self.beta: Variable

    def _create(self, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Shape:
        size = input_shape[-1:]
        self.gamma = self._variable("gamma", size, lambda: np.ones(size), dtype)
        self.beta = self._variable("beta", size, lambda: np.zeros(size), dtype)
        return input_shape

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Normalize; the shape does not change."""
        gamma = self.gamma.data
        centered = x.data - _mean(x.data)
        factor = 1 / np.sqrt(_mean(centered * centered) + self.epsilon)
        normal = centered * factor

        def through_x(dy: Array) -> Array:
            # Changing one x moves the mean and the standard deviation of its whole row.
            dn = dy * gamma
            return np.asarray((dn - _mean(dn) - normal * _mean(dn * normal)) * factor)

        return record(
            normal * gamma + self.beta.data,
            (x, through_x),
            (self.gamma, lambda dy: channelwise.sums(dy * normal)),
            (self.beta, channelwise.sums),
        )

    def get_config(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        return {"epsilon": self.epsilon, **super().get_config()}


def _mean(values: Array) -> Array:
    """Return the mean over the last axis, which stays as an axis of size 1."""
    return np.asarray(values.mean(axis=-1, keepdims=True))
