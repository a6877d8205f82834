"""Position embedding: learned numbers that tell the steps of a sequence apart."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..arrays import Array
from ..autograd.tensor import Tensor, Variable, record
from ..errors import ThumbnetError
from . import initializers
from .layer import Layer, Shape


class PositionEmbedding(Layer):
    """x + embeddings: adds a row of learned numbers to each step, (n, steps, channels).

    Attention takes no notice of the order of its steps without it. The layer of this name in
    keras_hub returns the rows alone, and the model adds them; here the layer adds them.

    Parameters
    ----------
    sequence_length : int
        The number of rows; inputs may have fewer steps.
    initializer : str
        Name of an initializer.
    name : str, optional
        Unique in its model.

    Attributes
    ----------
    embeddings : Variable, shape (sequence_length, channels)

    Raises
    ------
    ThumbnetError
        If `sequence_length` is not a positive whole number, the initializer is unknown, or the
        inputs are not sequences of at most that many steps.
    """

    def __init__(
        self,
        sequence_length: int,
        initializer: str = "glorot_uniform",
        name: str | None = None,
    ) -> None:
        super().__init__(name)
        if not isinstance(sequence_length, (int, np.integer)) or sequence_length < 1:
            raise ThumbnetError(
                f"PositionEmbedding: sequence_length is {sequence_length!r}, it must be a positive "
                "whole number"
            )
        self.sequence_length = int(sequence_length)
        self.initializer = initializer
        self._new = initializers.get(initializer)
        self.embeddings: Variable

    def _create(self, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Shape:
        if len(input_shape) != 2 or input_shape[0] > self.sequence_length:
            raise ThumbnetError(
                f"layer {self.name!r} takes sequences (steps, channels) of at most "
                f"{self.sequence_length} steps, not shape {input_shape}: set sequence_length to "
                "the number of steps"
            )
        shape = (self.sequence_length, input_shape[1])
        self.embeddings = self._variable("embeddings", shape, lambda: self._new(shape, rng), dtype)
        return input_shape

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Return the sum; the shape does not change."""
        steps = x.shape[1]

        def through(dy: Array) -> Array:
            sums = np.zeros_like(self.embeddings.data)
            sums[:steps] = dy.sum(axis=0)
            return sums

        return record(
            x.data + self.embeddings.data[:steps], (x, lambda dy: dy), (self.embeddings, through)
        )

    def get_config(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        return {
            "sequence_length": self.sequence_length,
            "initializer": self.initializer,
            **super().get_config(),
        }
