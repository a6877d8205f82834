"""Layer normalization: each position's channels, centered and divided by their deviation."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, prod, sqrt
from typing import Any

import numpy as np

from thumbnet.trainer import ThumbnetError, affine

from ..boards.processors import Cycles
from ..graph.arithmetic import (
    ACCUMULATOR_LIMIT,
    ACTIVATION_MAX,
    SMALL_INT_LIMIT,
    Ints,
    requantize,
)
from ..graph.graph import Graph, Node
from ..kernels.build import Build
from ..kernels.call import Call
from ..kernels.kernel import PER_OUTPUT, Kernel
from ..quantizer.builder import Builder
from ..quantizer.channel_weights import multipliers, quantize_channels
from ..quantizer.output_scale import coarser, finest_output
from .attribute_kinds import EACH_OUTPUT, Array, Whole
from .checks import length_faults
from .operation import Floats, Operation, Steps
from .weighted import LIMIT_WORDS, REQUANTIZATION, limit_words, real

LAYER_NORMALIZATION = Kernel(
    "layer_normalization",
    ("pixels", "channels", "x_at", "y_at", *LIMIT_WORDS, "epsilon", "variance_shift"),
    ("weight", *PER_OUTPUT),
    allocates=True,
    title="a layer normalization",
)

_MOST_CHANNELS = 256
"""`n * sum(squares)` and `n * x * root`, at most `n * 255 * 2**14`, stay below 2**30."""

_MOST_VARIANCE_SHIFT = 28

_NORMAL_BITS = 13
"""Fractional bits of a normalized number."""

_OUTPUT = 0.75
"""Cost of one output relative to that of a dense layer: the kernel is set up only once."""

_ROOT_ERROR = 2.0**-11
"""Relative error of `reciprocal_root`; a test tries all of its arguments."""


class LayerNormalization(Operation):
    """`gamma * (x - mean) / sqrt(variance + epsilon) + beta` over the last axis."""

    name = "layer_normalization"
    layers = {"LayerNormalization": "normalized"}
    named_as_layer = True
    float_attributes = frozenset({"gamma", "beta", "epsilon"})
    integer_attributes = {
        **{"weight": Array("int8", ("outputs", 1)), "bias": EACH_OUTPUT},
        **{"variance_offset": Whole(), "variance_shift": Whole(), **REQUANTIZATION},
    }
    weight_names = ("weight",)
    kernels = (LAYER_NORMALIZATION,)

    def lower(self, layer: Any) -> Steps:
        """Return the operation with the layer's weights."""
        attributes = {"gamma": real(layer.gamma), "beta": real(layer.beta)}
        return [(self.name, {**attributes, "epsilon": layer.epsilon})]

    def float_forward(self, *inputs: Floats, **attributes: Any) -> Floats:
        """Return the normalized channels of every position."""
        (x,), a = inputs, attributes
        rows = x.reshape(len(x), -1, a["gamma"].size)
        centered = rows - rows.mean(axis=2, keepdims=True)
        variance = (centered**2).mean(axis=2, keepdims=True)
        return np.asarray(a["gamma"] * centered / np.sqrt(variance + a["epsilon"]) + a["beta"])

    def absorb_behind(self, node: Node, scale: Floats, offset: Floats) -> Node | None:
        """Scale gamma and beta."""
        gamma, beta = node.attributes["gamma"], node.attributes["beta"]
        if max(scale.size, offset.size) not in (1, gamma.size):
            return None
        return node.with_attributes(gamma=gamma * scale, beta=beta * scale + offset)

    def quantize(self, builder: Builder, node: Node) -> None:
        """Add the operation; gamma becomes a weight with a scale for each channel.

        Raises
        ------
        ThumbnetError
            If there are too many channels, or the input is constant next to epsilon.

        """
        gamma, beta = node.attributes["gamma"], node.attributes["beta"]
        words = _variance_words(node, gamma.size, builder.source(node)[0])
        no_means = np.zeros((1, gamma.size))
        channels = quantize_channels(
            node.output, gamma[None], beta, no_means, 2.0**-_NORMAL_BITS, 0
        )
        out, low, high = builder.written_range(node)
        scale, zero_point = affine(low, high, builder.holds_zero(out.name))
        scale, zero_point = coarser(scale, zero_point, finest_output(channels.scale))
        multiplier, shift = multipliers(channels.scale, scale)
        attributes = {
            "weight": channels.weight,
            "bias": channels.bias,
            **words,
            "multiplier": multiplier,
            "shift": shift,
        }
        builder.add_clamped(node, attributes, out, scale, zero_point)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the normalized channels of every position.

        Both n times the distance from the mean and n**2 times the variance are exact.
        """
        (x,), a = inputs, attributes
        n = len(a["weight"])
        rows = x.reshape(len(x), -1, n)
        total = rows.sum(axis=2, keepdims=True)
        # Squares of distances from a whole number near the mean are small.
        middle = (2 * total + n) // (2 * n)
        squares = ((rows - middle) ** 2).sum(axis=2, keepdims=True)
        variance = n * squares - (total - n * middle) ** 2
        variance = (variance >> a["variance_shift"]) + a["variance_offset"]
        root, exponent = reciprocal_root(variance)
        place = 28 - _NORMAL_BITS + a["variance_shift"] // 2 - exponent
        normal = (n * rows - total) * root >> place
        acc = normal * a["weight"].astype(np.int64)[:, 0] + a["bias"]
        q = a["zero_point"] + requantize(acc, a["multiplier"], a["shift"])
        return np.asarray(np.clip(q, a["activation_min"], a["activation_max"]))

    def shape_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield tensors of different sizes, and weights for other channels."""
        source, target = graph.tensors[node.inputs[0]], graph.tensors[node.output]
        if prod(source.shape) != prod(target.shape):
            yield f"{source.shape} does not become {target.shape}"
        for name in ("gamma", "beta"):
            if name in node.attributes and node.attributes[name].shape != target.shape[-1:]:
                yield f"{name} has shape {node.attributes[name].shape}, not {target.shape[-1:]}"

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield arrays of the wrong shape, and numbers that may leave 31 bits."""
        a, target = node.attributes, graph.tensors[node.output]
        n = target.shape[-1]
        yield from length_faults(node, target)
        if a["weight"].dtype != np.int8 or a["weight"].shape != (n, 1):
            yield f"weight is {a['weight'].dtype}{list(a['weight'].shape)}: it must be int8{[n, 1]}"
            return
        if n > _MOST_CHANNELS:
            yield f"{n} channels: the sum of squares could reach 2**30"
        shift, offset = a["variance_shift"], a["variance_offset"]
        if shift not in range(0, _MOST_VARIANCE_SHIFT + 1, 2):
            yield f"variance_shift is {shift}: it must be even, from 0 to {_MOST_VARIANCE_SHIFT}"
        # Bits that are shifted out must not make the deviation smaller.
        elif offset < int(shift > 0) or (_most_squares(n) >> shift) + offset >= SMALL_INT_LIMIT:
            yield f"the variance plus {offset} could reach 2**30, or is too small"
        bound = _most_normal(n) * np.abs(a["weight"][:, 0].astype(np.int64)) + np.abs(a["bias"])
        if bound.max() >= ACCUMULATOR_LIMIT:
            yield f"output {int(bound.argmax())} could reach {int(bound.max())}, the limit is 2**29"

    def times(self, node: Node) -> int:
        """Return 0: weights per channel are not a matrix product; see `cycles`."""
        return 0

    def cycles(self, node: Node, outputs: int, cost: Cycles) -> float:
        """Return the cycles of both sums over the channels, the outputs, and the roots."""
        roots = outputs / len(node.attributes["weight"])
        return outputs * (3 * cost.pool + _OUTPUT * cost.output) + 2 * roots * cost.output

    def in_place(self, graph: Graph, node: Node) -> dict[str, int]:
        """Return the input: after a pixel's sums, each byte is read just before it is written."""
        return dict.fromkeys(node.inputs, 0)

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call."""
        (source,), target, a = node.inputs, node.output, node.attributes
        channels = len(a["weight"])
        words = limit_words(node)
        words |= {"x_at": places.get(source, 0), "y_at": places.get(target, 0)}
        words |= {"channels": channels}
        words |= {"pixels": prod(graph.tensors[target].shape) // channels}
        words |= {"epsilon": a["variance_offset"], "variance_shift": a["variance_shift"]}
        columns = [a["weight"][:, 0], *(a[name] for name in PER_OUTPUT)]
        rows = np.stack(columns, axis=1).astype(np.int64)
        head = LAYER_NORMALIZATION.head(words)
        return [Call(LAYER_NORMALIZATION, source, target, head, channels=rows)]


def reciprocal_root(v: Ints) -> tuple[Ints, Ints]:
    """Return `root` and `exponent` of integers below 2**30: `root * 2**(exponent - 28)`.

    This is `1 / sqrt(v)`; for v = 0 it is that of 1: v is 0 only if all channels are equal.
    """
    v = np.maximum(v, 1)
    exponent = np.zeros_like(v)
    for step in (8, 4, 2, 1):
        # From 1 to 4**(15 - step): shift by 2 * step without reaching 2**30.
        small = v < 1 << (30 - 2 * step)
        v, exponent = np.where(small, v << (2 * step), v), exponent + step * small
    m = v >> 14  # from 1 to 4, with 14 fractional bits, like the root
    root = 17300 - (19 * m >> 7)
    for _ in range(2):  # Newton
        root = root * (3 * 2**14 - ((root * root >> 13) * m >> 15)) >> 15
    return np.asarray(root), exponent


def _variance_words(node: Node, n: int, step: float) -> dict[str, int]:
    """Return epsilon * n**2 in squared steps, and the shift with which the variance fits."""
    if n > _MOST_CHANNELS:
        raise ThumbnetError(
            f"export: {node.output} normalizes {n} channels: use {_MOST_CHANNELS} at most"
        )
    epsilon = n * n * node.attributes["epsilon"] / step**2
    for shift in range(0, _MOST_VARIANCE_SHIFT + 1, 2):
        if (_most_squares(n) >> shift) + epsilon / 2**shift < SMALL_INT_LIMIT - 1:
            return {"variance_offset": round(epsilon / 2**shift), "variance_shift": shift}
    raise ThumbnetError(
        f"export: the inputs of {node.output} are constant next to its epsilon: scale them up, or "
        "remove the layer"
    )


def _most_squares(n: int) -> int:
    """Return a bound of n times the squares of distances from a whole number near the mean."""
    return n * (n * (ACTIVATION_MAX**2 + 1) // 4 + 1)


def _most_normal(n: int) -> int:
    """Return a bound of a normalized number: no distance exceeds sqrt(n - 1) deviations."""
    return ceil(sqrt(n - 1) * (1 + _ROOT_ERROR) * (1 << _NORMAL_BITS)) + 1


OPERATIONS: tuple[Operation, ...] = (LayerNormalization(),)
