"""The differentiable operations: a line of value, and a line of derivative for each operand.

`dy` is the derivative of the loss by the operation's result. Broadcasting needs no care here:
the tape sums each derivative down to its operand's shape.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from . import tape
from .tensor import Array, Operand, Tensor


def as_tensor(value: Operand, like: Tensor | None = None) -> Tensor:
    """Wrap an array or a number; a number takes the dtype of `like`, so float32 stays float32."""
    if isinstance(value, Tensor):
        return value
    if like is not None and np.ndim(value) == 0:
        return Tensor(np.asarray(value, dtype=like.dtype))
    return Tensor(np.asarray(value))


def _pair(a: Operand, b: Operand) -> tuple[Tensor, Tensor]:
    left = as_tensor(a, like=b if isinstance(b, Tensor) else None)
    return left, as_tensor(b, like=left)


def add(a: Operand, b: Operand) -> Tensor:
    """Give a + b."""
    a, b = _pair(a, b)
    return tape.record(a.data + b.data, (a, lambda dy: dy), (b, lambda dy: dy))


def subtract(a: Operand, b: Operand) -> Tensor:
    """Give a - b."""
    a, b = _pair(a, b)
    return tape.record(a.data - b.data, (a, lambda dy: dy), (b, lambda dy: -dy))


def multiply(a: Operand, b: Operand) -> Tensor:
    """Give a * b, element by element."""
    a, b = _pair(a, b)
    return tape.record(a.data * b.data, (a, lambda dy: dy * b.data), (b, lambda dy: dy * a.data))


def divide(a: Operand, b: Operand) -> Tensor:
    """Give a / b."""
    a, b = _pair(a, b)
    return tape.record(
        a.data / b.data,
        (a, lambda dy: dy / b.data),
        (b, lambda dy: -dy * a.data / (b.data * b.data)),
    )


def negative(a: Tensor) -> Tensor:
    """Give -a."""
    return tape.record(-a.data, (a, lambda dy: -dy))


def power(a: Tensor, exponent: float) -> Tensor:
    """Give a**exponent for a constant exponent."""
    return tape.record(a.data**exponent, (a, lambda dy: dy * (exponent * a.data ** (exponent - 1))))


def square(a: Tensor) -> Tensor:
    """Give a * a."""
    return tape.record(a.data * a.data, (a, lambda dy: dy * (2 * a.data)))


def absolute(a: Tensor) -> Tensor:
    """Give |a|; the derivative at 0 is taken as 0."""
    return tape.record(np.abs(a.data), (a, lambda dy: dy * np.sign(a.data)))


def exp(a: Tensor) -> Tensor:
    """Give e**a."""
    y = np.exp(a.data)
    return tape.record(y, (a, lambda dy: dy * y))


def log(a: Tensor) -> Tensor:
    """Give the natural logarithm of a."""
    return tape.record(np.log(a.data), (a, lambda dy: dy / a.data))


def clip(a: Tensor, low: float, high: float) -> Tensor:
    """Give a limited to [low, high]; no derivative flows where the limit holds."""
    inside = (a.data >= low) & (a.data <= high)
    return tape.record(np.clip(a.data, low, high), (a, lambda dy: dy * inside))


def matmul(a: Operand, b: Operand) -> Tensor:
    """Give the product of two matrices, (n, k) @ (k, m) -> (n, m)."""
    a, b = _pair(a, b)
    return tape.record(
        a.data @ b.data, (a, lambda dy: dy @ b.data.T), (b, lambda dy: a.data.T @ dy)
    )


def dense(x: Tensor, kernel: Tensor, bias: Tensor | None = None) -> Tensor:
    """Give x @ kernel + bias, (n, k) @ (k, m) + (m,) -> (n, m), in one operation.

    The same as `matmul` and `add`, with one array of the result's size less to write and read.
    """
    y = x.data @ kernel.data
    through_x = (x, lambda dy: dy @ kernel.data.T)
    through_kernel = (kernel, lambda dy: x.data.T @ dy)
    if bias is None:
        return tape.record(y, through_x, through_kernel)
    y += bias.data
    return tape.record(y, through_x, through_kernel, (bias, lambda dy: dy.sum(axis=0)))


def transpose(a: Tensor) -> Tensor:
    """Give the matrix with its axes in the opposite order."""
    return tape.record(a.data.T, (a, lambda dy: dy.T))


def reshape(a: Tensor, shape: Sequence[int]) -> Tensor:
    """Give the same values in another shape; -1 stands for what is left over."""
    return tape.record(a.data.reshape(shape), (a, lambda dy: dy.reshape(a.shape)))


def sum(a: Tensor, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Give the sum of all elements, or along one axis."""
    y = np.asarray(a.data.sum(axis=axis, keepdims=keepdims))

    def spread(dy: Array) -> Array:
        if axis is not None and not keepdims:
            dy = np.expand_dims(dy, axis)
        return np.broadcast_to(dy, a.shape)

    return tape.record(y, (a, spread))


def mean(a: Tensor, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Give the mean of all elements, or along one axis."""
    count = a.data.size if axis is None else a.shape[axis]
    return sum(a, axis, keepdims) * (1.0 / count)
