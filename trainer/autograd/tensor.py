"""`Tensor` and `Variable`: arrays with operators whose derivatives are recorded."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from ..arrays import Array
from ..errors import ThumbnetError
from .tape import PullBack, Value, note


class Tensor(Value):
    """An n-dimensional array that a `GradientTape` can follow.

    Parameters
    ----------
    data : ndarray
        The values. The array itself is used, not a copy.

    Attributes
    ----------
    tracked : bool
        Whether a derivative flows through this tensor. It is set for trainable variables and for
        everything computed from them.
    """

    __slots__ = ()
    __array_priority__ = 100.0  # so that `array * tensor` reaches Tensor.__rmul__

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the elements: float32 unless asked otherwise."""
        return self.data.dtype

    @property
    def ndim(self) -> int:
        """Number of axes: 0 for a scalar, 1 for a vector, 2 for a matrix."""
        return self.data.ndim

    def numpy(self) -> Array:
        """Return the values as a NumPy array that shares the tensor's memory."""
        return self.data

    def __add__(self, other: Operand) -> Tensor:
        return add(self, other)

    def __sub__(self, other: Operand) -> Tensor:
        return subtract(self, other)

    def __mul__(self, other: Operand) -> Tensor:
        return multiply(self, other)

    def __truediv__(self, other: Operand) -> Tensor:
        return divide(self, other)

    def __matmul__(self, other: Operand) -> Tensor:
        return matmul(self, other)

    def __pow__(self, exponent: float) -> Tensor:
        return power(self, exponent)

    def __radd__(self, other: Operand) -> Tensor:
        return add(other, self)

    def __rsub__(self, other: Operand) -> Tensor:
        return subtract(other, self)

    def __rmul__(self, other: Operand) -> Tensor:
        return multiply(other, self)

    def __rtruediv__(self, other: Operand) -> Tensor:
        return divide(other, self)

    def __rmatmul__(self, other: Operand) -> Tensor:
        return matmul(other, self)

    def __neg__(self) -> Tensor:
        return negative(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(shape={self.shape}, dtype={self.dtype}, {self.data!r})"


class Variable(Tensor):
    """A tensor that training changes in place: a weight, a bias, a moving mean.

    Parameters
    ----------
    value : array_like
        The initial values. They are copied, C-contiguous.
    name : str
        For messages and files.
    trainable : bool
        A variable with `trainable=False` is saved with its model, but no gradient reaches it.
    dtype : dtype
        float32 by default; float64 for gradient checks.
    """

    __slots__ = ("name", "trainable")

    def __init__(
        self,
        value: ArrayLike,
        name: str = "variable",
        trainable: bool = True,
        dtype: DTypeLike = np.float32,
    ) -> None:
        super().__init__(np.array(value, dtype=dtype, order="C"))
        self.name = name
        self.trainable = self.tracked = trainable

    def assign(self, value: ArrayLike) -> None:
        """Overwrite the values.

        Parameters
        ----------
        value : array_like
            New values in the variable's shape.

        Raises
        ------
        ThumbnetError
            If the shape differs.
        """
        array = np.asarray(value)
        if array.shape != self.shape:
            raise ThumbnetError(
                f"{self.name} has shape {self.shape}, not {array.shape}: give an array of its shape"
            )
        self.data[...] = array


Operand = Tensor | Array | float


def record(data: Array, *operands: tuple[Tensor, PullBack]) -> Tensor:
    """Wrap the result of an operation, and tell the active tape how to differentiate it.

    Parameters
    ----------
    data : ndarray
        The result.
    *operands : tuple of (Tensor, callable)
        Each operand with the function that turns the derivative of the loss with respect to the
        result into the derivative with respect to that operand.

    Returns
    -------
    Tensor
        The result, tracked if one of the operands is.
    """
    result = Tensor(data)
    note(result, operands)
    return result


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
    """Return a + b."""
    a, b = _pair(a, b)
    return record(a.data + b.data, (a, lambda dy: dy), (b, lambda dy: dy))


def subtract(a: Operand, b: Operand) -> Tensor:
    """Return a - b."""
    a, b = _pair(a, b)
    return record(a.data - b.data, (a, lambda dy: dy), (b, lambda dy: -dy))


def multiply(a: Operand, b: Operand) -> Tensor:
    """Return a * b, element by element."""
    a, b = _pair(a, b)
    return record(a.data * b.data, (a, lambda dy: dy * b.data), (b, lambda dy: dy * a.data))


def divide(a: Operand, b: Operand) -> Tensor:
    """Return a / b."""
    a, b = _pair(a, b)
    return record(
        a.data / b.data,
        (a, lambda dy: dy / b.data),
        (b, lambda dy: -dy * a.data / (b.data * b.data)),
    )


def negative(a: Tensor) -> Tensor:
    """Return -a."""
    return record(-a.data, (a, lambda dy: -dy))


def power(a: Tensor, exponent: float) -> Tensor:
    """Return a**exponent for a constant exponent."""
    return record(a.data**exponent, (a, lambda dy: dy * (exponent * a.data ** (exponent - 1))))


def matmul(a: Operand, b: Operand) -> Tensor:
    """Return the product of two matrices, (..., n, k) @ (..., k, m) -> (..., n, m)."""
    a, b = _pair(a, b)
    return record(
        a.data @ b.data,
        (a, lambda dy: dy @ b.data.swapaxes(-1, -2)),
        (b, lambda dy: a.data.swapaxes(-1, -2) @ dy),
    )
