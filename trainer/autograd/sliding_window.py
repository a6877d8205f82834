"""Geometry of a window that slides over an image: output sizes, padding, and overlaps.

A window of k elements that moves s at a time over n elements has (n - k) // s + 1 places:
padding "valid". With padding "same" it has ceil(n / s), as in Keras, where

    total = max((places - 1) * s + k - n, 0)

elements are added around the n, total // 2 of them before the first. For an image this holds along
the height and along the width; a sequence is an image of height 1.
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
    """Compute the padding along one axis.

    Parameters
    ----------
    n : int
        Elements of the input.
    k : int
        Elements of the window.
    s : int
        How far the window moves.
    padding : str
        "valid" or "same".

    Returns
    -------
    tuple of int
        Elements added before and after the n.

    Raises
    ------
    ThumbnetError
        If `padding` is neither of the two.
    """
    if padding not in PADDINGS:
        raise unknown("padding", padding, PADDINGS)
    if padding == "valid":
        return 0, 0
    total = max((-(-n // s) - 1) * s + k - n, 0)
    return total // 2, total - total // 2


def sizes(value: Any, rank: int, what: str) -> Pair:
    """Read a size setting of a layer.

    Parameters
    ----------
    value : int or sequence of int
        One positive whole number, or one for each of `rank` axes.
    rank : int
        1 for sequences, 2 for images.
    what : str
        Names the setting in the error message.

    Returns
    -------
    tuple of int
        (vertical, horizontal); vertical is 1 for rank 1.

    Raises
    ------
    ThumbnetError
        If `value` is anything else.
    """
    given = list(value) if isinstance(value, Sequence) else [value] * rank
    right = all(isinstance(n, (int, np.integer)) and n >= 1 for n in given)
    if not right or len(given) != rank or isinstance(value, str):
        form = "a positive whole number" + (", or a pair of them" if rank == 2 else "")
        raise ThumbnetError(f"{what} is {value!r}, it must be {form}")
    return (1, int(given[0])) if rank == 1 else (int(given[0]), int(given[1]))


def explicit_pads(padding: Sequence[Sequence[int]], window: Pair, rank: int, what: str) -> Pads:
    """Read padding that is given in numbers.

    Parameters
    ----------
    padding : sequence of sequence of int
        Elements (before, after), for each of `rank` axes.
    window : tuple of int
        (vertical, horizontal).
    rank : int
        1 for sequences, 2 for images.
    what : str
        Names the setting in the error message.

    Returns
    -------
    tuple of tuple of int
        ((top, bottom), (left, right)).

    Raises
    ------
    ThumbnetError
        If `padding` is anything else, or leaves the window without a pixel somewhere.
    """
    form = "((before, after),)" if rank == 1 else "((top, bottom), (left, right))"
    pairs = [list(pair) if isinstance(pair, Sequence) else [] for pair in padding]
    whole = all(isinstance(n, (int, np.integer)) and n >= 0 for pair in pairs for n in pair)
    if len(pairs) != rank or not whole or any(len(pair) != 2 for pair in pairs):
        raise ThumbnetError(f"{what} is {padding!r}, it must be 'valid', 'same' or {form}")
    if any(max(pair) >= size for pair, size in zip(pairs, window[2 - rank :], strict=True)):
        raise ThumbnetError(f"{what} is {padding!r}: it must be smaller than the window")
    pads = [(int(before), int(after)) for before, after in pairs]
    return (pads[0], pads[1]) if rank == 2 else ((0, 0), pads[0])


@dataclass(frozen=True)
class Grid:
    """The places of a window on an image.

    Attributes
    ----------
    image, window : tuple of int
        Height and width.
    strides : tuple of int
        How far the window moves, down and to the right.
    pads : tuple of tuple of int
        Elements added around the image, ((top, bottom), (left, right)).
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
        """Number of places of the window, down and to the right."""
        (height, width), (k_h, k_w), (s_h, s_w) = self.padded, self.window, self.strides
        return (height - k_h) // s_h + 1, (width - k_w) // s_w + 1

    @property
    def apart(self) -> bool:
        """Whether the window never covers a pixel twice."""
        return self.strides[0] >= self.window[0] and self.strides[1] >= self.window[1]

    @cached_property
    def elements(self) -> list[Element]:
        """The elements of the window, row by row, each with the pixels that it covers.

        Each entry holds (row, column) of the element, the places of the window where that element
        is on the image and not on the padding, and the pixels that it covers there. The last two
        are slices of arrays (n, height, width, ...), so that `outputs[places] += image[pixels]`
        adds to every place what the element sees there.
        """
        everything = slice(None)
        axes = [[self._overlap(axis, k) for k in range(self.window[axis])] for axis in (0, 1)]
        return [
            ((row, column), (everything, down, right), (everything, lines, columns))
            for row, (down, lines) in enumerate(axes[0])
            for column, (right, columns) in enumerate(axes[1])
        ]

    def _overlap(self, axis: int, k: int) -> tuple[slice, slice]:
        """Return the places along an axis where element k is on the image, and its pixels there."""
        n, s, places = self.image[axis], self.strides[axis], self.places[axis]
        offset = k - self.pads[axis][0]  # the pixel at the first place, if there is one
        first = max(-(offset // s), 0)
        last = min((n - 1 - offset) // s, places - 1)
        if last < first:
            return slice(0, 0), slice(0, 0)
        return slice(first, last + 1), slice(first * s + offset, last * s + offset + 1, s)

    def pad(self, x: Array) -> Array:
        """Return images (n, height, width, c) with zeros around them; x itself without padding."""
        if self.padded == self.image:
            return x
        (top, _), (left, _) = self.pads
        (height, width), (tall, wide) = self.image, self.padded
        result = np.zeros((len(x), tall, wide, x.shape[-1]), dtype=x.dtype)
        result[:, top : top + height, left : left + width] = x
        return result
