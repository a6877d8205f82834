"""Recurrent layers in Keras's words: SimpleRNN, GRU and LSTM."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..arrays import Array
from ..autograd import activations
from ..autograd.recurrence import gru, lstm, simple_rnn
from ..autograd.tensor import Tensor, Variable
from ..errors import ThumbnetError
from . import initializers
from .layer import Layer, Shape


class Recurrent(Layer):
    """Base of the recurrent layers: (n, steps, c) -> (n, units), or all states (n, steps, units).

    Parameters
    ----------
    units : int
        Size of the state, which starts at 0 for every example.
    return_sequences : bool
        Whether to return the state after every step instead of after the last.
    kernel_initializer, recurrent_initializer, bias_initializer : str
        Names of initializers.
    name : str, optional
        Unique in its model.

    Attributes
    ----------
    kernel : Variable, shape (c, gates * units)
    recurrent_kernel : Variable, shape (units, gates * units)
    bias : Variable or None

    Raises
    ------
    ThumbnetError
        If a name is unknown, or the inputs are not sequences.
    """

    gates = 1

    def __init__(
        self,
        units: int,
        return_sequences: bool = False,
        kernel_initializer: str = "glorot_uniform",
        recurrent_initializer: str = "orthogonal",
        bias_initializer: str = "zeros",
        name: str | None = None,
    ) -> None:
        super().__init__(name)
        if not isinstance(units, (int, np.integer)) or units < 1:
            raise ThumbnetError(
                f"{type(self).__name__}: units is {units!r}, it must be a positive whole number"
            )
        self.units = int(units)
        self.return_sequences = bool(return_sequences)
        self.kernel_initializer = kernel_initializer
        self.recurrent_initializer = recurrent_initializer
        self.bias_initializer = bias_initializer
        self._new_kernel = initializers.get(kernel_initializer)
        self._new_recurrent = initializers.get(recurrent_initializer)
        self._new_bias = initializers.get(bias_initializer)
        self.kernel: Variable
        self.recurrent_kernel: Variable
        self.bias: Variable | None = None

    def _create(self, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Shape:
        if len(input_shape) != 2:
            raise ThumbnetError(
                f"layer {self.name!r} takes sequences, (steps, features), not shape {input_shape}: "
                "reshape the inputs, or use return_sequences=True in the layer before"
            )
        width = self.gates * self.units
        size, square = (input_shape[1], width), (self.units, width)
        self.kernel = self._variable("kernel", size, lambda: self._new_kernel(size, rng), dtype)
        self.recurrent_kernel = self._variable(
            "recurrent_kernel", square, lambda: self._new_recurrent(square, rng), dtype
        )
        shape = self._bias_shape()
        if shape:
            self.bias = self._variable("bias", shape, lambda: self._first_bias(shape, rng), dtype)
        return (input_shape[0], self.units) if self.return_sequences else (self.units,)

    def _bias_shape(self) -> Shape:
        raise NotImplementedError

    def _first_bias(self, shape: Shape, rng: np.random.Generator) -> Array:
        return self._new_bias(shape, rng)

    @property
    def variables(self) -> list[Variable]:
        """The kernel, the recurrent kernel, then the bias."""
        if not self.built:
            return []
        kernels = [self.kernel, self.recurrent_kernel]
        return kernels if self.bias is None else [*kernels, self.bias]

    def get_config(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        return {
            "units": self.units,
            "return_sequences": self.return_sequences,
            "kernel_initializer": self.kernel_initializer,
            "recurrent_initializer": self.recurrent_initializer,
            "bias_initializer": self.bias_initializer,
            **super().get_config(),
        }


class SimpleRNN(Recurrent):
    """h = activation(x @ kernel + h @ recurrent_kernel + bias); see `recurrence.simple_rnn`.

    Parameters
    ----------
    units : int
        Size of the state, which starts at 0 for every example.
    activation : str, optional
        Name of the activation.
    use_bias : bool
        Whether to add a bias.
    return_sequences : bool
        Whether to return the state after every step instead of after the last.
    kernel_initializer, recurrent_initializer, bias_initializer : str
        Names of initializers.
    name : str, optional
        Unique in its model.

    Attributes
    ----------
    kernel : Variable, shape (c, units)
    recurrent_kernel : Variable, shape (units, units)
    bias : Variable, shape (units,), or None
    """

    def __init__(
        self,
        units: int,
        activation: str | None = "tanh",
        use_bias: bool = True,
        return_sequences: bool = False,
        kernel_initializer: str = "glorot_uniform",
        recurrent_initializer: str = "orthogonal",
        bias_initializer: str = "zeros",
        name: str | None = None,
    ) -> None:
        super().__init__(
            units,
            return_sequences,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            name,
        )
        self.function = activations.get(activation)
        self.activation = activation or "linear"
        self.use_bias = use_bias

    def _bias_shape(self) -> Shape:
        return (self.units,) if self.use_bias else ()

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Compute the state after the last step, (n, units), or all states (n, steps, units)."""
        return simple_rnn(
            x, self.kernel, self.recurrent_kernel, self.bias, self.function, self.return_sequences
        )

    def get_config(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        return {"activation": self.activation, "use_bias": self.use_bias, **super().get_config()}


class GRU(Recurrent):
    """Gated recurrent units, Keras's with reset_after=True; see `recurrence.gru`.

    The columns of the weights are those of the update gate z, the reset gate r and the candidate,
    in this order.

    Parameters
    ----------
    units, return_sequences, kernel_initializer, recurrent_initializer, bias_initializer, name
        As in `SimpleRNN`.

    Attributes
    ----------
    kernel : Variable, shape (c, 3 units)
    recurrent_kernel : Variable, shape (units, 3 units)
    bias : Variable, shape (2, 3 units)
        For the inputs and for the state.
    """

    gates = 3
    fixed_range = (-1.0, 127 / 128)

    def _bias_shape(self) -> Shape:
        return (2, 3 * self.units)

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Compute the state after the last step, (n, units), or all states (n, steps, units)."""
        assert self.bias is not None
        return gru(x, self.kernel, self.recurrent_kernel, self.bias, self.return_sequences)


class LSTM(Recurrent):
    """Long short-term memory; see `recurrence.lstm`.

    The columns of the weights are those of the input gate i, the forget gate f, the candidate and
    the output gate o, in this order.

    Parameters
    ----------
    units, return_sequences, kernel_initializer, recurrent_initializer, bias_initializer
        As in `SimpleRNN`.
    unit_forget_bias : bool
        Whether the bias of the forget gate starts at 1, so that a new cell remembers (Jozefowicz
        et al. 2015). The other gates start with `bias_initializer`.
    name
        As in `SimpleRNN`.

    Attributes
    ----------
    kernel : Variable, shape (c, 4 units)
    recurrent_kernel : Variable, shape (units, 4 units)
    bias : Variable, shape (4 units,)
    """

    gates = 4

    def __init__(
        self,
        units: int,
        return_sequences: bool = False,
        kernel_initializer: str = "glorot_uniform",
        recurrent_initializer: str = "orthogonal",
        bias_initializer: str = "zeros",
        unit_forget_bias: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(
            units,
            return_sequences,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            name,
        )
        self.unit_forget_bias = bool(unit_forget_bias)

    def _bias_shape(self) -> Shape:
        return (4 * self.units,)

    def _first_bias(self, shape: Shape, rng: np.random.Generator) -> Array:
        bias = self._new_bias(shape, rng)
        if self.unit_forget_bias:
            bias[self.units : 2 * self.units] = 1
        return bias

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Compute the state after the last step, (n, units), or all states (n, steps, units)."""
        assert self.bias is not None
        return lstm(x, self.kernel, self.recurrent_kernel, self.bias, self.return_sequences)

    def get_config(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        return {"unit_forget_bias": self.unit_forget_bias, **super().get_config()}
