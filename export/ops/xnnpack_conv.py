"""Convolutions of imported networks: as ours, but sums are rescaled in float32 as XNNPACK does.

They come from the importer, already quantized and fused; a dense layer as a convolution of one
pixel.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from ..graph.arithmetic import Ints
from ..graph.float32_arithmetic import (
    FLOAT_SHIFT_MAX,
    FLOAT_SHIFT_MIN,
    MANTISSA_MAX,
    MANTISSA_MIN,
    requantize_float32,
)
from ..graph.graph import Graph, Node
from ..graph.window import Window
from ..kernels.build import Build
from ..kernels.call import Call
from ..kernels.kernel import Kernel
from ..kernels.thumb_scales import thumb_scales
from .attribute_kinds import WEIGHTS, WINDOW, Array, Whole
from .checks import accumulator_faults, length_faults
from .conv import CONV, ConvProducts, FusedConv, window_words
from .depthwise import DEPTHWISE_CONV, DepthwiseProducts, depthwise_heap
from .weighted import limit_words

PER_CHANNEL = ("bias", "mantissa", "shift")
"""The words of each output."""

CONV_XNNPACK = replace(CONV, name="conv_xnnpack", repeated=PER_CHANNEL, flash="", in_own_file=False)
DEPTHWISE_CONV_XNNPACK = replace(
    DEPTHWISE_CONV, name="depthwise_conv_xnnpack", repeated=PER_CHANNEL, flash="", in_own_file=False
)

FLOAT32_SCALE = {
    "mantissa": Array(low=MANTISSA_MIN, high=MANTISSA_MAX),
    "shift": Array(low=FLOAT_SHIFT_MIN, high=FLOAT_SHIFT_MAX),
}
"""A float32 scale for each output channel, `mantissa / 2**shift`."""

_ATTRIBUTES = {
    "weight": WEIGHTS,
    "bias": Array(),
    "window": WINDOW,
    **{name: Whole() for name in ("pad", "zero_point", "activation_min", "activation_max")},
    **FLOAT32_SCALE,
}


class XnnpackConv(FusedConv):
    """A convolution and the rescaling of its sums in float32, in one kernel call."""

    name = "conv_xnnpack"
    title = "convolution"
    integer_attributes = _ATTRIBUTES
    writes = "uint8"
    products: ClassVar[ConvProducts] = ConvProducts()
    kernels: ClassVar[tuple[Kernel, ...]] = (CONV_XNNPACK,)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the sums of each window times a float32 scale, rounded half to even, clamped."""
        a = attributes
        acc = self.products.integer_forward(*inputs, **a)
        q = a["zero_point"] + requantize_float32(acc, a["mantissa"], a["shift"])
        return np.asarray(np.clip(q, a["activation_min"], a["activation_max"]))

    def fuse(self, node: Node, behind: Node) -> Node | None:
        """Return None: it is fused from the start."""
        return None

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield weights and scales of the wrong shape, and accumulators that could reach 2**29."""
        source, target = graph.tensors[node.inputs[0]], graph.tensors[node.output]
        yield from length_faults(node, target)
        expected = (target.shape[-1], self.channel_products(node, source))
        yield from accumulator_faults(node.attributes["weight"], node.attributes["bias"], expected)

    def scratch(self, graph: Graph, node: Node, native: bool) -> dict[str, int]:
        """Return the buffer for the inputs of a window, two words each, and for the list's end."""
        window = Window.of(node.attributes)
        return {f"{node.output}.patch": 8 * window.taps * window.channels + 8} if native else {}

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call."""
        (source,), target, a = node.inputs, node.output, node.attributes
        kernel, window = self.kernels[0], Window.of(a)
        outputs, inputs = a["weight"].shape
        words = {
            **{"inputs": inputs, "outputs": outputs, "wide": 0, "pad": int(a["pad"])},
            **{"x_at": places.get(source, 0), "y_at": places.get(target, 0)},
            "patch_at": places.get(f"{target}.patch", 0),
            **limit_words(node),
            **window_words(window, outputs),
        }
        each = [np.asarray(a[name], np.int64) for name in kernel.repeated]
        channels = np.stack(each, axis=1)
        if build.tier.startswith("thumb"):
            channels = thumb_scales(a["weight"], *each)
        return [Call(kernel, source, target, kernel.head(words), a["weight"], channels)]


class XnnpackDepthwiseConv(XnnpackConv):
    """The same, where each channel has its own kernel."""

    name = "depthwise_conv_xnnpack"
    title = "depthwise convolution"
    products: ClassVar[ConvProducts] = DepthwiseProducts()
    kernels: ClassVar[tuple[Kernel, ...]] = (DEPTHWISE_CONV_XNNPACK,)

    def scratch(self, graph: Graph, node: Node, native: bool) -> dict[str, int]:
        """Return the buffer for a copy of one window, and of three rows for one of 3 x 3."""
        w = Window.of(node.attributes)
        size = w.taps * w.channels
        if (w.kernel_height, w.kernel_width) == (3, 3):
            size = 3 * ((w.out_width - 1) * w.stride_width + 3) * w.channels
        return {f"{node.output}.patch": size} if native else {}

    def predict_heap(self, node: Node, word: int) -> int:
        """Return the heap of the plain kernel, which is that of an own depthwise convolution."""
        return depthwise_heap(node, word)


OPERATIONS = (XnnpackConv(), XnnpackDepthwiseConv())
