"""Where the exported integer network has a uint8 tensor: there training rounds activations.

A convolution with the BatchNormalization and the relu behind it is one operation there, and has one
result. Dropout and RandomShift are nothing, and Flatten and max pooling pass their integers on as
they are. The scores of the last layer keep more than 8 bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .augmentation import RandomShift
from .batchnorm import BatchNormalization
from .conv_layers import Conv1D, Conv2D, DepthwiseConv1D, DepthwiseConv2D
from .layers import Activation, Dense, Dropout, Flatten, Layer
from .merge import Add
from .pooling import (
    AveragePooling1D,
    AveragePooling2D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    MaxPooling1D,
    MaxPooling2D,
)
from .preprocessing import Rescaling
from .recurrent import GRU

if TYPE_CHECKING:
    from .model import Model

_WEIGHTED = (Dense, Conv1D, Conv2D, DepthwiseConv1D, DepthwiseConv2D)
_NOTHING = (Dropout, Flatten, RandomShift)
_PASSING = (*_NOTHING, MaxPooling1D, MaxPooling2D)
_SCALING = (BatchNormalization, Rescaling)
_CLAMPING = (
    Add,
    AveragePooling1D,
    AveragePooling2D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
)

_CURVES = {"sigmoid": (0.0, 1.0), "tanh": (-128 / 127, 1.0)}


def fixed_range(layer: Layer) -> tuple[float, float] | None:
    """Give the range of what cannot leave it: 1 and -1 are exact behind tanh; else None."""
    if isinstance(layer, GRU):
        return -1.0, 127 / 128
    return _CURVES.get(layer.activation)


def uint8_points(model: Model) -> set[str]:
    """Give the names of the layers that compute a uint8 tensor, and "", the preprocessed input."""
    computing = [layer for layer in model.learning_layers if not isinstance(layer, _PASSING)]
    return {"", *(layer.name for layer in computing if not _goes_on(model, layer))}


def shared_points(model: Model, points: set[str]) -> dict[str, str]:
    """Give the layers that pass a uint8 tensor on, and the point where it was computed."""
    learning = model.learning_layers
    constant = model.layers[: len(model.layers) - len(learning)]
    known = {name: name for name in points} | {layer.name: "" for layer in constant}
    shared = {}
    for layer in learning:
        source = model.sources[layer.name][0]
        if isinstance(layer, _PASSING) and source in known:
            shared[layer.name] = known[layer.name] = known[source]
    return shared


def _goes_on(model: Model, layer: Layer) -> bool:
    """Whether what a layer gives is no uint8 tensor: the next is one with it, or it is scores."""
    readers = _readers(model, layer)
    if len(readers) != 1:
        return False
    reader = readers[0]
    if isinstance(reader, Activation):
        return _is_linear(layer) or isinstance(layer, _CLAMPING)
    if isinstance(reader, _SCALING):
        return _is_linear(layer) and reader.output_shape[-1:] == layer.output_shape[-1:]
    return reader is None


def _readers(model: Model, layer: Layer) -> list[Layer | None]:
    """Give the layers that read what a layer gives, None for the model's end."""
    if layer is model.layers[-1]:
        return [None]
    readers: list[Layer | None] = []
    for other in model.layers:
        if layer.name in model.sources[other.name]:
            readers += _readers(model, other) if isinstance(other, _NOTHING) else [other]
    return readers


def _is_linear(layer: Layer) -> bool:
    """Whether a layer is a product with weights, or a scaling, without a curve behind it."""
    if isinstance(layer, _SCALING):
        return True
    return isinstance(layer, _WEIGHTED) and layer.activation == "linear"
