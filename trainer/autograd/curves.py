"""The basic curves of plain arrays: what `activations` differentiates and the exporter tabulates.

Every curve keeps the dtype of its input, so the same functions serve training in float32 and the
exporter in float64. The sigmoid is the one exception: it has a form for each. `logistic` is exact
to the last digits for very negative inputs too, as losses need it. `sigmoid` is one `tanh`, which
differs from it by a rounding; the tables of exported modules are made with it and must not change.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Array

LEAKY_RELU_ALPHA = 0.01
"""Slope of leaky_relu for negative inputs."""


def linear(x: Array) -> Array:
    """Return x itself."""
    return x


def relu(x: Array) -> Array:
    """Return max(x, 0)."""
    return np.asarray(np.maximum(x, 0))


def leaky_relu(x: Array) -> Array:
    """Return x where it is not negative, 0.01 x elsewhere."""
    return np.asarray(np.where(x >= 0, x, LEAKY_RELU_ALPHA * x))


def logistic(x: Array) -> Array:
    """Return 1 / (1 + e**-x) without overflow: e**-|x| never exceeds 1. For training."""
    e = np.exp(-np.abs(x))
    positive = 1 / (1 + e)
    return np.asarray(np.where(x >= 0, positive, e * positive))


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + e**-x) as one tanh. For the exporter's float64."""
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * x))


def tanh(x: Array) -> Array:
    """Return the hyperbolic tangent."""
    return np.asarray(np.tanh(x))


def step(x: Array) -> Array:
    """Return 1 where x >= 0, else 0."""
    return (x >= 0).astype(x.dtype)


def sign(x: Array) -> Array:
    """Return +1 where x >= 0, else -1."""
    return np.asarray(np.where(x >= 0, x.dtype.type(1), x.dtype.type(-1)))


def softmax(x: Array) -> Array:
    """Return e**x divided by its sum over the last axis, without overflow."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    e /= e.sum(axis=-1, keepdims=True)
    return np.asarray(e)
