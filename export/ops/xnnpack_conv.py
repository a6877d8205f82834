"""Convolutions of imported networks: as ours, but sums are rescaled in float32 as XNNPACK does.

They come from the importer, already quantized and fused; a dense layer as a convolution of one
pixel.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from ..boards.processors import Cycles
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
from ..kernels.thumb_scales import WORDS, thumb_scales
from ..kernels.thumb_sums import list_size, most_input
from .attribute_kinds import WEIGHTS, WINDOW, Array, Whole
from .checks import accumulator_faults, length_faults
from .conv import CONV, ConvProducts, FusedConv, window_words
from .depthwise import DEPTHWISE_CONV, DepthwiseProducts, depthwise_heap
from .weighted import limit_words

PER_CHANNEL = ("bias", "mantissa", "shift")
"""The words of each output."""

CONV_XNNPACK = replace(
    CONV,
    name="conv_xnnpack",
    words=(*CONV.words, "most"),
    repeated=PER_CHANNEL,
    repeated_in_assembly=WORDS,
    absent={
        **{tier: (*words, "most") for tier, words in CONV.absent.items()},
        **dict.fromkeys(("thumb", "thumb_dsp"), ("table", "wide")),
    },
    flash="",
    in_own_file=False,
)
DEPTHWISE_CONV_XNNPACK = replace(
    DEPTHWISE_CONV,
    name="depthwise_conv_xnnpack",
    repeated=PER_CHANNEL,
    repeated_in_assembly=WORDS,
    flash="",
    in_own_file=False,
)

FLOAT32_SCALE = {
    "mantissa": Array(low=MANTISSA_MIN, high=MANTISSA_MAX),
    "shift": Array(low=FLOAT_SHIFT_MIN, high=FLOAT_SHIFT_MAX),
}
"""A float32 scale for each output channel, `mantissa / 2**shift`."""

_M0_PRODUCT = 5
"""`Cycles.mac` of assembly on a Cortex-M0+, in whose cycles the following are."""

_EIGHT, _FOUR = 23.2, 18.0
"""An input in a block of 8 or of 4 outputs."""

_ROW, _PIXEL, _BLOCK, _OUTPUT = 45, 100, 130, 20.5
_NINTH, _INPUT, _COLUMN, _CHANNEL = 0.8, 60, 120, 110
"""Depthwise windows of 3 x 3, channel by channel: a product of an output; an input in the middle of
a window, of a row that is left out, too; a column of a channel, and a channel."""

_TAP = 10.0
"""A product of another depthwise window."""

_EXACT = 0.4
"""The exact rescaling, in calls: one sum of sixteen needs it, and it is bytecode in viper, too."""

_USUALLY_NOT_ZERO = 0.5
"""The share of inputs behind a relu that are not zero."""


def _not_zero(node: Node) -> float:
    """Return the expected share of inputs that are not level 0: padding is their zero point."""
    return 1.0 if node.attributes["pad"] else _USUALLY_NOT_ZERO


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
        size = list_size(window.taps * window.channels)
        return {f"{node.output}.patch": size} if native else {}

    def product_cost(self, node: Node, cost: Cycles) -> float:
        """Return the cost of one product: assembly lists inputs, and skips those that are zero."""
        if not cost.assembly:
            return super().product_cost(node, cost)
        outputs = len(node.attributes["weight"])
        wide, narrow = divmod(outputs, 8)
        # At most 4 outputs that are left take a block of 4.
        blocks = wide * _EIGHT + (0 if not narrow else _FOUR if narrow <= 4 else _EIGHT)
        return _not_zero(node) * blocks / outputs / _M0_PRODUCT

    def cycles(self, node: Node, outputs: int, cost: Cycles) -> float:
        """Return the cycles of the outputs and of listing the windows."""
        if not cost.assembly:
            return super().cycles(node, outputs, cost) + _EXACT * outputs * cost.call
        w, channels = Window.of(node.attributes), len(node.attributes["weight"])
        aligned = not w.channels % 4 and not w.width * w.channels % 4
        share = _not_zero(node)
        value = 6 + 3 * share if aligned else 9 + 4 * share
        pixel = w.taps * w.channels * value + _ROW * w.kernel_height + _PIXEL
        pixel += -(-channels // 8) * _BLOCK + channels * _OUTPUT
        return w.positions * pixel * cost.mac / _M0_PRODUCT

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call."""
        (source,), target, a = node.inputs, node.output, node.attributes
        kernel, window = self.kernels[0], Window.of(a)
        outputs, inputs = a["weight"].shape
        words = {
            **{"inputs": inputs, "outputs": outputs, "wide": 0, "pad": int(a["pad"])},
            **{"x_at": places.get(source, 0), "y_at": places.get(target, 0)},
            "patch_at": places.get(f"{target}.patch", 0),
            "most": most_input(a["weight"]),
            **limit_words(node),
            **window_words(window, outputs),
        }
        each = [np.asarray(a[name], np.int64) for name in kernel.repeated]
        channels = np.stack(each, axis=1)
        if build.tier.startswith("thumb"):
            limits = (int(a["zero_point"]), int(a["activation_min"]), int(a["activation_max"]))
            channels = thumb_scales(a["weight"], *each, limits=limits)
        return [Call(kernel, source, target, kernel.head(words), a["weight"], channels)]


