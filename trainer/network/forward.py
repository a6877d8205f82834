"""The forward pass: layer after layer, each reading the outputs of its sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ..autograd.tensor import Tensor
from ..layers.layer import Layer
from ..layers.merging import Merge

Sources = Mapping[str, tuple[str, ...]]
"""Names of the layers that each layer reads; "" stands for the network's input."""


class Quantizer(Protocol):
    """The interface that a network computes through while `fit(quantize=...)` runs."""

    width: str

    def call(self, layer: Layer, inputs: Sequence[Tensor], training: bool) -> Tensor:
        """Compute a layer with rounded weights, and round its outputs."""

    def pre_activation(self, layer: Layer, x: Tensor, training: bool) -> Tensor:
        """Compute the logits of a layer with rounded weights."""

    def output(self, name: str, x: Tensor, training: bool) -> Tensor:
        """Round the outputs of the layer called `name`; "" is the network's input."""

    def get_state(self) -> dict[str, Any]:
        """Return the state that a checkpoint stores, as JSON types."""

    def set_state(self, state: dict[str, Any]) -> None:
        """Restore what `get_state` returned."""


def count_preprocessing(layers: Sequence[Layer], sources: Sources) -> int:
    """Return how many of the first layers never change and have no branch around them."""
    before = ""
    for i, layer in enumerate(layers):
        readers = [name for name, read in sources.items() if before in read]
        if readers != [layer.name] or not layer.preprocesses:
            return i
        before = layer.name
    return len(layers)


def call_layer(layer: Layer, inputs: Sequence[Tensor], training: bool) -> Tensor:
    """Compute the outputs of a layer from the tensors that it reads."""
    return layer.merge(inputs) if isinstance(layer, Merge) else layer.call(inputs[0], training)


def run_layers(
    layers: Sequence[Layer],
    sources: Sources,
    x: Tensor,
    first: str,
    training: bool,
    quantizer: Quantizer | None,
) -> Tensor:
    """Compute layers in order.

    Parameters
    ----------
    layers : sequence of Layer
        The first of the layers that learn, in computing order.
    sources : mapping
        What each layer reads.
    x : Tensor
        Preprocessed inputs.
    first : str
        The name under which `sources` knows `x`.
    training : bool
        Whether the call is part of a training step.
    quantizer : Quantizer or None
        Rounds weights and activations; None for floats.

    Returns
    -------
    Tensor
        The outputs of the last of the layers, or `x` if there are none.
    """
    if quantizer is not None:
        x = quantizer.output("", x, training)
    tensors = {first: x}
    unread = Counter(name for layer in layers for name in sources[layer.name])
    for layer in layers:
        inputs = [tensors[name] for name in sources[layer.name]]
        for name in sources[layer.name]:
            unread[name] -= 1
            if not unread[name]:  # its memory may be needed
                del tensors[name]
        if quantizer is None:
            x = call_layer(layer, inputs, training)
        else:
            x = quantizer.call(layer, inputs, training)
        tensors[layer.name] = x
    return x
