"""Depthwise convolution: each channel has its own kernel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np

from ..graph.arithmetic import Ints
from ..graph.graph import Graph, Node, TensorSpec
from ..graph.window import Window, patches
from .attribute_kinds import without_bits
from .checks import window_faults
from .conv import CONV, POSITION_HEAP, Conv, ConvProducts
from .operation import Floats, Operation

DEPTHWISE_CONV = replace(
    CONV,
    name="depthwise_conv",
    words=tuple(word for word in CONV.words if word != "wide"),
    absent={"plain": ("x_at", "patch_at"), "viper": ("k_h",)},
    layouts=dict.fromkeys(("plain", "viper", "thumb", "thumb_dsp"), "taps"),
)

_ROW_HEAP = 10
_CHANNEL_HEAP = 4
"""Heap of the plain kernel per row of a window, and per channel, in words."""


class DepthwiseProducts(ConvProducts):
    """The accumulators of a depthwise convolution."""

    name = "convolve_depthwise"
    becomes = "depthwise_conv"
    integer_attributes = without_bits(ConvProducts.integer_attributes)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return accumulators (n, out_height, out_width, channels); weight (channels, taps)."""
        windows = patches(inputs[0], Window(*attributes["window"]), attributes["pad"])
        weight = attributes["weight"].astype(np.int64)
        return np.asarray(np.einsum("nyxtc,ct->nyxc", windows, weight) + attributes["bias"])

    def channel_products(self, node: Node, source: TensorSpec) -> int:
        """Return the number of products of one output: one channel at every place of the window."""
        return Window.of(node.attributes).taps

    def shape_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield the faults of a window that does not fit its tensors or its kernel."""
        source, target = graph.tensors[node.inputs[0]], graph.tensors[node.output]
        window = Window.of(node.attributes)
        yield from window_faults(node, source, target, window.channels, window.taps)
        if target.shape[-1] != window.channels:
            yield f"the output has shape {target.shape}, but there are {window.channels} channels"


class DepthwiseConv(Conv):
    """Multiply each channel's windows by its own kernel, a column of (taps, channels)."""

    name = DepthwiseProducts.becomes
    title = "depthwise convolution"
    layers = {"DepthwiseConv1D": "depthwise", "DepthwiseConv2D": "depthwise"}
    integer_attributes = without_bits(Conv.integer_attributes)
    products_op = DepthwiseProducts.name
    products = DepthwiseProducts()
    has_bits = False
    kernels = (DEPTHWISE_CONV,)

    def float_forward(self, *inputs: Floats, **attributes: Any) -> Floats:
        """Return the products of each window, (n, out_height, out_width, channels)."""
        windows = patches(inputs[0], Window(*attributes["window"]), 0.0)
        return np.asarray(
            np.einsum("nyxtc,tc->nyxc", windows, attributes["kernel"]) + attributes["bias"]
        )

    def absorb_before(self, node: Node, scaling: Node) -> Node | None:
        """Scale each channel's weights; the sum of the offset goes into its bias."""
        kernel, bias = node.attributes["kernel"], node.attributes["bias"]
        scale, offset = scaling.attributes["scale"], scaling.attributes["offset"]
        return replace(node, inputs=scaling.inputs).with_attributes(
            kernel=kernel * scale, bias=bias + (offset * kernel).sum(axis=0)
        )

    def product_means(self, node: Node, mean: Floats) -> Floats:
        """Return the mean of each channel over all positions."""
        window = Window.of(node.attributes)
        return np.asarray(mean.reshape(-1, window.channels).mean(axis=0)[None, :])

    def predict_heap(self, node: Node, word: int) -> int:
        """Return the heap of the plain kernel: the values of a window, and a slice per channel."""
        return depthwise_heap(node, word)


def depthwise_heap(node: Node, word: int) -> int:
    """Return the heap of the plain kernel of a depthwise convolution, in bytes."""
    window = Window.of(node.attributes)
    words = POSITION_HEAP + _ROW_HEAP * window.kernel_height + _CHANNEL_HEAP * window.channels
    return window.positions * (word * words + 2 * window.taps * window.channels)


def scaling_as_layer(node: Node, shape: tuple[int, ...]) -> Node:
    """Return `x * scale + offset` of each channel as a depthwise convolution with one tap.

    shape: the shape of the tensor, channels last.
    """
    scale, offset = node.attributes["scale"], node.attributes["offset"]
    channels = max(scale.size, offset.size, shape[-1])
    positions = prod(shape) // channels
    attributes = {
        "kernel": np.broadcast_to(scale, (1, channels)).copy(),
        "bias": np.broadcast_to(offset, channels).copy(),
        "window": Window(1, positions, channels, 1, 1, 1, 1, 0, 0, 1, positions),
    }
    return Node(DepthwiseConv.name, node.inputs, node.output, attributes)


OPERATIONS: tuple[Operation, ...] = (DepthwiseProducts(), DepthwiseConv())
