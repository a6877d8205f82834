"""Convolution: each output channel is a weighted sum over a window of all input channels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ..boards.processors import Cycles
from ..graph.arithmetic import Ints
from ..graph.graph import Graph, Node, TensorSpec
from ..graph.window import Window, patches
from ..kernels.build import Build
from ..kernels.call import Call
from ..kernels.kernel import PER_OUTPUT, Kernel
from .attribute_kinds import WINDOW, Whole
from .checks import window_faults
from .curve import activation_steps
from .operation import Floats, Operation, Steps
from .weighted import (
    FusedLayer,
    Products,
    WeightedFloat,
    layer_call,
    layer_window,
    lowered_weights,
)

WINDOW_WORDS = (
    *("rows", "row", "k_h", "run", "stride_h", "step", "pad_top", "left"),
    *("out_h", "out_w", "y_step"),
)
"""The words of `p` in a kernel that moves a window over its input; see `window_words`."""

CONV = Kernel(
    "conv",
    (
        *("inputs", "outputs", "x_at", "y_at", "zero_point", "activation_min", "activation_max"),
        *("table", "wide", *WINDOW_WORDS, "pad", "patch_at"),
    ),
    PER_OUTPUT,
    absent={"plain": ("x_at", "wide", "patch_at"), "viper": ("k_h",)},
    layouts={
        **{"plain": "rows", "viper": "rows", "thumb": "interleaved"},
        # The DSP tier uses the convolution of the thumb tier.
        "thumb_dsp": "interleaved",
    },
    flash="copied",
    in_own_file=True,
    allocates=True,
)
NARROW_CONV = replace(
    CONV,
    name="conv_int4",
    layouts={
        **{"plain": "nibble_rows", "viper": "nibble_rows"},
        **{"thumb": "nibble_blocks", "thumb_dsp": "nibble_blocks"},
    },
    flash="",
    in_own_file=False,
)
"""The same with 4-bit weights."""

POSITION_HEAP = 80
"""Heap of the plain kernel per position of a window, in words, in addition to its values."""

SLICE_HEAP = 10
"""Heap of a slice and a loop over it, in words, in addition to its values."""

_VALUE_HEAP = 2
"""Heap of the plain kernel per value of a window, in words: its place in a list that grew."""

_SECOND_LOOP = (3, 4)
"""Words more of `_VALUE_HEAP` and `SLICE_HEAP` with 4-bit weights, which take two loops."""

WINDOW_OUTPUT = 0.5
"""Cost of one output relative to that of a dense layer: the kernel is set up only once."""

_GATHER = 1.0
"""Cost of copying one byte of a window, in products; its own products count separately."""


class ConvProducts(Products):
    """The accumulators of a convolution."""

    name = "convolve"
    integer_attributes = {**Products.integer_attributes, "window": WINDOW, "pad": Whole()}
    becomes = "conv"

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return accumulators (n, out_height, out_width, outputs); weight (outputs, products).

        The bias contains the input's zero point, so `pad`, which stands for 0.0, is that zero
        point.
        """
        (x,), a = inputs, attributes
        w = Window(*a["window"])
        windows = patches(x, w, a["pad"]).reshape(-1, w.taps * w.channels)
        # float64 represents these integers (below 2**29) exactly, and BLAS multiplies them fast.
        product = windows.astype(np.float64) @ a["weight"].T.astype(np.float64)
        acc = product.astype(np.int64) + a["bias"]
        return np.asarray(acc.reshape(len(x), w.out_height, w.out_width, len(a["weight"])))

    def channel_products(self, node: Node, source: TensorSpec) -> int:
        """Return the products of one output: all channels at every place of the window."""
        window = Window.of(node.attributes)
        return window.taps * window.channels

    def shape_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield the faults of a window that does not fit its tensors."""
        source, target = graph.tensors[node.inputs[0]], graph.tensors[node.output]
        products = self.channel_products(node, source)
        yield from window_faults(node, source, target, target.shape[-1], products)

    def times(self, node: Node) -> int:
        """Return the positions of the window."""
        return Window.of(node.attributes).positions

    def gathered(self, node: Node) -> int:
        """Return the values in all windows."""
        return Window.of(node.attributes).gathered


class FusedConv(FusedLayer):
    """What every fused layer that moves a window with weights over its input has in common."""

    products: ClassVar[ConvProducts]

    def shape_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield the faults of a window that does not fit its tensors or its kernel."""
        return self.products.shape_faults(graph, node)

    def gathered(self, node: Node) -> int:
        """Return the values in all windows."""
        return self.products.gathered(node)

    def predict_heap(self, node: Node, word: int) -> int:
        """Return the heap of the plain kernel: lists of inputs and slices at each position."""
        weight, window = node.attributes["weight"], Window.of(node.attributes)
        products = window.taps * window.channels
        if "bits" in node.attributes:
            return window.positions * narrow_heap(weight, word)
        return window.positions * _position_heap(len(weight), products, word, (0, 0))

    def cycles(self, node: Node, outputs: int, cost: Cycles) -> float:
        """Return the cycles of the outputs and of copying the windows."""
        window = Window.of(node.attributes)
        values = window.positions * window.taps * window.channels
        return WINDOW_OUTPUT * outputs * cost.output + _GATHER * cost.mac * values

    def scratch(self, graph: Graph, node: Node, native: bool) -> dict[str, int]:
        """Return the buffer for a copy of one window."""
        window = Window.of(node.attributes)
        return {f"{node.output}.patch": window.taps * window.channels} if native else {}

    def in_place(self, graph: Graph, node: Node) -> dict[str, int]:
        """Return the input: at each position, the window is copied before outputs are written."""
        window, (source,) = Window.of(node.attributes), node.inputs
        return {source: window.distance(len(node.attributes["weight"]), copied=True)}


