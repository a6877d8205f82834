"""Layers that join the outputs of several others: Add and Concatenate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..arrays import Array
from ..autograd.tape import PullBack
from ..autograd.tensor import Tensor, record
from ..errors import ThumbnetError
from .layer import IntegerRole, Layer, Shape


class Merge(Layer):
    """Base of the layers that read two or more others, in a functional `Model`.

    Attributes
    ----------
    input_shapes : tuple of tuple of int
        Shape of one example of each input; `input_shape` is the first one.
    """

    merges = True
    input_shapes: tuple[Shape, ...] = ()

    def build_for(
        self, input_shapes: Sequence[Shape], rng: np.random.Generator, dtype: DTypeLike
    ) -> None:
        """Build the layer for inputs of these shapes.

        Parameters
        ----------
        input_shapes : sequence of tuple of int
            Shapes of one example of each input, without the batch axis.
        rng : numpy.random.Generator
            Draws initial weights.
        dtype : dtype
            Type of the weights.

        Raises
        ------
        ThumbnetError
            If the shapes do not fit each other, or the layer was built for others.
        """
        if self.built and tuple(input_shapes) != self.input_shapes:
            raise ThumbnetError(
                f"layer {self.name!r} was built for inputs of shapes {_listed(self.input_shapes)}, "
                f"not {_listed(input_shapes)}: make a new layer"
            )
        self.input_shapes = tuple(input_shapes)
        self.build(self.input_shapes[0], rng, dtype)

    def merge(self, inputs: Sequence[Tensor]) -> Tensor:
        """Compute the outputs (n, *output_shape) of inputs (n, *input_shapes[i])."""
        raise NotImplementedError


class Add(Merge):
    """The sum, element by element: `Add()([a, b])`.

    Parameters
    ----------
    name : str, optional
        Unique in its model.

    Raises
    ------
    ThumbnetError
        If the inputs do not all have the same shape.
    """

    integer_role = IntegerRole.CLAMPS

    def _create(self, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Shape:
        if any(shape != input_shape for shape in self.input_shapes):
            raise ThumbnetError(
                f"layer {self.name!r} adds shapes {_listed(self.input_shapes)}: they must be equal"
            )
        return input_shape

    def merge(self, inputs: Sequence[Tensor]) -> Tensor:
        """Compute the sum."""
        total = inputs[0].data + inputs[1].data
        for x in inputs[2:]:
            total += x.data
        return record(total, *((x, _same) for x in inputs))


class Concatenate(Merge):
    """One input after the other along the last axis: `Concatenate()([a, b])`.

    All sizes of the inputs except the last (channels, or features) have to be equal.

    Parameters
    ----------
    axis : int
        -1, as in Keras.
    name : str, optional
        Unique in its model.

    Raises
    ------
    ThumbnetError
        If the axis is another one, or sizes differ.
    """

    def __init__(self, axis: int = -1, name: str | None = None) -> None:
        super().__init__(name)
        if axis != -1:
            raise ThumbnetError(f"Concatenate: axis is {axis}, only the last one (-1) can be")

    def _create(self, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Shape:
        if any(shape[:-1] != input_shape[:-1] for shape in self.input_shapes):
            raise ThumbnetError(
                f"layer {self.name!r} joins shapes {_listed(self.input_shapes)}: "
                "all sizes but the last must be equal"
            )
        return (*input_shape[:-1], sum(shape[-1] for shape in self.input_shapes))

    def merge(self, inputs: Sequence[Tensor]) -> Tensor:
        """Compute the joined rows."""
        ends = np.cumsum([x.shape[-1] for x in inputs])
        pulls = (
            _part(int(end) - x.shape[-1], int(end)) for x, end in zip(inputs, ends, strict=True)
        )
        data = np.concatenate([x.data for x in inputs], axis=-1)
        return record(data, *zip(inputs, pulls, strict=True))

    def get_config(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        return {"axis": -1, **super().get_config()}


def _same(dy: Array) -> Array:
    return dy


def _part(start: int, stop: int) -> PullBack:
    return lambda dy: dy[..., start:stop]


def _listed(shapes: Sequence[Shape]) -> str:
    return " and ".join(str(shape) for shape in shapes)
