"""The tasks of `thumbnet demo`: the data, the network, and how an example is drawn."""

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

from ..terminal.text_art import draw_channels, draw_image, halve_image
from .settings import Array, TrainSettings

Load = Callable[[int], tuple[Dataset, Dataset]]
Draw = Callable[[Dataset, Array, bool], list[str]]


@dataclass(frozen=True)
class DemoTask:
    """One demo.

    Attributes
    ----------
    what
        What the network classifies, for a headline.
    things
        What the examples are called.
    load
        Returns training and test data for a seed.
    settings
        The network and its training; the learning rate is the peak of one cycle.
    heap
        Heap of MicroPython, large enough that no garbage collection disturbs a measurement.
    vectors
        How many test rows run on MicroPython; None for all.
    shown
        How many examples are drawn.
    draw
        Returns the lines that show one example, given the data set, the values of the example, and
        whether block characters can be printed.

    """

    what: str
    things: str
    load: Load
    settings: TrainSettings
    heap: str
    vectors: int | None
    shown: int
    draw: Draw


def _digits(seed: int) -> tuple[Dataset, Dataset]:
    return train_test_split(load_digits(), seed=seed)


def _mnist(seed: int) -> tuple[Dataset, Dataset]:
    return load_mnist()


def _motions(seed: int) -> tuple[Windows, Windows]:
    """Return windows of five seconds; the authors of the data set have split the recordings."""
    train, test = load_motions()
    windows = cut([*train, *test], length=50, hop=25).named("BasicMotions")
    # Cut together, so that both sides have the same scale and labels; no recording is on both.
    first = windows.recording < len(train)
    return windows.take(np.flatnonzero(first)), windows.take(np.flatnonzero(~first))


def _draw_image(data: Dataset, x: Array, unicode: bool) -> list[str]:
    assert data.image_shape is not None
    pixels = x.reshape(data.image_shape)
    if len(pixels) > 16:
        pixels = halve_image(pixels)
    return draw_image(pixels, 0, float(data.x.max()), unicode)


def _draw_window(data: Dataset, x: Array, unicode: bool) -> list[str]:
    every = data.x.reshape(-1, len(x[0]))
    return draw_channels(x, every.min(axis=0), every.max(axis=0), unicode)


DEMO_TASKS = {
    "digits": DemoTask(
        what="handwritten digits of 8 x 8 pixels",
        things="images",
        load=_digits,
        settings=TrainSettings(hidden=(32,), epochs=60),
        heap="40k",
        vectors=None,
        shown=4,
        draw=_draw_image,
    ),
    "mnist": DemoTask(
        what="handwritten digits of 28 x 28 pixels, 60,000 of them",
        things="images",
        load=_mnist,
        settings=TrainSettings(
            hidden=(), conv=(8, 12, 18), epochs=6, batch_size=64, learning_rate=0.02
        ),
        heap="1m",
        vectors=200,
        shown=4,
        draw=_draw_image,
    ),
    "motions": DemoTask(
        what="walking, running, standing and badminton, measured by a smartwatch",
        things="windows",
        load=_motions,
        settings=TrainSettings(hidden=(), conv=(8, 16), epochs=40, learning_rate=0.005),
        heap="128k",
        vectors=None,
        shown=3,
        draw=_draw_window,
    ),
}
"""By the argument of `thumbnet demo`."""
