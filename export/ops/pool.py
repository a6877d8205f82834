"""Pooling: the largest or the mean of each channel in each window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from thumbnet.trainer import affine

from ..boards.processors import Cycles
from ..graph.arithmetic import (
    ACCUMULATOR_LIMIT,
    ACTIVATION_MAX,
    REAL_MULTIPLIER_LIMIT,
    Ints,
    quantize_multiplier,
    requantize,
)
from ..graph.graph import Graph, Node
from ..graph.window import Window, patches, whole
from ..kernels.build import Build
from ..kernels.call import Call
from ..kernels.kernel import Kernel
from ..quantizer.builder import Builder
from ..quantizer.output_scale import HEADROOM, coarser
from .attribute_kinds import WINDOW, Array, Whole
from .checks import window_faults
from .conv import SLICE_HEAP, WINDOW_OUTPUT, WINDOW_WORDS, window_words
from .operation import Floats, Operation, Steps
from .weighted import LIMIT_WORDS, REQUANTIZATION, layer_window, limit_words

_PLACES = {"plain": ("x_at", "y_at")}
"""Words that are absent in a tier whose tensors are separate objects."""

MAX_POOL = Kernel(
    "max_pool",
    ("channels", "x_at", "y_at", *WINDOW_WORDS),
    absent=_PLACES,
    flash="copied",
    in_own_file=True,
    allocates=True,
)
AVERAGE_POOL = Kernel(
    "average_pool",
    ("channels", "x_at", "y_at", *LIMIT_WORDS, "x_zero_point", *WINDOW_WORDS, "fewest"),
    ("multiplier", "shift"),
    absent=_PLACES,
    repeated_for="count",
    flash="copied",
    in_own_file=True,
    allocates=True,
)


class WindowPool(Operation):
    """Base of every pooling: the window moves over each channel by itself."""

    def shape_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield the faults of a window that does not fit its tensors."""
        source, target = graph.tensors[node.inputs[0]], graph.tensors[node.output]
        channels = Window.of(node.attributes).channels
        yield from window_faults(node, source, target, channels, 0)

    def gathered(self, node: Node) -> int:
        """Return the values in all windows."""
        return Window.of(node.attributes).gathered

    def in_place(self, graph: Graph, node: Node) -> dict[str, int]:
        """Return the input: kernels may write channels of a position while they read its window."""
        window, (source,) = Window.of(node.attributes), node.inputs
        return {source: window.distance(window.channels, copied=False)}

    def predict_heap(self, node: Node, word: int) -> int:
        """Return the heap of the plain kernel: the values of a window, and a slice per channel."""
        window = Window.of(node.attributes)
        values = window.taps * window.channels
        return window.positions * word * (2 * values + SLICE_HEAP * window.channels)

    def cycles(self, node: Node, outputs: int, cost: Cycles) -> float:
        """Return the cycles of the outputs and of the values in the windows."""
        window = Window.of(node.attributes)
        values = window.positions * window.taps * window.channels
        return WINDOW_OUTPUT * outputs * cost.output + cost.pool * values


class Pool(WindowPool):
    """Base of both kinds of pooling that the trainer has."""

    named_as_layer = True
    float_attributes = frozenset({"window"})

    def lower(self, layer: Any) -> Steps:
        """Return the operation with the layer's window; a global one covers the whole image."""
        shape = layer.input_shape
        if len(layer.output_shape) == len(shape):
            return [(self.name, {"window": layer_window(layer)})]
        return [(self.name, {"window": whole(*((1, *shape) if len(shape) == 2 else shape))})]

    def describe(self, layer: Any, word: str) -> str:
        """Return the word and the window, which a global pooling does not have."""
        whole_image = len(layer.output_shape) < len(layer.input_shape)
        return word if whole_image else super().describe(layer, word)


class MaxPool(Pool):
    """Return the maximum of each channel in each window; padding is smaller than any element."""

    name = "max_pool"
    title = "max pooling"
    layers = {"MaxPooling1D": "max", "MaxPooling2D": "max"}
    integer_attributes = {"window": WINDOW}
    kernels = (MAX_POOL,)

    def float_forward(self, *inputs: Floats, **attributes: Any) -> Floats:
        """Return the maximum of each channel in each window."""
        window = Window(*attributes["window"])
        return np.asarray(patches(inputs[0], window, -np.inf).max(axis=3))

    def needs_zero(self, node: Node, known: set[str]) -> bool:
        """Return whether the output needs it: input and output have the same zero point."""
        return node.output in known

    def quantize(self, builder: Builder, node: Node) -> None:
        """Add the pooling, whose output has the scale of its input."""
        scale, zero_point = builder.source(node)
        out = replace(builder.floats.tensors[node.output], dtype="uint8")
        out = replace(out, scale=scale, zero_point=zero_point)
        attributes = {"window": tuple(node.attributes["window"])}
        builder.add(Node(self.name, node.inputs, out.name, attributes), out)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the maximum of each channel in each window; padding is smaller than any value."""
        return np.asarray(patches(inputs[0], Window(*attributes["window"]), -1).max(axis=3))

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call."""
        return [pool_call(MAX_POOL, node, places, {})]


