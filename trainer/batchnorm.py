"""Batch normalization (Ioffe and Szegedy 2015)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from .errors import ThumbnetError
from .layers import Layer, Shape
from .tape import record
from .tensor import Array, Tensor, Variable


class BatchNormalization(Layer):
    """gamma * (x - mean) / sqrt(variance + epsilon) + beta, for every feature (the last axis).

    In training, mean and variance are those of the batch, and the moving ones follow them:
    moving = momentum * moving + (1 - momentum) * batch. Otherwise the moving ones are used.
    gamma, beta, moving_mean, moving_variance: Variables (features,). Keras's defaults.
    """

    def __init__(
        self, momentum: float = 0.99, epsilon: float = 1e-3, name: str | None = None
    ) -> None:
        super().__init__(name)
        if not 0 <= momentum < 1 or not epsilon > 0:
            raise ThumbnetError(
                f"BatchNormalization: momentum {momentum} must be in [0, 1) "
                f"and epsilon {epsilon} positive"
            )
        self.momentum = float(momentum)
        self.epsilon = float(epsilon)
        self.gamma: Variable
        self.beta: Variable
        self.moving_mean: Variable
        self.moving_variance: Variable

    def _create(self, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Shape:
        zeros, ones = np.zeros(input_shape[-1:]), np.ones(input_shape[-1:])
        self.gamma = Variable(ones, f"{self.name}/gamma", dtype=dtype)
        self.beta = Variable(zeros, f"{self.name}/beta", dtype=dtype)
        self.moving_mean = Variable(zeros, f"{self.name}/moving_mean", False, dtype)
        self.moving_variance = Variable(ones, f"{self.name}/moving_variance", False, dtype)
        return input_shape

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Normalize; the shape stays."""
        if not training:
            mean, variance = self.moving_mean.data, self.moving_variance.data
            factor = 1 / np.sqrt(variance + self.epsilon)
            return (x - mean) * factor * self.gamma + self.beta
        others = tuple(range(x.ndim - 1))
        mean, variance = x.data.mean(axis=others), x.data.var(axis=others)
        self._follow(self.moving_mean.data, mean)
        self._follow(self.moving_variance.data, variance)
        return _normalize(x, mean, 1 / np.sqrt(variance + self.epsilon)) * self.gamma + self.beta

    def _follow(self, moving: Array, batch: Array) -> None:
        moving *= self.momentum
        moving += (1 - self.momentum) * batch

    def get_config(self) -> dict[str, Any]:
        """Give the settings as JSON types."""
        return {"momentum": self.momentum, "epsilon": self.epsilon, **super().get_config()}


def _normalize(x: Tensor, mean: Array, factor: Array) -> Tensor:
    """(x - mean) * factor where mean and factor = 1 / std were taken from x itself.

    A change of one x moves the mean and the standard deviation of its whole batch, so its own
    derivative loses what is common to the batch, and what is parallel to the result.
    """
    y = (x.data - mean) * factor
    others = tuple(range(x.ndim - 1))

    def through_x(dy: Array) -> Array:
        common = dy.mean(axis=others)
        parallel = (dy * y).mean(axis=others)
        return np.asarray(factor * (dy - common - y * parallel))

    return record(y, (x, through_x))
