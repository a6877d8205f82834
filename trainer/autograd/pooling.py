"""Pooling operations on images: the numbers under a window become one, channel by channel.

The window never looks at padding: the maximum and the mean are those of the pixels on the image.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from .sliding_window import Grid
from .tensor import Tensor, record


def max_pool(x: Tensor, grid: Grid) -> Tensor:
    """Return the largest number under the window: (n, h, w, c) -> (n, *grid.places, c).

    Only the largest one has a derivative; among equals, the first in reading order.
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
            if grid.apart:  # writing is faster than adding
                dx[pixels] = dy[places] * found
            else:
                dx[pixels] += dy[places] * found
        return dx

    return record(y, (x, through_x))


def average_pool(x: Tensor, grid: Grid) -> Tensor:
    """Return the mean under the window: (n, h, w, c) -> (n, *grid.places, c)."""
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
    """Return the mean of each channel: (n, h, w, c) -> (n, c)."""
    n, height, width, channels = x.shape
    share = x.dtype.type(1 / (height * width))
    shares = np.full(height * width, share)
    y = shares @ x.data.reshape(n, height * width, channels)  # faster than mean(axis=(1, 2))
    return record(y, (x, lambda dy: np.broadcast_to((dy * share)[:, None, None], x.shape)))
