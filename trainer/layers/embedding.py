"""Embedding: a row of learned numbers for each whole number of the input, such as a character."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..arrays import Array
from ..autograd.tensor import Tensor, Variable, record
from ..errors import ThumbnetError
from .layer import Layer, Shape


class Embedding(Layer):
    """The row of a table for each input: whole numbers (n, steps) -> (n, steps, output_dim).

    Parameters
    ----------
    input_dim : int
        Number of rows: inputs are whole numbers from 0 to `input_dim - 1`.
    output_dim : int
        Numbers in a row.
    name : str, optional
        Unique in its model.

    Attributes
    ----------
    embeddings : Variable, shape (input_dim, output_dim)
        Drawn uniformly from -0.05 to 0.05, as in Keras.

    Raises
    ------
    ThumbnetError
        If a size is not a positive whole number, or the inputs are not rows of whole numbers in
        range.
    """

    def __init__(self, input_dim: int, output_dim: int, name: str | None = None) -> None:
        super().__init__(name)
        for setting, value in (("input_dim", input_dim), ("output_dim", output_dim)):
            if not isinstance(value, (int, np.integer)) or value < 1:
                raise ThumbnetError(
                    f"Embedding: {setting} is {value!r}, it must be a positive whole number"
                )
        self.input_dim, self.output_dim = int(input_dim), int(output_dim)
        self.input_levels = self.input_dim
        self.embeddings: Variable

    def _create(self, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Shape:
        if len(input_shape) != 1:
            raise ThumbnetError(
                f"layer {self.name!r} takes a row of whole numbers, not shape {input_shape}: "
                "give it the numbers themselves, as the first layer"
            )
        shape = (self.input_dim, self.output_dim)
        self.embeddings = self._variable(
            "embeddings", shape, lambda: rng.uniform(-0.05, 0.05, shape), dtype
        )
        return (*input_shape, self.output_dim)

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Return the rows (n, steps, output_dim).

        Raises
        ------
        ThumbnetError
            If a number is outside the table.
        """
        most = self.input_dim - 0.5
        inside = (x.data > -0.5) & (x.data < most)
        if not inside.all():
            raise ThumbnetError(
                f"layer {self.name!r} takes whole numbers from 0 to {self.input_dim - 1}, not "
                f"{x.data[~inside][0]:g}: use a larger input_dim, or number the inputs from 0"
            )
        chosen = np.rint(x.data).astype(np.intp)

        def through(dy: Array) -> Array:
            sums = np.zeros_like(self.embeddings.data)
            np.add.at(sums, chosen, dy)
            return sums

        return record(self.embeddings.data[chosen], (self.embeddings, through))

    def get_config(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        return {
            "input_dim": self.input_dim,
            "output_dim": self.output_dim,
            **super().get_config(),
        }
