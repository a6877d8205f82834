"""What `thumbnet demo` can be about: where the data comes from, the network, and how it looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from thumbnet.trainer import (
    Dataset,
    Windows,
    cut,
    load_digits,
    load_mnist,
    load_motions,
    train_test_split,
)

from .pictures import curves, draw, smaller
from .recipe import Array, Recipe

Split = Callable[[int], tuple[Dataset, Dataset]]
Look = Callable[[Dataset, Array, bool], list[str]]


@dataclass(frozen=True)
class Subject:
    """One demo.

    Attributes:
        what: of which things the network tells the class, for a headline.
        things: what one example is called.
        load: train and test data for a seed.
        recipe: the network and its training; the learning rate is the peak of one cycle.
        heap: of MicroPython: so large that none of an inference is collected while it is measured.
        vectors: rows that run on MicroPython, None for all.
        shown: how many examples are drawn.
        look: lines that show one example, given its numbers and whether there are block characters.
    """

    what: str
    things: str
    load: Split
    recipe: Recipe
    heap: str
    vectors: int | None
    shown: int
    look: Look


def _digits(seed: int) -> tuple[Dataset, Dataset]:
    return train_test_split(load_digits(), seed=seed)


def _mnist(seed: int) -> tuple[Dataset, Dataset]:
    return load_mnist()


def _motions(seed: int) -> tuple[Windows, Windows]:
    """Windows of five seconds; the recordings were split by those who made them."""
    train, test = load_motions()
    windows = cut([*train, *test], length=50, hop=25).named("BasicMotions")
    # One scale and one list of labels for all, and no recording on both sides.
    first = windows.recording < len(train)
    return windows.take(np.flatnonzero(first)), windows.take(np.flatnonzero(~first))


def _picture(data: Dataset, x: Array, unicode: bool) -> list[str]:
    assert data.image_shape is not None
    pixels = x.reshape(data.image_shape)
    if len(pixels) > 16:
        pixels = smaller(pixels)
    return draw(pixels, 0, float(data.x.max()), unicode)


def _window(data: Dataset, x: Array, unicode: bool) -> list[str]:
    every = data.x.reshape(-1, len(x[0]))
    return curves(x, every.min(axis=0), every.max(axis=0), unicode)


SUBJECTS = {
    "digits": Subject(
        what="handwritten digits of 8 x 8 pixels",
        things="pictures",
        load=_digits,
        recipe=Recipe(hidden=(32,), epochs=60),
        heap="32k",
        vectors=None,
        shown=4,
        look=_picture,
    ),
    "mnist": Subject(
        what="handwritten digits of 28 x 28 pixels, 60,000 of them",
        things="pictures",
        load=_mnist,
        recipe=Recipe(hidden=(), conv=(8, 12, 18), epochs=6, batch_size=64, learning_rate=0.02),
        heap="1m",
        vectors=200,
        shown=4,
        look=_picture,
    ),
    "motions": Subject(
        what="walking, running, standing and badminton, felt by a smartwatch",
        things="windows",
        load=_motions,
        recipe=Recipe(hidden=(), conv=(8, 16), epochs=40, learning_rate=0.005),
        heap="128k",
        vectors=None,
        shown=3,
        look=_window,
    ),
}
"""By the word behind `thumbnet demo`."""