class Conv(WeightedFloat, FusedConv):
    """Multiply windows of x (n, ...) by the kernel (taps * channels, outputs), and add the bias."""

    name = ConvProducts.becomes
    title = "convolution"
    layers = {"Conv1D": "conv", "Conv2D": "conv"}
    float_attributes = frozenset({"kernel", "bias", "window"})
    integer_attributes = {**FusedLayer.integer_attributes, **ConvProducts.integer_attributes}
    writes = "uint8"
    products_op = ConvProducts.name
    products: ClassVar[ConvProducts] = ConvProducts()
    kernels: ClassVar[tuple[Kernel, ...]] = (CONV, NARROW_CONV)

    def lower(self, layer: Any) -> Steps:
        """Return the products, and the activation after them."""
        attributes = {**lowered_weights(layer), "window": layer_window(layer)}
        return [(self.name, attributes), *activation_steps(layer)]

    def float_forward(self, *inputs: Floats, **attributes: Any) -> Floats:
        """Return the products of each window, (n, out_height, out_width, outputs)."""
        (x,) = inputs
        windows = patches(x, Window(*attributes["window"]), 0.0)
        kernel, bias = attributes["kernel"], attributes["bias"]
        return np.asarray(windows.reshape(*windows.shape[:3], -1) @ kernel + bias)

    def pads(self, node: Node) -> bool:
        """Return whether the window extends beyond the image at some position."""
        return Window.of(node.attributes).padded

    def product_means(self, node: Node, mean: Floats) -> Floats:
        """Return the mean of each channel over all positions, at every place of the window."""
        window = Window.of(node.attributes)
        means = mean.reshape(-1, window.channels).mean(axis=0)
        return np.tile(means, window.taps)[:, None]

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call."""
        kernel = NARROW_CONV if "bits" in node.attributes else self.kernels[0]
        return [conv_call(kernel, graph, node, Window.of(node.attributes), places)]


def conv_call(
    kernel: Kernel, graph: Graph, node: Node, window: Window, places: dict[str, int]
) -> Call:
    """Return the call of a layer that moves a window with weights over its input."""
    moves = window_words(window, len(node.attributes["weight"]))
    pad = int(node.attributes.get("pad", 0))
    patch_at = places.get(f"{node.output}.patch", 0)
    return layer_call(kernel, graph, node, places, pad=pad, patch_at=patch_at, **moves)


def window_words(w: Window, y_step: int) -> dict[str, int]:
    """Return `WINDOW_WORDS`, in bytes of the image; y_step: entries of y from pixel to pixel."""
    return {
        **{"rows": w.height, "row": w.width * w.channels},
        **{"k_h": w.kernel_height, "run": w.kernel_width * w.channels},
        **{"stride_h": w.stride_height, "step": w.stride_width * w.channels},
        **{"pad_top": w.top, "left": w.left * w.channels},
        **{"out_h": w.out_height, "out_w": w.out_width, "y_step": y_step},
    }


def narrow_heap(weight: npt.NDArray[np.int8], word: int) -> int:
    """Return the bytes that the plain kernel with 4-bit weights takes at one position."""
    outputs, inputs = weight.shape
    return _position_heap(outputs, inputs, word, _SECOND_LOOP)


def _position_heap(outputs: int, inputs: int, word: int, more: tuple[int, int]) -> int:
    value, slices = _VALUE_HEAP + more[0], SLICE_HEAP + more[1]
    return word * (value * inputs + POSITION_HEAP) + outputs * (inputs + slices * word)


OPERATIONS: tuple[Operation, ...] = (ConvProducts(), Conv())
