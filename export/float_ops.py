"""What each operation of the float stages means, in NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def scale_shift(x: Floats, *, scale: Floats, offset: Floats) -> Floats:
    """`x * scale + offset`, per feature or for all."""
    return x * scale + offset


def dense(x: Floats, *, kernel: Floats, bias: Floats) -> Floats:
    """`x @ kernel + bias`; x (n, inputs), kernel (inputs, outputs)."""
    return x @ kernel + bias


def reshape(x: Floats) -> Floats:
    """One row a sample."""
    return x.reshape(len(x), -1)


def softmax(x: Floats) -> Floats:
    """Probabilities along the last axis."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


def sigmoid(x: Floats) -> Floats:
    """`1 / (1 + exp(-x))`, written so that nothing overflows."""
    return 0.5 + 0.5 * np.tanh(0.5 * x)


CURVES: dict[str, Callable[[Floats], Floats]] = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0.0),
    "leaky_relu": lambda x: np.where(x >= 0, x, 0.01 * x),
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "step": lambda x: np.where(x >= 0, 1.0, 0.0),
    "sign": lambda x: np.where(x >= 0, 1.0, -1.0),
    "softmax": softmax,
}
"""The trainer's activations: step and sign give 1 at zero, leaky_relu has slope 0.01."""


def activation(x: Floats, *, function: str) -> Floats:
    """`CURVES[function]` of every element (softmax: of every row)."""
    return CURVES[function](x)


FLOAT_OPS: dict[str, Callable[..., Any]] = {
    "scale_shift": scale_shift,
    "dense": dense,
    "reshape": reshape,
    "activation": activation,
}
