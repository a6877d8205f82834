"""How numbers run through a model: layer after layer, each reading what its sources gave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .evaluation import rows_at_once, slices
from .layers import Flatten, Layer
from .merge import Merge
from .preprocessing import Rescaling
from .tensor import Array, Tensor

if TYPE_CHECKING:
    from .model import Model


def constant_layers(model: Model) -> int:
    """How many of the first layers never change, and are all that read what is before them."""
    sources, before = model.sources, ""
    for i, layer in enumerate(model.layers):
        readers = [name for name, read in sources.items() if before in read]
        if readers != [layer.name] or not isinstance(layer, (Rescaling, Flatten)):
            return i
        before = layer.name
    return len(model.layers)


def preprocess(model: Model, x: Array) -> Array:
    """Apply the constant layers to raw units (n, *input_shape), and give the model's dtype."""
    constant = model.layers[: constant_layers(model)]
    if not constant:
        return x.astype(model.dtype, copy=False)
    outputs = np.empty((len(x), *constant[-1].output_shape), dtype=model.dtype)
    for rows in slices(len(x), rows_at_once(model)):
        tensor = Tensor(x[rows])
        for layer in constant:
            tensor = layer.call(tensor)
        outputs[rows] = tensor.data
    return outputs


def call_layer(layer: Layer, inputs: Sequence[Tensor], training: bool) -> Tensor:
    """Give what a layer makes of the tensors that it reads."""
    return layer.merge(inputs) if isinstance(layer, Merge) else layer.call(inputs[0], training)


def flow(model: Model, layers: Sequence[Layer], x: Tensor, training: bool) -> Tensor:
    """Compute the first `layers` of the learning ones; gives what the last of them gives.

    x: preprocessed. While `fit(quantize=...)` runs, with fake quantization.
    """
    sources, constant = model.sources, constant_layers(model)
    if model.quantizer is not None:
        x = model.quantizer.output("", x, training)
    tensors = {model.layers[constant - 1].name if constant else "": x}
    unread = Counter(name for layer in layers for name in sources[layer.name])
    for layer in layers:
        inputs = [tensors[name] for name in sources[layer.name]]
        for name in sources[layer.name]:
            unread[name] -= 1
            if not unread[name]:  # its memory may be needed
                del tensors[name]
        if model.quantizer is None:
            x = call_layer(layer, inputs, training)
        else:
            x = model.quantizer.call(layer, inputs, training)
        tensors[layer.name] = x
    return x