class AveragePool(Pool):
    """Return the mean of each channel in each window, without padding."""

    name = "average_pool"
    title = "average pooling"
    layers = {
        "AveragePooling1D": "average",
        "AveragePooling2D": "average",
        "GlobalAveragePooling1D": "average of all",
        "GlobalAveragePooling2D": "average of all",
    }
    integer_attributes = {
        **{"window": WINDOW, "x_zero_point": Whole(), "fewest": Whole(), **REQUANTIZATION},
        **{name: Array(axes=("counts",)) for name in ("multiplier", "shift")},
    }
    kernels = (AVERAGE_POOL,)

    def float_forward(self, *inputs: Floats, **attributes: Any) -> Floats:
        """Return the mean of each channel in each window."""
        w = Window(*attributes["window"])
        count = np.array(w.counts()).reshape(w.out_height, w.out_width, 1)
        return np.asarray(patches(inputs[0], w, 0.0).sum(axis=3) / count)

    def quantize(self, builder: Builder, node: Node) -> None:
        """Add the pooling at its own scale, because means vary less than single values."""
        source_scale, source_zero_point = builder.source(node)
        counts = Window.of(node.attributes).counts()
        fewest = min(counts)
        out, low, high = builder.written_range(node)
        finest = source_scale / fewest / REAL_MULTIPLIER_LIMIT * HEADROOM
        scale, zero_point = coarser(*affine(low, high, builder.holds_zero(out.name)), finest)
        ratios = [source_scale / n / scale for n in range(fewest, max(counts) + 1)]
        multiplier, shift = np.array([quantize_multiplier(r) for r in ratios], dtype=np.int64).T
        attributes = {
            "window": tuple(node.attributes["window"]),
            "x_zero_point": source_zero_point,
            "fewest": fewest,
            "multiplier": multiplier,
            "shift": shift,
        }
        builder.add_clamped(node, attributes, out, scale, zero_point)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the mean of each channel in each window, at the scale of the output.

        multiplier, shift: one entry each for windows of `fewest`, `fewest + 1`, ... elements.
        """
        a, w = attributes, Window(*attributes["window"])
        count = np.array(w.counts()).reshape(w.out_height, w.out_width, 1)
        acc = patches(inputs[0], w, 0).sum(axis=3) - count * a["x_zero_point"]
        entry = count - a["fewest"]
        q = a["zero_point"] + requantize(acc, a["multiplier"][entry], a["shift"][entry])
        return np.asarray(np.clip(q, a["activation_min"], a["activation_max"]))

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield missing multipliers, and sums that could reach 2**29."""
        a = node.attributes
        counts = Window.of(a).counts()
        if a["fewest"] != min(counts) or len(a["multiplier"]) != max(counts) - min(counts) + 1:
            yield f"windows of {min(counts)} to {max(counts)} elements need a multiplier each"
        if max(counts) * (ACTIVATION_MAX + abs(a["x_zero_point"])) >= ACCUMULATOR_LIMIT:
            yield f"a sum of {max(counts)} elements could reach 2**29: pool in two steps"

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call."""
        a = node.attributes
        words = limit_words(node)
        words |= {"x_zero_point": int(a["x_zero_point"]), "fewest": int(a["fewest"])}
        call = pool_call(AVERAGE_POOL, node, places, words)
        pairs = np.stack([a["multiplier"], a["shift"]], axis=1).astype(np.int64)
        return [replace(call, channels=pairs)]


def pool_call(kernel: Kernel, node: Node, places: dict[str, int], words: dict[str, int]) -> Call:
    """Return the call of a pooling; words: those that only its kernel has."""
    (source,), target = node.inputs, node.output
    window = Window.of(node.attributes)
    words = {
        **words,
        **{"x_at": places.get(source, 0), "y_at": places.get(target, 0)},
        **window_words(window, window.channels),
        "channels": window.channels,
    }
    return Call(kernel, source, target, kernel.head(words))


OPERATIONS: tuple[Operation, ...] = (MaxPool(), AveragePool())
