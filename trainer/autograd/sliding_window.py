"""Where windows lie on an image: sizes of outputs, padding, and who meets whom.

A window of k elements that moves s at a time over n elements has (n - k) // s + 1 places:
padding "valid". With padding "same" it has ceil(n / s), as in Keras, for which

    total = max((places - 1) * s + k - n, 0)

elements are thought to be around the n, total // 2 of them before the first. An image has a height
and a width, and this holds for each; a sequence is an image of height 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import ThumbnetError, unknown

Pair = tuple[int, int]
Pads = tuple[Pair, Pair]
Element = tuple[Pair, tuple[slice, ...], tuple[slice, ...]]

PADDINGS = ("valid", "same")


def padding_of(n: int, k: int, s: int, padding: str) -> Pair:
    """Give how many elements are thought before and after n, for a window of k moving by s.

    Raises ThumbnetError for a padding that is neither "valid" nor "same".
    """
    if padding not in PADDINGS:
        raise unknown("padding", padding, PADDINGS)
    if padding == "valid":
        return 0, 0
    total = max((-(-n // s) - 1) * s + k - n, 0)
    return total // 2, total - total // 2


def sizes(value: Any, rank: int, what: str) -> Pair:
    """Give `value`, a whole number or one for each of `rank` axes, as (vertical, horizontal).

    what: for the message. With rank 1, vertical is 1. Raises ThumbnetError for anything else, or
    a number below 1.
    """
    given = list(value) if isinstance(value, Sequence) else [value] * rank
    right = all(isinstance(n, (int, np.integer)) and n >= 1 for n in given)
    if not right or len(given) != rank or isinstance(value, str):
        form = "a positive whole number" + (", or a pair of them" if rank == 2 else "")
        raise ThumbnetError(f"{what} is {value!r}, it must be {form}")
    return (1, int(given[0])) if rank == 1 else (int(given[0]), int(given[1]))


@dataclass(frozen=True)
class Grid:
    """The places of a window on an image.

    image: height and width. window: the same of the window. strides: how far it moves, down and
    to the right. pads: elements thought around the image, ((top, bottom), (left, right)).
    """

    image: Pair
    window: Pair
    strides: Pair
    pads: Pads = ((0, 0), (0, 0))

    @cached_property
    def padded(self) -> Pair:
        """Height and width of the image with its padding."""
        (top, bottom), (left, right) = self.pads
        return self.image[0] + top + bottom, self.image[1] + left + right

    @cached_property
    def places(self) -> Pair:
        """How many places the window has, down and to the right."""
        (height, width), (k_h, k_w), (s_h, s_w) = self.padded, self.window, self.strides
        return (height - k_h) // s_h + 1, (width - k_w) // s_w + 1

    @property
    def apart(self) -> bool:
        """Whether no pixel is under the window twice."""
        return self.strides[0] >= self.window[0] and self.strides[1] >= self.window[1]

    @cached_property
    def elements(self) -> list[Element]:
        """The elements of the window, row by row: who meets whom.

        Of each: its (row, column) in the window; the places at which it is on the image and not on
        the padding; the pixels that it meets there. Both are slices of arrays (n, height, width,
        ...), so that `outputs[places] += image[pixels]` adds to each place what it sees there.
        """
        everything = slice(None)
        axes = [[self._meet(axis, k) for k in range(self.window[axis])] for axis in (0, 1)]
        return [
            ((row, column), (everything, down, right), (everything, lines, columns))
            for row, (down, lines) in enumerate(axes[0])
            for column, (right, columns) in enumerate(axes[1])
        ]

    def _meet(self, axis: int, k: int) -> tuple[slice, slice]:
        """Along one axis: the places at which element k is on the image, and what it meets."""
        n, s, places = self.image[axis], self.strides[axis], self.places[axis]
        offset = k - self.pads[axis][0]  # the first place meets this pixel, if there is one
        first = max(-(offset // s), 0)
        last = min((n - 1 - offset) // s, places - 1)
        if last < first:
            return slice(0, 0), slice(0, 0)
        return slice(first, last + 1), slice(first * s + offset, last * s + offset + 1, s)

    def pad(self, x: Array) -> Array:
        """Give images (n, height, width, c) with zeros around them; x itself if there are none."""
        if self.padded == self.image:
            return x
        (top, _), (left, _) = self.pads
        (height, width), (tall, wide) = self.image, self.padded
        result = np.zeros((len(x), tall, wide, x.shape[-1]), dtype=x.dtype)
        result[:, top : top + height, left : left + width] = x
        return result
