"""Pooling: what is under a window becomes one number, in each channel for itself.

The window of a pooling layer never looks at padding: the largest and the mean are those of the
pixels that are on the image.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from .geometry import Grid
from .layers import Shape
from .tape import record
from .tensor import Array, Tensor
from .windowed import Windowed


def max_pool(x: Tensor, grid: Grid) -> Tensor:
    """Give the largest number under the window: (n, h, w, c) -> (n, *grid.places, c).

    Only the largest one has a derivative; of equal ones, the first in reading order.
    """
    n, _, _, channels = x.shape
    y = np.full((n, *grid.places, channels), -np.inf, dtype=x.dtype)
    for _, places, pixels in grid.elements:
        np.maximum(y[places], x.data[pixels], out=y[places])

    def through_x(dy: Array) -> Array:
        dx = np.zeros(x.shape, dtype=x.dtype)
        searched = np.ones(y.shape, dtype=bool)
        for _, places, pixels in grid.elements:
            found = x.data[pixels] == y[places]
            found &= searched[places]
            searched[places] ^= found
            if grid.apart:  # to write is faster than to add
                dx[pixels] = dy[places] * found
            else:
                dx[pixels] += dy[places] * found
        return dx

    return record(y, (x, through_x))


def average_pool(x: Tensor, grid: Grid) -> Tensor:
    """Give the mean of what is under the window: (n, h, w, c) -> (n, *grid.places, c)."""
    n, _, _, channels = x.shape
    count = np.zeros((1, *grid.places, 1), dtype=x.dtype)
    y = np.zeros((n, *grid.places, channels), dtype=x.dtype)
    for _, places, pixels in grid.elements:
        count[places] += 1
        y[places] += x.data[pixels]
    y /= count

    def through_x(dy: Array) -> Array:
        dx = np.zeros(x.shape, dtype=x.dtype)
        shares = dy / count
        for _, places, pixels in grid.elements:
            if grid.apart:
                dx[pixels] = shares[places]
            else:
                dx[pixels] += shares[places]
        return dx

    return record(y, (x, through_x))


def global_average(x: Tensor) -> Tensor:
    """Give the mean of each channel: (n, h, w, c) -> (n, c)."""
    n, height, width, channels = x.shape
    share = x.dtype.type(1 / (height * width))
    shares = np.full(height * width, share)
    y = shares @ x.data.reshape(n, height * width, channels)  # faster than mean(axis=(1, 2))
    return record(y, (x, lambda dy: np.broadcast_to((dy * share)[:, None, None], x.shape)))


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
    def _operate(self, images: Tensor) -> Tensor:
        return max_pool(images, self.grid)


class _AveragePooling(_Pooling):
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
