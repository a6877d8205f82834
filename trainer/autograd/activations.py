"""Activation functions of tensors: the curves of `curves`, each with its derivative."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..errors import unknown
from . import curves
from .all_curves import typed
from .curves import LEAKY_RELU_ALPHA
from .parametric_curves import PAIRS, Pair, with_parameters
from .tensor import Tensor, record


def linear(x: Tensor) -> Tensor:
    """Return x itself."""
    return x


def relu(x: Tensor) -> Tensor:
    """Return max(x, 0); the derivative at 0 is taken as 0."""
    y = curves.relu(x.data)
    return record(y, (x, lambda dy: dy * (y > 0)))


def leaky_relu(x: Tensor) -> Tensor:
    """Return x where it is positive, 0.01 x elsewhere."""
    slope = np.where(x.data > 0, x.dtype.type(1), x.dtype.type(LEAKY_RELU_ALPHA))
    return record(x.data * slope, (x, lambda dy: dy * slope))


def sigmoid(x: Tensor) -> Tensor:
    """Return 1 / (1 + e**-x)."""
    y = curves.logistic(x.data)
    return record(y, (x, lambda dy: dy * (y * (1 - y))))


def tanh(x: Tensor) -> Tensor:
    """Return the hyperbolic tangent."""
    y = curves.tanh(x.data)
    return record(y, (x, lambda dy: dy * (1 - y * y)))


def softmax(x: Tensor) -> Tensor:
    """Return e**x divided by its sum over the last axis: probabilities that add up to 1."""
    y = curves.softmax(x.data)
    return record(y, (x, lambda dy: y * (dy - (dy * y).sum(axis=-1, keepdims=True))))


def step(x: Tensor) -> Tensor:
    """Return 1 where x >= 0, else 0. It has no useful derivative: nothing learns through it."""
    return Tensor(curves.step(x.data))


def sign(x: Tensor) -> Tensor:
    """Return +1 where x >= 0, else -1. It has no useful derivative: nothing learns through it."""
    return Tensor(curves.sign(x.data))


ActivationFunction = Callable[[Tensor], Tensor]


def _recorded(pair: Pair) -> ActivationFunction:
    """Return a curve as a function of tensors."""
    curve, slope = map(typed, pair)
    return lambda x: record(curve(x.data), (x, lambda dy: dy * slope(x.data)))


ACTIVATIONS: dict[str, ActivationFunction] = {
    **{
        function.__name__: function
        for function in (step, sign, linear, sigmoid, tanh, relu, leaky_relu, softmax)
    },
    **{name: _recorded(pair) for name, pair in PAIRS.items()},
}

NOT_DIFFERENTIABLE = ("step", "sign")


def get(name: str | None) -> ActivationFunction:
    """Look up an activation function.

    Parameters
    ----------
    name : str or None
        A key of `ACTIVATIONS`, or a name with numbers, such as "leaky_relu(0.2)", "elu(0.5)" and
        "clip(0,6)"; None stands for linear.

    Returns
    -------
    callable
        Maps a Tensor to a Tensor.

    Raises
    ------
    ThumbnetError
        If there is no such activation.
    """
    if name is None:
        return linear
    if name in ACTIVATIONS:
        return ACTIVATIONS[name]
    pair = with_parameters(name)
    if pair is None:
        raise unknown("activation", name, ACTIVATIONS)
    return _recorded(pair)
