"""Numbers with a shape: what the operations of `ops` take and give."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from .errors import ThumbnetError

Array = NDArray[Any]


class Tensor:
    """An n-dimensional array that a `GradientTape` can follow.

    `data` is the NumPy array itself, not a copy. `tracked` says whether a derivative flows
    through this tensor: it is set for trainable variables and for everything computed from them.
    """

    __slots__ = ("data", "tracked")
    __array_priority__ = 100.0  # so that `array * tensor` reaches Tensor.__rmul__

    def __init__(self, data: Array) -> None:
        self.data = data
        self.tracked = False

    @property
    def shape(self) -> tuple[int, ...]:
        """Size along every axis; `()` for a scalar."""
        return self.data.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the elements: float32 unless asked otherwise."""
        return self.data.dtype

    @property
    def ndim(self) -> int:
        """Number of axes: 0 for a scalar, 1 for a vector, 2 for a matrix."""
        return self.data.ndim

    def numpy(self) -> Array:
        """Give the values as a NumPy array (the tensor's own memory)."""
        return self.data

    def __add__(self, other: Operand) -> Tensor:
        return ops.add(self, other)

    def __sub__(self, other: Operand) -> Tensor:
        return ops.subtract(self, other)

    def __mul__(self, other: Operand) -> Tensor:
        return ops.multiply(self, other)

    def __truediv__(self, other: Operand) -> Tensor:
        return ops.divide(self, other)

    def __matmul__(self, other: Operand) -> Tensor:
        return ops.matmul(self, other)

    def __pow__(self, exponent: float) -> Tensor:
        return ops.power(self, exponent)

    def __radd__(self, other: Operand) -> Tensor:
        return ops.add(other, self)

    def __rsub__(self, other: Operand) -> Tensor:
        return ops.subtract(other, self)

    def __rmul__(self, other: Operand) -> Tensor:
        return ops.multiply(other, self)

    def __rtruediv__(self, other: Operand) -> Tensor:
        return ops.divide(other, self)

    def __rmatmul__(self, other: Operand) -> Tensor:
        return ops.matmul(other, self)

    def __neg__(self) -> Tensor:
        return ops.negative(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(shape={self.shape}, dtype={self.dtype}, {self.data!r})"


class Variable(Tensor):
    """A tensor that training changes in place: a weight, a bias, a moving mean.

    The values are copied, C-contiguous, as `dtype` (float32 by default; float64 for gradient
    checks). A variable with `trainable=False` is saved with its model, but no gradient reaches it.
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
        """Overwrite the values; raises ThumbnetError where the shape is another one."""
        array = np.asarray(value)
        if array.shape != self.shape:
            raise ThumbnetError(
                f"{self.name} has shape {self.shape}, not {array.shape}: give an array of its shape"
            )
        self.data[...] = array


Operand = Tensor | Array | float

from . import ops  # noqa: E402  (ops is built on Tensor, and Tensor's operators are ops)
