"""Quantization-aware training: the network learns with the rounding of its integer twin.

`fit(..., quantize="int8")` (or "int4", the width of the weights) trains a float model whose numbers
are rounded on their way forward to those that the exported network can hold: weights to a scale
for each output channel, symmetric around 0, and activations to 256 steps of a range that is
observed while it trains (Jacob et al. 2018, arXiv:1712.05877). Rounding has no useful derivative;
it is passed straight through, and where a value is cut off at the end of its range there is
none (Bengio et al. 2013, arXiv:1308.3432). The weights themselves stay floats, so that small
steps add up.

Nothing imitates the folding of BatchNormalization into the weights before it: that multiplies each
output channel by a factor, its scale is multiplied by the same factor, and the integers stay what
they were. What is not imitated: the steps in front of a curve's table, and inside of recurrent
layers. A BatchNormalization behind a curve goes into the next weights, across their channels:
put it before the curve.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from .batchnorm import BatchNormalization
from .conv_layers import DepthwiseConv1D, DepthwiseConv2D
from .errors import ThumbnetError
from .flow import call_layer
from .layers import Layer
from .tape import record
from .tensor import Array, Tensor, Variable
from .uint8_points import fixed_range, shared_points, uint8_points

if TYPE_CHECKING:
    from .model import Model

Range = tuple[float, float]

WIDTHS = {"int8": 8, "int4": 4}

MEMORY = 10
"""After batch n a range moves MEMORY / n of the way to the smallest and largest value there: it
shows the last tenth or so of the batches, however few there are in all."""

SLOWEST, FASTEST = 0.01, 0.2
"""The least and the most of the way that a range moves after a batch."""

STEPS = 255


def round_weights(weights: Tensor, bits: int) -> Tensor:
    """Give weights (..., outputs) as integers of `bits` bits times a scale for each output.

    scale = max|w| / (2**(bits - 1) - 1): 127 for 8 bits, 7 for 4. No weight is beyond its range, so
    the derivative is 1 everywhere.
    """
    limit = weights.dtype.type(2 ** (bits - 1) - 1)
    scale = np.abs(weights.data).max(axis=tuple(range(weights.ndim - 1))) / limit
    scale[scale == 0] = 1
    return record(np.rint(weights.data / scale) * scale, (weights, lambda dy: dy))


def round_activations(x: Tensor, low: float, high: float) -> Tensor:
    """Give x as `scale * (q - zero_point)` with q from 0 to 255; see `affine`.

    The derivative is 1 within the range that the 256 values span, and 0 beyond.
    """
    scale, zero_point = affine(low, high)
    least, most = -zero_point, STEPS - zero_point
    steps = x.data / x.dtype.type(scale)
    within = (steps >= least) & (steps <= most)
    steps += x.dtype.type(0.5)
    np.floor(steps, out=steps)
    np.clip(steps, least, most, out=steps)
    steps *= x.dtype.type(scale)
    return record(steps, (x, lambda dy: dy * within))


def affine(low: float, high: float) -> tuple[float, int]:
    """Give the scale and the zero point (0 to 255) that cover low to high, and 0, with 256 values.

    0 is exact, so the zero point is rounded, and the scale grows until both ends are covered; but
    an end closer to 0 than half a step is left out.
    """
    low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        return 1.0 / STEPS, 0
    scale = (high - low) / STEPS
    zero_point = round(-low / scale)
    if 0 < zero_point < STEPS:
        scale = max(-low / zero_point, high / (STEPS - zero_point))
    return scale, zero_point


class FakeQuantization:
    """What a model computes with while `fit(quantize=...)` runs.

    width: "int8" or "int4", of the weights; those of depthwise convolutions always have 8 bits, as
    on the board. ranges: of the tensors that will be uint8, by the layer that gives them ("" is
    the preprocessed input): moving averages of what training batches showed, those that came
    before the last epoch of the first half left out. Raises ThumbnetError for another width.
    """

    def __init__(self, model: Model, width: str) -> None:
        if width not in WIDTHS:
            raise ThumbnetError(f"quantize is {width!r}: give 'int8', 'int4' or None")
        self.width = width
        self.watching = False
        self.frozen = False
        self._model = model
        self._points = uint8_points(model)
        layers = {layer.name: layer for layer in model.layers}
        fixed = {name: fixed_range(layers[name]) for name in self._points if name}
        self._fixed = {name: limits for name, limits in fixed.items() if limits is not None}
        self.ranges: dict[str, Range] = dict(self._fixed)
        self._batches = 0
        self._old: set[str] = set()

    def begin_epoch(self, epoch: int, epochs: int) -> None:
        """Say how epoch `epoch` of `epochs` trains.

        In the first half, with floats, while ranges are watched: on the digits, networks of 8 to 12
        units a layer then lose 1 % by 4 bits, instead of 4 % if they begin rounded. In the last
        quarter ranges are frozen, and moving statistics too: BatchNormalization computes as in
        prediction. A learning rate that falls by then makes the end steadier still.

        Ranges begin anew with the last epoch of floats: until then the weights were others.
        """
        self.watching = 2 * (epoch + 1) <= epochs
        if self.watching and 2 * (epoch + 2) > epochs:
            self._old = set(self.ranges)  # they stay until the first batch
        self.frozen = 4 * epoch >= 3 * epochs

    def call(self, layer: Layer, inputs: Sequence[Tensor], training: bool) -> Tensor:
        """Compute what a layer gives, with rounded weights, and round it where it will be uint8."""
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
        """Round what a layer gave, if it will be uint8; in training, look at its range first."""
        if name not in self._points:
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
        """Put rounded weights in the place of a layer's own, as long as it computes."""
        if training and self.watching:
            yield
            return
        depthwise = isinstance(layer, (DepthwiseConv1D, DepthwiseConv2D))
        bits = 8 if depthwise else WIDTHS[self.width]
        own = {name: vars(layer).get(name) for name in ("kernel", "recurrent_kernel")}
        kernels = {name: v for name, v in own.items() if isinstance(v, Variable)}
        try:
            for name, variable in kernels.items():
                setattr(layer, name, round_weights(variable, bits))
            yield
        finally:
            for name, variable in kernels.items():
                setattr(layer, name, variable)

    def keep(self) -> None:
        """Write width and ranges into the model, also those of layers that pass uint8 on as it is.

        Before the first batch there are none, and the model is a float one still.
        """
        if "" in self.ranges:
            shared = shared_points(self._model, self._points)
            self._model.quantized = self.width
            self._model.activation_ranges = {
                **self.ranges,
                **{name: self.ranges[point] for name, point in shared.items()},
            }

    def get_state(self) -> dict[str, Any]:
        """Give what a checkpoint must keep, as JSON types."""
        return {"width": self.width, "ranges": self.ranges, "batches": self._batches}

    def set_state(self, state: dict[str, Any]) -> None:
        """Restore what `get_state` gave."""
        self.ranges = {name: (low, high) for name, (low, high) in state["ranges"].items()}
        self._batches = state.get("batches", 0)
