"""Differentiable operations: one line for the value, and one for each operand's derivative.

`dy` is the derivative of the loss with respect to the operation's result. Broadcasting needs no
special care: the tape sums each derivative down to its operand's shape. The arithmetic behind the
operators of `Tensor` is in `tensor`, and can be called from here as well.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..arrays import Array
from .tensor import (
    Tensor,
    add,
    as_tensor,
    divide,
    matmul,
    multiply,
    negative,
    power,
    record,
    subtract,
)

__all__ = [
    "absolute",
    "add",
    "as_tensor",
    "clip",
    "dense",
    "divide",
    "exp",
    "log",
    "matmul",
    "mean",
    "multiply",
    "negative",
    "power",
    "reshape",
    "square",
    "subtract",
    "sum",
    "swap_axes",
    "transpose",
]


def square(a: Tensor) -> Tensor:
    """Return a * a."""
    return record(a.data * a.data, (a, lambda dy: dy * (2 * a.data)))


def absolute(a: Tensor) -> Tensor:
    """Return |a|; the derivative at 0 is taken as 0."""
    return record(np.abs(a.data), (a, lambda dy: dy * np.sign(a.data)))


def exp(a: Tensor) -> Tensor:
    """Return e**a."""
    y = np.exp(a.data)
    return record(y, (a, lambda dy: dy * y))


def log(a: Tensor) -> Tensor:
    """Return the natural logarithm of a."""
    return record(np.log(a.data), (a, lambda dy: dy / a.data))


def clip(a: Tensor, low: float, high: float) -> Tensor:
    """Return a limited to [low, high]; the derivative is 0 where the limit applies."""
    inside = (a.data >= low) & (a.data <= high)
    return record(np.clip(a.data, low, high), (a, lambda dy: dy * inside))


def dense(x: Tensor, kernel: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return x @ kernel + bias, (n, k) @ (k, m) + (m,) -> (n, m), in one operation.

    The same as `matmul` and `add`, but it writes and reads one array less.
    """
    y = x.data @ kernel.data
    through_x = (x, lambda dy: dy @ kernel.data.T)
    through_kernel = (kernel, lambda dy: x.data.T @ dy)
    if bias is None:
        return record(y, through_x, through_kernel)
    y += bias.data
    return record(y, through_x, through_kernel, (bias, lambda dy: dy.sum(axis=0)))


def transpose(a: Tensor) -> Tensor:
    """Return the matrix with its axes in the opposite order."""
    return record(a.data.T, (a, lambda dy: dy.T))


def swap_axes(a: Tensor, first: int, second: int) -> Tensor:
    """Return the same values with two axes exchanged."""
    return record(a.data.swapaxes(first, second), (a, lambda dy: dy.swapaxes(first, second)))


def reshape(a: Tensor, shape: Sequence[int]) -> Tensor:
    """Return the same values in another shape; -1 stands for whatever size is left."""
    return record(a.data.reshape(shape), (a, lambda dy: dy.reshape(a.shape)))


def sum(a: Tensor, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Return the sum of all elements, or the sum along one axis."""
    y = np.asarray(a.data.sum(axis=axis, keepdims=keepdims))

    def spread(dy: Array) -> Array:
        if axis is not None and not keepdims:
            dy = np.expand_dims(dy, axis)
        return np.broadcast_to(dy, a.shape)

    return record(y, (a, spread))


def mean(a: Tensor, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Return the mean of all elements, or the mean along one axis."""
    count = a.data.size if axis is None else a.shape[axis]
    return sum(a, axis, keepdims) * (1.0 / count)
