"""Batch normalization (Ioffe and Szegedy 2015)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..arrays import Array
from ..autograd import channelwise
from ..autograd.tensor import Tensor, Variable, record
from ..errors import ThumbnetError
from .layer import IntegerRole, Layer, Shape


class BatchNormalization(Layer):
    """gamma * (x - mean) / sqrt(variance + epsilon) + beta, for every feature (the last axis).

    In training, mean and variance are those of the batch, and the moving ones follow them:
    moving = momentum * moving + (1 - momentum) * batch. In prediction the moving ones are used.

    Parameters
    ----------
    momentum : float
        How slowly the moving statistics follow, at least 0 and less than 1.
    epsilon : float
        Added to the variance.
    name : str, optional
        Unique in its model.

    Attributes
    ----------
    gamma, beta, moving_mean, moving_variance : Variable, shape (features,)

    Raises
    ------
    ThumbnetError
        If a setting is out of range.
    """

    integer_role = IntegerRole.SCALES

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
        size = input_shape[-1:]

        def new(name: str, start: float, trainable: bool = True) -> Variable:
            return self._variable(name, size, lambda: np.full(size, start), dtype, trainable)

        self.gamma, self.beta = new("gamma", 1.0), new("beta", 0.0)
        self.moving_mean = new("moving_mean", 0.0, trainable=False)
        self.moving_variance = new("moving_variance", 1.0, trainable=False)
        if self.moving_variance.data.min() < 0:
            raise ThumbnetError(f"layer {self.name!r}: a moving variance is negative: train again")
        return input_shape

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Normalize; the shape does not change."""
        if not training:
            mean, variance = self.moving_mean.data, self.moving_variance.data
            scale = self.gamma * (1 / np.sqrt(variance + self.epsilon))
            return _scale_and_shift(x, scale, self.beta - scale * mean)
        count = x.data.size // x.shape[-1]
        mean = channelwise.sums(x.data) / count
        centered = x.data - channelwise.widen(mean, x.data)
        variance = channelwise.sums(centered * centered) / count
        self._follow(self.moving_mean.data, mean)
        self._follow(self.moving_variance.data, variance)
        normal = _normalize(x, centered, 1 / np.sqrt(variance + self.epsilon))
        return _scale_and_shift(normal, self.gamma, self.beta)

    def _follow(self, moving: Array, batch: Array) -> None:
        moving *= self.momentum
        moving += (1 - self.momentum) * batch

    def get_config(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        return {"momentum": self.momentum, "epsilon": self.epsilon, **super().get_config()}


def _normalize(x: Tensor, centered: Array, factor: Array) -> Tensor:
    """Return centered * factor, computed in place, for centered = x - mean and factor = 1 / std.

    Changing one x moves the mean and the standard deviation of its whole batch, so its own
    derivative loses what is common to the batch, and what is parallel to the result.
    """
    y = centered
    y *= channelwise.widen(factor, y)
    count = y.size // y.shape[-1]

    def through_x(dy: Array) -> Array:
        common = channelwise.sums(dy) / count
        parallel = channelwise.sums(dy * y) / count
        dx = y * channelwise.widen(-parallel, y)
        dx += dy
        dx -= channelwise.widen(common, y)
        dx *= channelwise.widen(factor, y)
        return np.asarray(dx)

    return record(y, (x, through_x))


def _scale_and_shift(x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """Return x * scale + shift with scale and shift (features,)."""
    y = x.data * channelwise.widen(scale.data, x.data)
    y += channelwise.widen(shift.data, y)
    return record(
        y,
        (x, lambda dy: dy * channelwise.widen(scale.data, dy)),
        (scale, lambda dy: channelwise.sums(dy * x.data)),
        (shift, channelwise.sums),
    )
