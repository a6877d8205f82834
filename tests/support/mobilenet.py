"""A network of the size of MLPerf Tiny's visual wake words, with random weights."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import (
    Conv2D,
    Dense,
    DepthwiseConv2D,
    GlobalAveragePooling2D,
    InputSpec,
    Layer,
    Model,
    Rescaling,
    Sequential,
)

from .exact import filled

BLOCKS = ((1, 16), (2, 32), (1, 32), (2, 64), (1, 64), (2, 128), *[(1, 128)] * 5, (2, 256))
"""Stride and filters of the blocks of a MobileNetV1 of width 0.25; another (1, 256) ends it."""


def mobilenet(size: int = 96, blocks: tuple[tuple[int, int], ...] = (*BLOCKS, (1, 256))) -> Model:
    """Return an untrained network of depthwise and pointwise convolutions for pixels, 0 to 255."""
    layers: list[Layer] = [
        Rescaling(1 / 255),
        Conv2D(8, 3, strides=2, padding="same", activation="relu"),
    ]
    for stride, filters in blocks:
        layers.append(DepthwiseConv2D(3, strides=stride, padding="same", activation="relu"))
        layers.append(Conv2D(filters, 1, activation="relu"))
    model = Sequential([*layers, GlobalAveragePooling2D(), Dense(2, "softmax")], seed=1)
    model.build((size, size, 3))
    model.input_spec = InputSpec((size, size, 3), minimum=0, maximum=255)
    return filled(model)


def pixels(size: int, count: int) -> npt.NDArray[np.float64]:
    """Return `count` images of noise, as rows."""
    rng = np.random.default_rng(2)
    return rng.integers(0, 256, (count, size * size * 3)).astype(np.float64)
