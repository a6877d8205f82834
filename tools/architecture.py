"""The layers that `thumbnet train` builds: scaling, convolutions, recurrent cells, hidden units."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from thumbnet.trainer import (
    GRU,
    Activation,
    BatchNormalization,
    Conv1D,
    Conv2D,
    Dataset,
    Dense,
    Flatten,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    InputSpec,
    Layer,
    Normalization,
    Rescaling,
    ThumbnetError,
)

if TYPE_CHECKING:
    from .recipe import Recipe

IMAGE_KERNEL, SEQUENCE_KERNEL = 3, 5
"""Pixels and samples that one step of a convolution looks at."""

STRIDE = 2
"""Every convolution halves what the next one looks at."""


def shaped(data: Dataset, recipe: Recipe) -> Dataset:
    """Give a data set in the shape that the recipe's first layer takes: pictures as pictures.

    Raises:
        ThumbnetError: there is neither a picture nor a sequence in it.
    """
    if not recipe.conv and not recipe.gru:
        return data
    if data.image_shape is not None and not recipe.gru:
        shape = (*data.image_shape, 1)
        spec = data.input_spec
        if spec is not None:
            spec = InputSpec(shape, spec.names, spec.resolution, spec.minimum, spec.maximum)
        return replace(data, x=data.x.reshape(len(data), *shape), input_spec=spec)
    if data.x.ndim != 3 and (recipe.gru or data.x.ndim != 4):
        option, mend = "--gru", ""
        if not recipe.gru:
            option, mend = "--conv", ", give pictures (examples, height, width, colours)"
        raise ThumbnetError(
            f"{option} is for windows of recordings{mend and ' and pictures'}, "
            f"{data.name or 'the data'} has rows of {data.x[0].size} numbers: cut recordings into "
            f"windows (--window 100 --features raw){mend}, or leave it out"
        )
    return data


def layers(data: Dataset, recipe: Recipe) -> list[Layer]:
    """Give the layers for a data set that is `shaped`, without the last one."""
    found = [*_scaling(data, recipe.scale)]
    flat = data.x.ndim == 3
    for filters in recipe.conv:
        size = SEQUENCE_KERNEL if flat else IMAGE_KERNEL
        conv = Conv1D if flat else Conv2D
        # Without a bias: the normalization behind it has one.
        found.append(conv(filters, size, strides=STRIDE, padding="same", use_bias=False))
        found += [BatchNormalization(momentum=0.9), Activation(recipe.activation)]
    if recipe.gru:
        found.append(GRU(recipe.gru))
    elif recipe.conv:
        found.append(GlobalAveragePooling1D() if flat else GlobalAveragePooling2D())
    elif data.x.ndim > 2:
        found.append(Flatten())
    return found + [Dense(units, recipe.activation) for units in recipe.hidden]


def _scaling(data: Dataset, scale: str | None) -> list[Layer]:
    if scale is None and (data.image_shape is not None or data.x.ndim > 3):
        spec = data.input_spec
        largest = spec.maximum if spec is not None else None
        # One scale for all pixels: a pixel that is always empty in training is still a pixel.
        return [Rescaling(1 / float(np.max(data.x.max() if largest is None else largest)))]
    if scale == "none":
        return []
    # A scale for each feature, or for each channel of a window.
    if scale == "minmax":
        return [Rescaling.from_range(data.x)]
    return [Normalization().adapt(data.x)]
