"""`Reshape`: the same numbers in another shape, such as a row of pixels as an image."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..autograd import functional
from ..autograd.tensor import Tensor
from ..errors import ThumbnetError
from .layer import IntegerRole, Layer, Shape


class Reshape(Layer):
    """Reshape (n, a, b, ...) to (n, *target_shape); the last axis runs fastest.

    A network that ends with it, behind a sigmoid or tanh, answers with an image.

    Parameters
    ----------
    target_shape : int or sequence of int
        Shape of one example, without the batch axis. One size may be -1: it follows from the
        others.
    name : str, optional
        Unique in its model.

    Raises
    ------
    ThumbnetError
        If the shape is not one, or does not have as many numbers as the input.
    """

    preprocesses = True
    integer_role = IntegerRole.NONE

    def __init__(self, target_shape: int | Sequence[int], name: str | None = None) -> None:
        super().__init__(name)
        sizes = tuple(np.ravel(np.asarray(target_shape, dtype=object)))
        whole = all(isinstance(size, (int, np.integer)) and size >= -1 for size in sizes)
        if not sizes or not whole or 0 in sizes or sizes.count(-1) > 1:
            raise ThumbnetError(
                f"Reshape: target_shape is {target_shape!r}, it must be positive whole numbers, "
                "of which one may be -1"
            )
        self.target_shape: Shape = tuple(map(int, sizes))

    def _create(self, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Shape:
        count, known = math.prod(input_shape), abs(math.prod(self.target_shape))
        free = -1 in self.target_shape
        if count % known or (not free and count != known):
            raise ThumbnetError(
                f"layer {self.name!r} makes shape {self.target_shape}, but reads {count} numbers "
                f"of shape {input_shape}: give it a shape of {count} numbers"
            )
        return tuple(count // known if size == -1 else size for size in self.target_shape)

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Return the same numbers in the other shape."""
        return functional.reshape(x, (len(x.data), *self.output_shape))

    def get_config(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        return {"target_shape": list(self.target_shape), **super().get_config()}
