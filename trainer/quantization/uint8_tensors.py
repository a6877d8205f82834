"""Find the uint8 tensors of the exported integer network: training rounds these activations.

There, a convolution with the BatchNormalization and the relu after it is one operation with one
result. Dropout and RandomShift do not exist; Flatten and max pooling pass integers through
unchanged. The scores of the last layer keep more than 8 bits. `Layer.integer_role` says which
layer does what.
"""

from __future__ import annotations

from ..layers.layer import IntegerRole, Layer
from ..network.network import Network
from .affine import fixed_range


def range_of_outputs(layer: Layer) -> tuple[float, float] | None:
    """Return the fixed range of a layer's outputs; None if the data determine it."""
    return layer.fixed_range or fixed_range(layer.activation)


def uint8_tensors(network: Network) -> set[str]:
    """Find the uint8 tensors that the integer network computes.

    Parameters
    ----------
    network : Network
        Built.

    Returns
    -------
    set of str
        Names of the layers that compute one, and "", the preprocessed input.
    """
    computing = [layer for layer in network.learning_layers if not _hands_on(layer)]
    return {"", *(layer.name for layer in computing if not _is_absorbed(network, layer))}


def shared_tensors(network: Network, computed: set[str]) -> dict[str, str]:
    """Find the layers that pass a uint8 tensor through.

    Parameters
    ----------
    network : Network
        Built.
    computed : set of str
        What `uint8_tensors` returned.

    Returns
    -------
    dict of str to str
        For each of these layers, the name of the layer that computed the tensor.
    """
    known = {name: name for name in computed}
    known |= {layer.name: "" for layer in network.preprocessing_layers}
    shared = {}
    for layer in network.learning_layers:
        source = network.sources[layer.name][0]
        if _hands_on(layer) and source in known:
            shared[layer.name] = known[layer.name] = known[source]
    return shared


def _hands_on(layer: Layer) -> bool:
    return layer.integer_role in (IntegerRole.NONE, IntegerRole.PASSES)


def _is_absorbed(network: Network, layer: Layer) -> bool:
    """Whether the next layer becomes part of this one, or its outputs are the scores."""
    readers = _readers(network, layer)
    if len(readers) != 1:
        return False
    reader = readers[0]
    if reader is None:
        return True
    if reader.integer_role is IntegerRole.CURVE:
        return _is_linear(layer) or layer.integer_role is IntegerRole.CLAMPS
    if reader.integer_role is IntegerRole.SCALES:
        return _is_linear(layer) and reader.output_shape[-1:] == layer.output_shape[-1:]
    return False


def _readers(network: Network, layer: Layer) -> list[Layer | None]:
    """Return the layers that read a layer's outputs, None for the network's end."""
    if layer is network.layers[-1]:
        return [None]
    readers: list[Layer | None] = []
    for other in network.layers:
        if layer.name in network.sources[other.name]:
            nothing = other.integer_role is IntegerRole.NONE
            readers += _readers(network, other) if nothing else [other]
    return readers


def _is_linear(layer: Layer) -> bool:
    """Whether a layer is a product with weights, or a scaling, without a curve after it."""
    if layer.integer_role is IntegerRole.SCALES:
        return True
    return layer.integer_role is IntegerRole.WEIGHTED and layer.activation == "linear"
