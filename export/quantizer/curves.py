"""The trainer's curves: what an activation computes, in NumPy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


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
