"""How a window moves over an image, as in convolutions and pooling."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

MOST_GATHERED = 2**23
"""Most values in the windows of one operation: the reference copies all of them."""


class Window(NamedTuple):
    """The sizes of an image, of the window that moves over it, and of the output.

    A sequence is an image of height 1. The padding after the image follows from the size of the
    output.

    Parameters
    ----------
    height, width, channels
        The image.
    kernel_height, kernel_width
        The window.
    stride_height, stride_width
        How far it moves, in pixels.
    top, left
        Rows and columns of padding before the image.
    out_height, out_width
        The output.

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
        """Return the window of a node, which is a plain list in a file."""
        return cls(*attributes["window"])

    @property
    def taps(self) -> int:
        """Number of places in the window."""
        return self.kernel_height * self.kernel_width

    @property
    def positions(self) -> int:
        """Number of positions of the window, which are the pixels of the output."""
        return self.out_height * self.out_width

    @property
    def gathered(self) -> int:
        """Number of values in the window at all positions."""
        return self.positions * self.taps * self.channels

    @property
    def padded(self) -> bool:
        """True if the window extends beyond the image at some position."""
        return min(self.counts()) < self.taps

    def counts(self) -> list[int]:
        """Return the number of window places inside the image at each position, row by row."""
        rows, columns = self._inside()
        return [row * column for row in rows for column in columns]

    def distance(self, outputs: int, copied: bool) -> int:
        """Return how far before the image the output must begin if both lie in the same memory.

        Positions follow each other in the order of the output. Each must be written before what
        later positions still read; and before its own window, unless that is `copied` first.

        Parameters
        ----------
        outputs
            Bytes of the output at each position.
        copied
            A position's whole window is read before anything of its output is written.

        """
        top, left = (
            np.maximum(np.arange(count) * stride - before, 0)
            for count, stride, before in (
                (self.out_height, self.stride_height, self.top),
                (self.out_width, self.stride_width, self.left),
            )
        )
        reads = ((top[:, None] * self.width + left) * self.channels).ravel()
        still_read = np.minimum.accumulate(reads[::-1])[::-1]
        written = outputs * np.arange(1, len(reads) + 1)
        ahead = written[:-1] - still_read[1:] if copied else written - still_read
        return int(max(0, ahead.max(initial=0)))

    def faults(self) -> Iterable[str]:
        """Yield the faults of the sizes."""
        if min(self) < 0 or min(self[:7]) < 1 or min(self[9:]) < 1:
            yield f"a window of {tuple(self)}: sizes must be positive, padding 0 or more"
        elif max(self.gathered, prod(self._padded)) > MOST_GATHERED:
            yield f"a window of {tuple(self)} copies too many values: {MOST_GATHERED:,} is the most"
        elif min(min(sizes) for sizes in self._inside()) < 1:
            yield f"a window of {tuple(self)} is outside its image at some position"

    @property
    def _padded(self) -> tuple[int, int, int]:
        """The image with the padding on all sides."""
        down = (self.out_height - 1) * self.stride_height + self.kernel_height
        across = (self.out_width - 1) * self.stride_width + self.kernel_width
        return (
            max(down, self.top + self.height),
            max(across, self.left + self.width),
            self.channels,
        )

    def _inside(self) -> tuple[list[int], list[int]]:
        """Return how many rows, and how many columns, of the window are inside the image."""
        return (
            _inside(self.height, self.kernel_height, self.stride_height, self.top, self.out_height),
            _inside(self.width, self.kernel_width, self.stride_width, self.left, self.out_width),
        )


def whole(height: int, width: int, channels: int) -> Window:
    """Return the window that covers a whole image."""
    return Window(height, width, channels, height, width, 1, 1, 0, 0, 1, 1)


def _inside(size: int, kernel: int, stride: int, before: int, out: int) -> list[int]:
    starts = (k * stride - before for k in range(out))
    return [min(start + kernel, size) - max(start, 0) for start in starts]


def patches(
    x: npt.NDArray[Any], window: Window, padding: float | npt.NDArray[Any]
) -> npt.NDArray[Any]:
    """Return the windows of images x (n, ...), as (n, out_height, out_width, taps, channels).

    padding: the value outside the image.
    """
    w = window
    image = x.reshape(len(x), w.height, w.width, w.channels)
    bottom = (w.out_height - 1) * w.stride_height + w.kernel_height - w.height - w.top
    right = (w.out_width - 1) * w.stride_width + w.kernel_width - w.width - w.left
    around = ((0, 0), (w.top, max(bottom, 0)), (w.left, max(right, 0)), (0, 0))
    if max(w.top, bottom, w.left, right) > 0:
        image = np.pad(image, around, constant_values=padding)
    size = (w.kernel_height, w.kernel_width)
    slide: Any = np.lib.stride_tricks.sliding_window_view  # its stub allows only one axis
    views = slide(image, size, axis=(1, 2))
    views = views[:, :: w.stride_height, :: w.stride_width][:, : w.out_height, : w.out_width]
    windows = np.moveaxis(views, 3, 5)
    return np.asarray(windows.reshape(len(x), w.out_height, w.out_width, w.taps, w.channels))
