"""How a window moves over an image: the numbers that convolutions and pooling share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt


class Window(NamedTuple):
    """An image, the window that moves over it, and what comes out.

    A sequence is an image of height 1. `top` and `left` are rows and columns of padding before the
    image; what is needed behind it follows from the output's size.
    """

    height: int
    width: int
    channels: int
    kernel_height: int
    kernel_width: int
    stride_height: int
    stride_width: int
    top: int
    left: int
    out_height: int
    out_width: int

    @classmethod
    def of(cls, attributes: dict[str, Any]) -> Window:
        """Return a node's window; in a file it is a plain list."""
        return cls(*attributes["window"])

    @property
    def taps(self) -> int:
        """Places in the window."""
        return self.kernel_height * self.kernel_width

    @property
    def positions(self) -> int:
        """Places of the window in the image: pixels of the output."""
        return self.out_height * self.out_width

    @property
    def padded(self) -> bool:
        """True if the window reaches beyond the image somewhere."""
        return min(self.counts()) < self.taps

    def counts(self) -> list[int]:
        """Return for each position, row by row, how many places of the window lie in the image."""
        rows = _inside(
            self.height, self.kernel_height, self.stride_height, self.top, self.out_height
        )
        columns = _inside(
            self.width, self.kernel_width, self.stride_width, self.left, self.out_width
        )
        return [row * column for row in rows for column in columns]

    def faults(self) -> Iterable[str]:
        """Yield what is wrong with the numbers."""
        if min(self) < 0 or min(self[:7]) < 1 or min(self[9:]) < 1:
            yield f"a window of {tuple(self)}: sizes have to be positive, padding not below 0"
        elif min(self.counts()) < 1:
            yield f"a window of {tuple(self)} lies outside its image at some position"


def whole(height: int, width: int, channels: int) -> Window:
    """Return the window that covers all of an image at once."""
    return Window(height, width, channels, height, width, 1, 1, 0, 0, 1, 1)


def _inside(size: int, kernel: int, stride: int, before: int, out: int) -> list[int]:
    starts = (k * stride - before for k in range(out))
    return [min(start + kernel, size) - max(start, 0) for start in starts]


def patches(
    x: npt.NDArray[Any], window: Window, padding: float | npt.NDArray[Any]
) -> npt.NDArray[Any]:
    """Return the windows of images x (n, ...), (n, out_height, out_width, taps, channels).

    padding: the value of what lies outside of the image.
    """
    w = window
    image = x.reshape(len(x), w.height, w.width, w.channels)
    bottom = (w.out_height - 1) * w.stride_height + w.kernel_height - w.height - w.top
    right = (w.out_width - 1) * w.stride_width + w.kernel_width - w.width - w.left
    around = ((0, 0), (w.top, max(bottom, 0)), (w.left, max(right, 0)), (0, 0))
    if max(w.top, bottom, w.left, right) > 0:
        image = np.pad(image, around, constant_values=padding)
    size = (w.kernel_height, w.kernel_width)
    slide: Any = np.lib.stride_tricks.sliding_window_view  # its stub knows one axis alone
    views = slide(image, size, axis=(1, 2))
    views = views[:, :: w.stride_height, :: w.stride_width][:, : w.out_height, : w.out_width]
    windows = np.moveaxis(views, 3, 5)
    return np.asarray(windows.reshape(len(x), w.out_height, w.out_width, w.taps, w.channels))
