"""The layers that kernels are timed on, and what has to come out of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from thumbnet.export.ops import integer_ops
from thumbnet.export.graph.arithmetic import ACCUMULATOR_LIMIT
from thumbnet.export.graph.window import Window
from thumbnet.trainer import ThumbnetError

from ..pictures import Array

INPUTS, OUTPUTS = 784, 16
MACS = INPUTS * OUTPUTS
"""Of the dense layer that all tiers are timed on."""

SCORES = ACCUMULATOR_LIMIT  # clamping limits of a wide output


class Layer(Protocol):
    """A kernel's call: its operands beside x, and what has to come out."""

    @property
    def parameters(self) -> list[int]:
        """`p`: see the kernel's file in `firmware/plain`."""

    @property
    def packed(self) -> bytes:
        """Its weights as they lie in memory; none where they are bytes of the firmware."""

    @property
    def wide(self) -> bool:
        """Whether the outputs are int32."""

    @property
    def entries(self) -> int:
        """How many numbers the kernel writes."""

    @property
    def scratch(self) -> int:
        """How many bytes behind the inputs it writes for itself."""

    def check(self, what: str, x: Array, got: list[int]) -> None:
        """Compare a kernel's outputs for one input with those of the specification.

        Raises:
            ThumbnetError: they differ.
        """


@dataclass(frozen=True)
class DenseLayer:
    """Weights (outputs, inputs) from -128 to 127 and what a kernel does with the sums.

    wide: the outputs are int32, and not clamped to a byte.
    """

    weight: npt.NDArray[np.int64]
    wide: bool

    @property
    def node(self) -> dict[str, Any]:
        """What `integer_ops.fully_connected` takes."""
        outputs = np.arange(len(self.weight))
        return {
            "weight": self.weight,
            "bias": 1000 * outputs - 7500,
            "zero_point": 0 if self.wide else 128,
            "multiplier": 2**14 + 1000 * outputs % 2**14,
            "shift": 16 + 10 * (not self.wide) + outputs % 2,
            "activation_min": -SCORES if self.wide else 0,
            "activation_max": SCORES if self.wide else 255,
        }

    @property
    def parameters(self) -> list[int]:
        """`p` of a kernel: see `firmware/plain/fully_connected.py`."""
        outputs, inputs = self.weight.shape
        return [inputs, outputs, 0, 0, *limits(self.node), 0, int(self.wide), 1, *self.channels]

    @property
    def channels(self) -> list[int]:
        """Bias, multiplier and shift of each output."""
        columns = [self.node[key] for key in ("bias", "multiplier", "shift")]
        return [int(value) for value in np.stack(columns, axis=1).ravel()]

    @property
    def packed(self) -> bytes:
        """None."""
        return b""

    @property
    def entries(self) -> int:
        """The outputs."""
        return len(self.weight)

    @property
    def scratch(self) -> int:
        """None."""
        return 0

    def check(self, what: str, x: Array, got: list[int]) -> None:
        """Compare a kernel's outputs for one input with those of the specification."""
        wanted = integer_ops.fully_connected(x[None].astype(np.int64), **self.node)
        compare(what, wanted.ravel().tolist(), got)


@dataclass(frozen=True)
class ConvLayer(DenseLayer):
    """A convolution: weights (outputs, taps * channels), of 8 bits or 4, and outputs of a byte."""

    op: ClassVar[str] = "conv"
    window: Window

    @property
    def taps(self) -> int:
        """What `p` begins with: the bytes of a patch."""
        return int(self.weight.shape[1])

    @property
    def parameters(self) -> list[int]:
        """`p` of a kernel: see `firmware/plain/conv.py`. The patch lies behind the image."""
        w, outputs = self.window, len(self.weight)
        head = [self.taps, outputs, 0, 0, *limits(self.node), 0, 0, 1]
        moves = [w.height, w.width * w.channels, w.kernel_height, w.kernel_width * w.channels]
        moves += [w.stride_height, w.stride_width * w.channels, w.top, w.left * w.channels]
        moves += [w.out_height, w.out_width, outputs]
        image = w.height * w.width * w.channels
        return [*head, *moves, PAD, image, *self.channels]

    @property
    def entries(self) -> int:
        """The outputs of all pixels."""
        return len(self.weight) * self.window.positions

    @property
    def products(self) -> int:
        """Multiply-accumulates, those in the padding included."""
        return int(self.weight.size) * self.window.positions

    @property
    def scratch(self) -> int:
        """A patch, in whole words."""
        w = self.window
        return -(-w.taps * w.channels // 4) * 4

    def check(self, what: str, x: Array, got: list[int]) -> None:
        """Compare a kernel's outputs for one image with those of the specification."""
        image = x[None].astype(np.int64)
        wanted = integer_ops.INTEGER_OPS[self.op](image, window=self.window, pad=PAD, **self.node)
        compare(what, wanted.ravel().tolist(), got)


@dataclass(frozen=True)
class DepthwiseLayer(ConvLayer):
    """A convolution of each channel by itself: weights (channels, taps)."""

    op: ClassVar[str] = "depthwise_conv"


PAD = 7
"""What stands in the padding: the zero point of such an image."""


def limits(node: dict[str, Any]) -> list[int]:
    """Zero point and clamping limits."""
    return [node[key] for key in ("zero_point", "activation_min", "activation_max")]


def compare(what: str, wanted: list[int], got: list[int]) -> None:
    """Raise ThumbnetError if a kernel has not written what it should."""
    if got != wanted:
        pairs = enumerate(zip(wanted, got, strict=True))
        k, (want, said) = next(item for item in pairs if item[1][0] != item[1][1])
        raise ThumbnetError(
            f"{what} answers wrong (output {k}: expected {want}, got {said}): no use timing it"
        )


def without_zeros(inputs: int = INPUTS) -> Array:
    """An input with no zero in it."""
    return (np.arange(inputs) * 7 % 255 + 1).astype(np.uint8)


def with_zeros(share: float, inputs: int = INPUTS) -> Array:
    """An input of which that share is zero, at places drawn from a seed."""
    x = without_zeros(inputs)
    places = np.random.default_rng(0).permutation(inputs)[: round(share * inputs)]
    x[places] = 0
    return x
