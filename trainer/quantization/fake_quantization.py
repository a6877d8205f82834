"""Quantization-aware training: the network learns with the rounding of its integer twin.

`fit(..., quantize="int8")` (or "int4", the width of the weights) trains a float model whose numbers
are rounded on their way forward to those that the exported network can hold: weights to a scale
for each output channel, symmetric around 0, and activations to 256 steps of a range that is
observed during training (Jacob et al. 2018, arXiv:1712.05877). The weights themselves stay floats,
so that small steps add up.

Folding BatchNormalization into the weights before it needs no imitation: it multiplies each output
channel by a factor, the channel's scale is multiplied by the same factor, and the integers stay
what they were. Two things are not imitated: the steps in front of a curve's table, and the inside
of recurrent layers. A BatchNormalization after a curve goes into the next weights, across their
channels: put it before the curve.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..arrays import Array
from ..autograd.tensor import Tensor, Variable
from ..errors import ThumbnetError
from ..layers.layer import Layer
from ..layers.normalization import BatchNormalization
from ..network.forward import call_layer
from ..network.network import Network
from .affine import WEIGHT_BITS
from .rounding import round_activations, round_weights
from .uint8_tensors import range_of_outputs, shared_tensors, uint8_tensors

Range = tuple[float, float]

MEMORY = 10
"""After batch n a range moves MEMORY / n of the way to the smallest and largest value there: it
reflects the last tenth or so of the batches, however few there are in all."""

SLOWEST, FASTEST = 0.01, 0.2
"""Smallest and largest share of the way that a range moves after a batch."""


class FakeQuantization:
    """The rounding that a network computes with while `fit(quantize=...)` runs.

    Parameters
    ----------
    network : Network
        Built.
    width : str
        "int8" or "int4", of the weights; those of depthwise convolutions always have 8 bits, as on
        the board.

    Attributes
    ----------
    ranges : dict of str to (float, float)
        Of the tensors that will be uint8, by the layer that computes them ("" is the preprocessed
        input): moving averages of what training batches showed. Those from before the last epoch of
        the first half do not count.
    watching : bool
        Whether training computes in floats and only observes ranges.
    frozen : bool
        Whether ranges and moving statistics no longer change.

    Raises
    ------
    ThumbnetError
        If the width is another one.
    """

    def __init__(self, network: Network, width: str) -> None:
        if width not in WEIGHT_BITS:
            raise ThumbnetError(f"quantize is {width!r}: give 'int8', 'int4' or None")
        self.width = width
        self.watching = False
        self.frozen = False
        self._network = network
        self._computed = uint8_tensors(network)
        layers = {layer.name: layer for layer in network.layers}
        fixed = {name: range_of_outputs(layers[name]) for name in self._computed if name}
        self._fixed = {name: limits for name, limits in fixed.items() if limits is not None}
        self.ranges: dict[str, Range] = dict(self._fixed)
        self._batches = 0
        self._old: set[str] = set()

    def begin_epoch(self, epoch: int, epochs: int) -> None:
        """Decide how an epoch trains.

        In the first half, training computes in floats while ranges are observed: on the digits,
        networks of 8 to 12 units a layer then lose 1 % with 4 bits, instead of 4 % if they begin
        rounded. In the last quarter, ranges are frozen, and so are moving statistics:
        BatchNormalization computes as in prediction. A learning rate that has fallen by then makes
        the end steadier still.

        Ranges start again in the last epoch of floats, because earlier weights were too different.

        Parameters
        ----------
        epoch : int
            From 0.
        epochs : int
            How many there are in all.
        """
        self.watching = 2 * (epoch + 1) <= epochs
        if self.watching and 2 * (epoch + 2) > epochs:
            self._old = set(self.ranges)  # they stay valid until the first batch
        self.frozen = 4 * epoch >= 3 * epochs

    def call(self, layer: Layer, inputs: Sequence[Tensor], training: bool) -> Tensor:
        """Compute a layer with rounded weights, and round its outputs where they will be uint8."""
        if self.frozen and isinstance(layer, BatchNormalization):
            training = False
        with self._rounded_weights(layer, training):
            outputs = call_layer(layer, inputs, training)
        return self.output(layer.name, outputs, training)

    def pre_activation(self, layer: Layer, x: Tensor, training: bool) -> Tensor:
        """Compute the logits of the last layer, with rounded weights."""
        with self._rounded_weights(layer, training):
            return layer.pre_activation(x)

    def output(self, name: str, x: Tensor, training: bool) -> Tensor:
        """Round a layer's outputs if they will be uint8; in training, observe their range first."""
        if name not in self._computed:
            return x
        if training and not self.frozen and name not in self._fixed:
            self._observe(name, x.data)
        if training and self.watching:
            return x
        return round_activations(x, *self.ranges[name])

    def _observe(self, name: str, values: Array) -> None:
        low, high = float(values.min()), float(values.max())
        self._batches += name == ""
        if name in self.ranges and name not in self._old:
            rate = min(max(MEMORY / max(self._batches, 1), SLOWEST), FASTEST)
            before = self.ranges[name]
            low = (1 - rate) * before[0] + rate * low
            high = (1 - rate) * before[1] + rate * high
        self._old.discard(name)
        self.ranges[name] = low, high

    @contextmanager
    def _rounded_weights(self, layer: Layer, training: bool) -> Iterator[None]:
        """Replace a layer's weights by rounded ones while it computes."""
        if training and self.watching:
            yield
            return
        bits = 8 if layer.always_int8 else WEIGHT_BITS[self.width]
        own = {name: v for name, v in vars(layer).items() if name.endswith("kernel")}
        kernels = {name: v for name, v in own.items() if isinstance(v, Variable)}
        try:
            for name, variable in kernels.items():
                axes = layer.output_axes.get(name, 1)
                setattr(layer, name, round_weights(variable, bits, axes))
            yield
        finally:
            for name, variable in kernels.items():
                setattr(layer, name, variable)

    def keep(self) -> None:
        """Write width and ranges into the network, including layers that pass uint8 through.

        Before the first batch there are no ranges, and the network is still a float one.
        """
        if "" in self.ranges:
            shared = shared_tensors(self._network, self._computed)
            self._network.quantized = self.width
            self._network.activation_ranges = {
                **self.ranges,
                **{name: self.ranges[source] for name, source in shared.items()},
            }

    def get_state(self) -> dict[str, Any]:
        """Return the state that a checkpoint stores, as JSON types."""
        return {"width": self.width, "ranges": self.ranges, "batches": self._batches}

    def set_state(self, state: dict[str, Any]) -> None:
        """Restore what `get_state` returned."""
        self.ranges = {name: (low, high) for name, (low, high) in state["ranges"].items()}
        self._batches = state.get("batches", 0)
