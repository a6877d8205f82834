"""Pooling layers: maximum and mean under a moving window, and the mean of a whole channel.

The window never looks at padding: the maximum and the mean are those of the pixels on the image.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..autograd.pooling import average_pool, global_average, max_pool
from ..autograd.tensor import Tensor
from .layer import IntegerRole, Shape
from .windowed import Windowed


class _Pooling(Windowed):
    size_name = "pool_size"

    def __init__(
        self,
        pool_size: int | Sequence[int] = 2,
        strides: int | Sequence[int] | None = None,
        padding: str | Sequence[Sequence[int]] = "valid",
        name: str | None = None,
    ) -> None:
        super().__init__(pool_size, pool_size if strides is None else strides, padding, name)

    def _create(self, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Shape:
        return (*self._lay(input_shape), input_shape[-1])

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Compute the outputs (n, *output_shape) of inputs (n, *input_shape)."""
        return self._slide(x)


class _MaxPooling(_Pooling):
    integer_role = IntegerRole.PASSES

    def _operate(self, images: Tensor) -> Tensor:
        return max_pool(images, self.grid)


class _AveragePooling(_Pooling):
    integer_role = IntegerRole.CLAMPS

    def _operate(self, images: Tensor) -> Tensor:
        return average_pool(images, self.grid)


class MaxPooling2D(_MaxPooling):
    """The largest number under a window that slides over images (h, w, c), in each channel.

    Parameters
    ----------
    pool_size : int or tuple of int
        Size of the window: one number, or (vertical, horizontal).
    strides : int or tuple of int, optional
        How far the window moves; by default its size, so that windows do not overlap.
    padding : str or sequence of sequence of int
        "valid", "same" (see `sliding_window`) or ((top, bottom), (left, right)); padding is never
        looked at.
    name : str, optional
        Unique in its model.

    Raises
    ------
    ThumbnetError
        If a size is not a positive whole number, the inputs are not images, or the window is larger
        than the image.

    Notes
    -----
    Outputs have shape (h', w', c).
    """


class MaxPooling1D(_MaxPooling):
    """`MaxPooling2D` for sequences (t, c): outputs are (t', c).

    Parameters
    ----------
    pool_size, strides : int
        Numbers of steps; `strides` is `pool_size` by default.
    padding, name
        As in `MaxPooling2D`.
    """

    rank = 1


class AveragePooling2D(_AveragePooling):
    """The mean under a window that slides over images (h, w, c), in each channel.

    With padding "same", windows at the border take the mean of the pixels that are on the image,
    as in Keras.

    Parameters
    ----------
    pool_size, strides, padding, name
        As in `MaxPooling2D`.

    Raises
    ------
    ThumbnetError
        As `MaxPooling2D` does.
    """


class AveragePooling1D(_AveragePooling):
    """`AveragePooling2D` for sequences (t, c): outputs are (t', c).

    Parameters
    ----------
    pool_size, strides : int
        Numbers of steps; `strides` is `pool_size` by default.
    padding, name
        As in `MaxPooling2D`.
    """

    rank = 1


class _GlobalAveragePooling(Windowed):
    integer_role = IntegerRole.CLAMPS

    def __init__(self, name: str | None = None) -> None:
        super().__init__(1, 1, "valid", name)

    def _create(self, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Shape:
        self._lay(input_shape)
        self.window = self.strides = self.grid.image
        self._lay(input_shape)
        return input_shape[-1:]

    def _operate(self, images: Tensor) -> Tensor:
        return global_average(images)

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Compute the outputs (n, c) of inputs (n, *input_shape)."""
        return self._slide(x)

    def get_config(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        return {"name": self.name}


class GlobalAveragePooling2D(_GlobalAveragePooling):
    """The mean of each channel of images: (h, w, c) -> (c,).

    `window` and `strides` are the size of the image.

    Parameters
    ----------
    name : str, optional
        Unique in its model.

    Raises
    ------
    ThumbnetError
        If the inputs are not images.
    """


class GlobalAveragePooling1D(_GlobalAveragePooling):
    """The mean of each channel of sequences: (t, c) -> (c,).

    Parameters
    ----------
    name : str, optional
        Unique in its model.

    Raises
    ------
    ThumbnetError
        If the inputs are not sequences.
    """

    rank = 1
