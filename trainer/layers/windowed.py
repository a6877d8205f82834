"""Base of the layers that slide a window over their input: convolutions and pooling."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..autograd import functional
from ..autograd.sliding_window import Grid, Pads, Pair, explicit_pads, padding_of, sizes
from ..autograd.tensor import Tensor
from ..errors import ThumbnetError
from .layer import Layer, Shape

MOST_PADDED = 2**24
"""Numbers of one input with its padding, at most."""


class Windowed(Layer):
    """A layer with a window that slides over images (h, w, c) or sequences (t, c).

    Parameters
    ----------
    size, strides : int or sequence of int
        Of the window: one number, or one for each axis.
    padding : str or sequence of sequence of int
        "valid", "same", or elements (before, after) for each axis, fewer than the window has.
    name : str or None
        Unique in its model.

    Attributes
    ----------
    rank : int
        2 for images, 1 for sequences, which are computed as images of height 1.
    window, strides : tuple of int
        (vertical, horizontal); vertically 1 for sequences.
    pads : tuple of tuple of int
        ((top, bottom), (left, right)), known after `build`.
    grid : Grid
        All of these, known after `build`.
    """

    rank = 2
    size_name = "kernel_size"  # name of the setting that gives the window

    def __init__(
        self, size: Any, strides: Any, padding: str | Sequence[Sequence[int]], name: str | None
    ) -> None:
        super().__init__(name)
        kind = type(self).__name__
        self.window = sizes(size, self.rank, f"{kind}: {self.size_name}")
        self.strides = sizes(strides, self.rank, f"{kind}: strides")
        self.padding = padding
        self.pads: Pads = ((0, 0), (0, 0))
        if isinstance(padding, str):
            padding_of(1, 1, 1, padding)
        else:
            self.pads = explicit_pads(padding, self.window, self.rank, f"{kind}: padding")
        self.grid: Grid

    def _lay(self, input_shape: Shape) -> Shape:
        """Place the grid on inputs of this shape; return its places, (h, w) or (t,)."""
        if len(input_shape) != self.rank + 1:
            form = "images (height, width, channels)"
            if self.rank == 1:
                form = "sequences (steps, channels)"
            raise ThumbnetError(
                f"layer {self.name!r} takes {form}, not shape {input_shape}: "
                f"{self._remedy(input_shape)}"
            )
        image = input_shape[:2] if self.rank == 2 else (1, input_shape[0])
        if isinstance(self.padding, str):
            top, left = (
                padding_of(n, k, s, self.padding)
                for n, k, s in zip(image, self.window, self.strides, strict=True)
            )
            self.pads = (top, left)
        self.grid = Grid((image[0], image[1]), self.window, self.strides, self.pads)
        if min(self.grid.places) < 1:
            raise ThumbnetError(
                f"layer {self.name!r}: a window of {self._text(self.window)} does not fit on an "
                f"input of {self._text(self.grid.image)}: take a smaller {self.size_name}, "
                "or padding='same'"
            )
        if math.prod(self.grid.padded) * input_shape[-1] > MOST_PADDED:
            raise ThumbnetError(
                f"layer {self.name!r}: an input of {self._text(self.grid.image)}, padded for a "
                f"window of {self._text(self.window)}, is too large: take a smaller "
                f"{self.size_name}, or padding='valid'"
            )
        return self.grid.places[2 - self.rank :]

    def _text(self, pair: Pair) -> str:
        return " x ".join(map(str, pair[2 - self.rank :]))

    def _remedy(self, shape: Shape) -> str:
        if len(shape) == self.rank:
            return f"add a channel axis: x.reshape(-1, {', '.join(map(str, shape))}, 1)"
        if len(shape) > self.rank + 1:
            other = type(self).__name__.replace("1D", "2D")
            return f"use {other}" if (self.rank, len(shape)) == (1, 3) else "drop an axis"
        return "reshape x to (n, height, width, channels), or put this layer before Flatten()"

    def _slide(self, x: Tensor) -> Tensor:
        """Compute on images (n, h, w, c), whatever the rank is, and return (n, *output_shape)."""
        n, channels = len(x.data), x.shape[-1]
        y = self._operate(functional.reshape(x, (n, *self.grid.image, channels)))
        return functional.reshape(y, (n, *self.output_shape))

    def _operate(self, images: Tensor) -> Tensor:
        """Compute the result for images."""
        raise NotImplementedError

    def _padding_setting(self) -> str | list[list[int]]:
        if isinstance(self.padding, str):
            return self.padding
        return [list(pair) for pair in self.pads[2 - self.rank :]]

    def get_config(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        window, strides = (
            list(pair) if self.rank == 2 else pair[1] for pair in (self.window, self.strides)
        )
        return {
            self.size_name: window,
            "strides": strides,
            "padding": self._padding_setting(),
            **super().get_config(),
        }
