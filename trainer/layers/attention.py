"""Multi-head attention (Vaswani et al. 2017), of a sequence to itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike

from ..autograd import activations, functional
from ..autograd.tensor import Tensor, Variable
from ..errors import ThumbnetError
from . import initializers
from .layer import Layer, Shape


class MultiHeadAttention(Layer):
    """Every step of a sequence reads all steps: (n, steps, channels) -> the same shape.

    Each head computes softmax(query @ key^T / sqrt(key_dim)) @ value from three projections of the
    inputs; a fourth projection joins the heads. In Keras, self-attention is written
    `MultiHeadAttention(...)(x, x)`; here `MultiHeadAttention(...)(x)`.

    Parameters
    ----------
    num_heads : int
        Number of heads.
    key_dim : int
        Size of the queries and keys of each head.
    value_dim : int, optional
        Size of the values of each head; `key_dim` by default.
    use_bias : bool
        Whether the projections add a bias.
    kernel_initializer, bias_initializer : str
        Names of initializers. Kernels are drawn as matrices, (inputs, outputs).
    name : str, optional
        Unique in its model.

    Attributes
    ----------
    query_kernel, key_kernel : Variable, shape (channels, num_heads, key_dim)
    value_kernel : Variable, shape (channels, num_heads, value_dim)
    query_bias, key_bias : Variable, shape (num_heads, key_dim), or None
    value_bias : Variable, shape (num_heads, value_dim), or None
    output_kernel : Variable, shape (num_heads, value_dim, channels)
    output_bias : Variable, shape (channels,), or None

    Raises
    ------
    ThumbnetError
        If a size is not a positive whole number, a name is unknown, or the inputs are not
        sequences.
    """

    output_axes: ClassVar[Mapping[str, int]] = {
        "query_kernel": 2,
        "key_kernel": 2,
        "value_kernel": 2,
    }

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        use_bias: bool = True,
        kernel_initializer: str = "glorot_uniform",
        bias_initializer: str = "zeros",
        name: str | None = None,
    ) -> None:
        super().__init__(name)
        value_dim = key_dim if value_dim is None else value_dim
        sizes = {"num_heads": num_heads, "key_dim": key_dim, "value_dim": value_dim}
        for setting, value in sizes.items():
            if not isinstance(value, (int, np.integer)) or value < 1:
                raise ThumbnetError(
                    f"MultiHeadAttention: {setting} is {value!r}, it must be a positive whole "
                    "number"
                )
        self.num_heads, self.key_dim, self.value_dim = int(num_heads), int(key_dim), int(value_dim)
        self.use_bias = use_bias
        self.kernel_initializer = kernel_initializer
        self.bias_initializer = bias_initializer
        self._new_kernel = initializers.get(kernel_initializer)
        self._new_bias = initializers.get(bias_initializer)
        self.query_kernel: Variable
        self.key_kernel: Variable
        self.value_kernel: Variable
        self.output_kernel: Variable
        self.query_bias: Variable | None = None
        self.key_bias: Variable | None = None
        self.value_bias: Variable | None = None
        self.output_bias: Variable | None = None

    def _create(self, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Shape:
        if len(input_shape) != 2:
            raise ThumbnetError(
                f"layer {self.name!r} takes sequences (steps, channels), not shape {input_shape}: "
                "put it behind a Conv1D, an Embedding or another layer that gives sequences"
            )
        channels, heads = input_shape[1], self.num_heads
        self.inner_numbers = heads * input_shape[0] ** 2
        sizes = {"query": self.key_dim, "key": self.key_dim, "value": self.value_dim}
        for part, size in sizes.items():
            self._project(part, part, (channels,), (heads, size), rng, dtype)
        inside = (heads, self.value_dim)
        self._project("output", "attention_output", inside, (channels,), rng, dtype)
        return input_shape

    def _project(
        self,
        part: str,
        label: str,
        inputs: Shape,
        outputs: Shape,
        rng: np.random.Generator,
        dtype: DTypeLike,
    ) -> None:
        """Make the weights of one projection; label: its name in files, as in Keras."""
        shape, matrix = (*inputs, *outputs), (math.prod(inputs), math.prod(outputs))
        kernel = self._variable(
            f"{label}/kernel", shape, lambda: self._new_kernel(matrix, rng).reshape(shape), dtype
        )
        setattr(self, f"{part}_kernel", kernel)
        if self.use_bias:
            bias = self._variable(
                f"{label}/bias", outputs, lambda: self._new_bias(outputs, rng), dtype
            )
            setattr(self, f"{part}_bias", bias)

    @property
    def variables(self) -> list[Variable]:
        """Kernel and bias of the query, the key, the value and the output, in this order."""
        if not self.built:
            return []
        parts = ("query", "key", "value", "output")
        found = [vars(self)[f"{part}_{kind}"] for part in parts for kind in ("kernel", "bias")]
        return [variable for variable in found if variable is not None]

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Compute the outputs (n, steps, channels)."""
        n, steps, channels = x.shape
        rows = functional.reshape(x, (n * steps, channels))
        query = self._heads(rows, n, self.query_kernel, self.query_bias)
        key = self._heads(rows, n, self.key_kernel, self.key_bias)
        value = self._heads(rows, n, self.value_kernel, self.value_bias)
        scores = query * (1 / math.sqrt(self.key_dim)) @ functional.swap_axes(key, -1, -2)
        read = functional.swap_axes(activations.softmax(scores) @ value, 1, 2)
        inside = self.num_heads * self.value_dim
        kernel = functional.reshape(self.output_kernel, (inside, channels))
        joined = functional.dense(
            functional.reshape(read, (n * steps, inside)), kernel, self.output_bias
        )
        return functional.reshape(joined, (n, steps, channels))

    def _heads(self, rows: Tensor, n: int, kernel: Tensor, bias: Tensor | None) -> Tensor:
        """Project all steps, (n * steps, channels) -> (n, heads, steps, size)."""
        channels, heads, size = kernel.shape
        flat = None if bias is None else functional.reshape(bias, (heads * size,))
        made = functional.dense(rows, functional.reshape(kernel, (channels, heads * size)), flat)
        return functional.swap_axes(functional.reshape(made, (n, -1, heads, size)), 1, 2)

    def get_config(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        return {
            "num_heads": self.num_heads,
            "key_dim": self.key_dim,
            "value_dim": self.value_dim,
            "use_bias": self.use_bias,
            "kernel_initializer": self.kernel_initializer,
            "bias_initializer": self.bias_initializer,
            **super().get_config(),
        }
