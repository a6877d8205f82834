"""Activation functions: element-wise curves, and softmax over the last axis."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .errors import unknown
from .tape import record
from .tensor import Array, Tensor

LEAKY_RELU_ALPHA = 0.01


def linear(x: Tensor) -> Tensor:
    """Give x itself."""
    return x


def relu(x: Tensor) -> Tensor:
    """Give max(x, 0); the derivative at 0 is taken as 0."""
    y = np.maximum(x.data, 0)
    return record(y, (x, lambda dy: dy * (y > 0)))


def leaky_relu(x: Tensor) -> Tensor:
    """Give x where it is positive, 0.01 x elsewhere."""
    slope = np.where(x.data > 0, x.dtype.type(1), x.dtype.type(LEAKY_RELU_ALPHA))
    return record(x.data * slope, (x, lambda dy: dy * slope))


def sigmoid(x: Tensor) -> Tensor:
    """Give 1 / (1 + e**-x)."""
    y = logistic(x.data)
    return record(y, (x, lambda dy: dy * (y * (1 - y))))


def tanh(x: Tensor) -> Tensor:
    """Give the hyperbolic tangent."""
    y = np.tanh(x.data)
    return record(y, (x, lambda dy: dy * (1 - y * y)))


def softmax(x: Tensor) -> Tensor:
    """Give e**x divided by its sum over the last axis: probabilities that add up to 1."""
    y = normalized_exp(x.data)
    return record(y, (x, lambda dy: y * (dy - (dy * y).sum(axis=-1, keepdims=True))))


def step(x: Tensor) -> Tensor:
    """Give 1 where x >= 0, else 0. It has no useful derivative: nothing learns through it."""
    return Tensor((x.data >= 0).astype(x.dtype))


def sign(x: Tensor) -> Tensor:
    """Give +1 where x >= 0, else -1. It has no useful derivative: nothing learns through it."""
    return Tensor(np.where(x.data >= 0, x.dtype.type(1), x.dtype.type(-1)))


def logistic(x: Array) -> Array:
    """Give the sigmoid of an array without overflow: e**-|x| never exceeds 1."""
    e = np.exp(-np.abs(x))
    positive = 1 / (1 + e)
    return np.asarray(np.where(x >= 0, positive, e * positive))


def normalized_exp(x: Array) -> Array:
    """Give the softmax of an array without overflow: the largest exponent is 0."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    e /= e.sum(axis=-1, keepdims=True)
    return np.asarray(e)


ActivationFunction = Callable[[Tensor], Tensor]

ACTIVATIONS: dict[str, ActivationFunction] = {
    function.__name__: function
    for function in (step, sign, linear, sigmoid, tanh, relu, leaky_relu, softmax)
}

NOT_DIFFERENTIABLE = ("step", "sign")


def get(name: str | None) -> ActivationFunction:
    """Give the activation called `name`; None is linear. Raises ThumbnetError for another name."""
    if name is None:
        return linear
    if name not in ACTIVATIONS:
        raise unknown("activation", name, ACTIVATIONS)
    return ACTIVATIONS[name]
