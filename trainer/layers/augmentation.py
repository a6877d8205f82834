"""RandomShift: move training examples a little, so that their position is not learned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..arrays import Array
from ..autograd.tensor import Tensor, record
from ..errors import ThumbnetError
from .layer import IntegerRole, Layer, Shape


def shift(x: Array, moves: Array) -> Array:
    """Move each example, and fill with 0.

    Parameters
    ----------
    x : ndarray, shape (n, *places, c)
        Images or sequences.
    moves : ndarray, shape (n, axes)
        Whole numbers of places, for each example.

    Returns
    -------
    ndarray
        In the shape and dtype of x.
    """
    n, places = len(x), x.shape[1:-1]
    index: list[Array] = [np.arange(n).reshape(-1, *[1] * len(places))]
    inside: Any = True
    for axis, size in enumerate(places):
        # Source positions along one axis, to broadcast over the others: (n, 1, ..., size, ..., 1).
        shape = [n, *[1] * len(places)]
        shape[axis + 1] = size
        source = (np.arange(size) - moves[:, axis, None]).reshape(shape)
        inside = inside & (source >= 0) & (source < size)
        index.append(source.clip(0, size - 1))
    moved: Array = x[tuple(index)] * inside[..., None]
    return moved.astype(x.dtype, copy=False)


class RandomShift(Layer):
    """In training, move every image (h, w, c) or sequence (t, c) by a random number of places.

    Each move is a whole number from -most to most, all equally likely, drawn again in every epoch;
    zeros fill the gap. It does nothing in prediction and is not exported. The random
    numbers are the model's, so a seeded run repeats to the last bit.

    Parameters
    ----------
    most : int or sequence of int
        One number for all directions, or (vertical, horizontal).
    name : str, optional
        Unique in its model.

    Raises
    ------
    ThumbnetError
        If numbers are not whole, negative, or as large as the image, or there is not one for each
        direction.
    """

    integer_role = IntegerRole.NONE

    def __init__(self, most: int | Sequence[int], name: str | None = None) -> None:
        super().__init__(name)
        numbers = most if isinstance(most, Sequence) else [most]
        if not numbers or any(not isinstance(k, (int, np.integer)) or k < 0 for k in numbers):
            raise ThumbnetError(f"RandomShift: most is {most!r}, give whole numbers such as 2")
        self.most = tuple(map(int, numbers))
        self._rng: np.random.Generator

    def _create(self, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Shape:
        places = input_shape[:-1]
        self._limits = self.most * len(places) if len(self.most) == 1 else self.most
        if not places or len(self._limits) != len(places):
            raise ThumbnetError(
                f"layer {self.name!r} shifts by {self.most}, its inputs have shape {input_shape}: "
                "one number for each direction, and channels last"
            )
        if any(k >= size for k, size in zip(self._limits, places, strict=True)):
            raise ThumbnetError(
                f"layer {self.name!r} shifts by {self.most}, its inputs have shape {input_shape}: "
                "shift by less"
            )
        self._rng = rng
        return input_shape

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Return x; in training, x with each example moved."""
        if not training:
            return x
        limits = np.array(self._limits)
        moves = self._rng.integers(-limits, limits, (len(x.data), len(limits)), endpoint=True)
        return record(shift(x.data, moves), (x, lambda dy: shift(dy, -moves)))

    def get_config(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        return {"most": list(self.most), **super().get_config()}
