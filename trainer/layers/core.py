"""The basic layers: Dense, Activation, Flatten and Dropout."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..arrays import Array
from ..autograd import activations, functional
from ..autograd.curves import LEAKY_RELU_ALPHA
from ..autograd.tensor import Tensor, Variable, record
from ..errors import ThumbnetError
from . import initializers, regularizers
from .layer import IntegerRole, Layer, Shape
from .regularizers import L2


class Weighted(Layer):
    """Base of Dense and convolutions: a kernel, a bias and an activation.

    Attributes
    ----------
    kernel : Variable
        The last axis is the outputs.
    bias : Variable or None
        One number for each output; None with `use_bias=False`.
    """

    alpha = LEAKY_RELU_ALPHA
    integer_role = IntegerRole.WEIGHTED

    def _configure(
        self,
        activation: str | None,
        use_bias: bool,
        kernel_initializer: str,
        bias_initializer: str,
        kernel_regularizer: L2 | float | str | None,
    ) -> None:
        """Store the settings; raises ThumbnetError for an unknown name."""
        self._function = activations.get(activation)
        self.activation = activation or "linear"
        self.use_bias = use_bias
        self.kernel_initializer = kernel_initializer
        self.bias_initializer = bias_initializer
        self._new_kernel = initializers.get(kernel_initializer)
        self._new_bias = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.kernel: Variable
        self.bias: Variable | None = None

    def _initial(self, shape: Shape, rng: np.random.Generator) -> Array:
        """Draw the initial kernel."""
        return self._new_kernel(shape, rng)

    def _make(self, shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> None:
        """Make the variables; the last size of the kernel's shape is the number of outputs."""
        self.kernel = self._variable("kernel", shape, lambda: self._initial(shape, rng), dtype)
        if self.use_bias:
            size = shape[-1:]
            self.bias = self._variable("bias", size, lambda: self._new_bias(size, rng), dtype)

    @property
    def variables(self) -> list[Variable]:
        """The kernel, then the bias."""
        if not self.built:
            return []
        return [self.kernel] if self.bias is None else [self.kernel, self.bias]

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Compute the outputs (n, *output_shape) of inputs (n, *input_shape)."""
        return self._function(self.pre_activation(x))

    def penalties(self) -> list[Tensor]:
        """Return the kernel's penalty, if it has a regularizer."""
        return [] if self.kernel_regularizer is None else [self.kernel_regularizer(self.kernel)]

    def _settings(self) -> dict[str, Any]:
        penalty = self.kernel_regularizer
        return {
            "activation": self.activation,
            "use_bias": self.use_bias,
            "kernel_initializer": self.kernel_initializer,
            "bias_initializer": self.bias_initializer,
            "kernel_regularizer": None if penalty is None else penalty.factor,
        }


class Dense(Weighted):
    """activation(x @ kernel + bias): every output is connected to every input.

    Inputs are rows of numbers, (n, inputs); for other shapes, put Flatten before it.

    Parameters
    ----------
    units : int
        Number of outputs.
    activation : str, optional
        Name of an activation; linear by default.
    use_bias : bool
        Whether to add a bias.
    kernel_initializer, bias_initializer : str
        Names of initializers.
    kernel_regularizer : L2, float, "l2" or None
        Penalty on the kernel, such as `l2(0.01)`.
    name : str, optional
        Unique in its model.

    Attributes
    ----------
    kernel : Variable, shape (inputs, units)
    bias : Variable, shape (units,), or None

    Raises
    ------
    ThumbnetError
        If a name is unknown, or the inputs are not rows of numbers.
    """

    def __init__(
        self,
        units: int,
        activation: str | None = None,
        use_bias: bool = True,
        kernel_initializer: str = "glorot_uniform",
        bias_initializer: str = "zeros",
        kernel_regularizer: L2 | float | str | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(name)
        if not isinstance(units, (int, np.integer)) or units < 1:
            raise ThumbnetError(f"Dense: units is {units!r}, it must be a positive whole number")
        self.units = int(units)
        self._configure(
            activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer
        )

    def _create(self, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Shape:
        if len(input_shape) != 1:
            raise ThumbnetError(
                f"layer {self.name!r} takes one row of numbers, not shape {input_shape}: "
                "add Flatten() before it"
            )
        self._make((*input_shape, self.units), rng, dtype)
        return (self.units,)

    def pre_activation(self, x: Tensor) -> Tensor:
        """Compute x @ kernel + bias."""
        return functional.dense(x, self.kernel, self.bias)

    def get_config(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        return {"units": self.units, **self._settings(), **super().get_config()}


class Activation(Layer):
    """An activation function as a separate layer.

    Parameters
    ----------
    activation : str
        Name of the activation.
    name : str, optional
        Unique in its model.

    Raises
    ------
    ThumbnetError
        If the activation is unknown.
    """

    alpha = LEAKY_RELU_ALPHA
    integer_role = IntegerRole.CURVE

    def __init__(self, activation: str, name: str | None = None) -> None:
        super().__init__(name)
        self._function = activations.get(activation)
        self.activation = activation

    def pre_activation(self, x: Tensor) -> Tensor:
        """Return x itself."""
        return x

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Compute the activation; the shape does not change."""
        return self._function(x)

    def get_config(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        return {"activation": self.activation, **super().get_config()}


class Flatten(Layer):
    """Reshape (n, a, b, ...) to (n, a * b * ...); the last axis runs fastest.

    Parameters
    ----------
    name : str, optional
        Unique in its model.
    """

    preprocesses = True
    integer_role = IntegerRole.NONE

    def _create(self, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Shape:
        return (math.prod(input_shape),)

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Return the same numbers as one row for each example."""
        return functional.reshape(x, (len(x.data), *self.output_shape))


class Dropout(Layer):
    """In training, set a share of the inputs to 0 and scale the others up to make up for it.

    Srivastava et al. 2014, with the scaling at training time; in prediction it does nothing. The
    random numbers are the model's, so a seeded run repeats to the last bit.

    Parameters
    ----------
    rate : float
        The share of inputs to set to 0, at least 0 and less than 1.
    name : str, optional
        Unique in its model.

    Raises
    ------
    ThumbnetError
        If the rate is outside [0, 1).
    """

    integer_role = IntegerRole.NONE

    def __init__(self, rate: float, name: str | None = None) -> None:
        super().__init__(name)
        if not 0 <= rate < 1:
            raise ThumbnetError(f"Dropout: rate is {rate}, it must be at least 0 and less than 1")
        self.rate = float(rate)
        self._rng: np.random.Generator

    def _create(self, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Shape:
        self._rng = rng
        return input_shape

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Return x; in training, x with random zeros."""
        if not training or self.rate == 0:
            return x
        kept = self._rng.random(x.shape, dtype=np.float32) >= self.rate
        mask = kept * x.dtype.type(1 / (1 - self.rate))
        return record(x.data * mask, (x, lambda dy: dy * mask))

    def get_config(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        return {"rate": self.rate, **super().get_config()}
