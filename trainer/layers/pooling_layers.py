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
from .base import IntegerRole, Shape
from .windowed import Windowed


class _Pooling(Windowed):
    size_name = "pool_size"

    def __init__(
        self,
        pool_size: int | Sequence[int] = 2,
        strides: int | Sequence[int] | None = None,
        padding: str = "valid",
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
    """The largest number under a window that moves over images (h, w, c), in each channel.

    pool_size: of the window, one number or (vertical, horizontal). strides: how far it moves, by
    default its size, so that windows do not overlap. padding: "valid" or "same" (see `geometry`);
    what is not on the image is not looked at. Outputs: (h', w', c). Raises ThumbnetError for sizes
    that are not positive whole numbers, inputs of another rank, or a window larger than the image.
    """


class MaxPooling1D(_MaxPooling):
    """`MaxPooling2D` for sequences (t, c): sizes are numbers of steps, outputs are (t', c)."""

    rank = 1


class AveragePooling2D(_AveragePooling):
    """The mean of what is under a window that moves over images (h, w, c), in each channel.

    Settings and errors as in `MaxPooling2D`. With padding "same", windows at the border take the
    mean of what is on the image, as in Keras.
    """


class AveragePooling1D(_AveragePooling):
    """`AveragePooling2D` for sequences (t, c): sizes are numbers of steps, outputs are (t', c)."""

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
        """Give the settings as JSON types."""
        return {"name": self.name}


class GlobalAveragePooling2D(_GlobalAveragePooling):
    """The mean of each channel of images: (h, w, c) -> (c,).

    `window` and `strides` are the size of the image. Raises ThumbnetError for inputs of another
    rank.
    """


class GlobalAveragePooling1D(_GlobalAveragePooling):
    """The mean of each channel of sequences: (t, c) -> (c,); else as GlobalAveragePooling2D."""

    rank = 1