class XnnpackDepthwiseConv(XnnpackConv):
    """The same, where each channel has its own kernel."""

    name = "depthwise_conv_xnnpack"
    title = "depthwise convolution"
    products: ClassVar[ConvProducts] = DepthwiseProducts()
    kernels: ClassVar[tuple[Kernel, ...]] = (DEPTHWISE_CONV_XNNPACK,)

    def scratch(self, graph: Graph, node: Node, native: bool) -> dict[str, int]:
        """Return the buffer for a copy of one window; viper always makes one."""
        window = Window.of(node.attributes)
        return {f"{node.output}.patch": window.taps * window.channels} if native else {}

    def in_place(self, graph: Graph, node: Node) -> dict[str, int]:
        """Return the input, unless assembly goes channel by channel and not pixel by pixel."""
        return {} if self._by_channel(node) else super().in_place(graph, node)

    def product_cost(self, node: Node, cost: Cycles) -> float:
        """Return the cost of one product."""
        if not cost.assembly:
            return super().product_cost(node, cost)
        return (_NINTH if self._by_channel(node) else _TAP) / _M0_PRODUCT

    def cycles(self, node: Node, outputs: int, cost: Cycles) -> float:
        """Return the cycles of the outputs, and of copying windows or rows."""
        if not cost.assembly:
            return super().cycles(node, outputs, cost) + _EXACT * outputs * cost.call
        w = Window.of(node.attributes)
        if self._by_channel(node):
            columns = w.out_width * w.channels
            rows = min(w.height, (w.out_height - 1) * w.stride_height + 3 - w.top)
            cycles: float = rows * columns * _INPUT + columns * _COLUMN + w.channels * _CHANNEL
        else:
            value = 1.75 if not w.channels % 4 else 7.0
            pixel = _PIXEL + w.taps * w.channels * value
            cycles = outputs * (_OUTPUT + 15) + w.positions * pixel
        return cycles * cost.mac / _M0_PRODUCT

    @staticmethod
    def _by_channel(node: Node) -> bool:
        """Return whether assembly goes channel by channel, down the columns of the image.

        The kernel itself decides the same from its parameters.
        """
        w, a = Window.of(node.attributes), node.attributes
        last = (w.out_width - 1) * w.stride_width - w.left + 1
        return (
            (w.kernel_height, w.kernel_width) == (3, 3)
            and a["zero_point"] == a["activation_min"] == a["pad"] == 0
            and w.left <= 1
            and last < w.width
        )

    def predict_heap(self, node: Node, word: int) -> int:
        """Return the heap of the plain kernel, which is that of an own depthwise convolution."""
        return depthwise_heap(node, word)


OPERATIONS = (XnnpackConv(), XnnpackDepthwiseConv())
