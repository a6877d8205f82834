"""One kernel call, `kernel(x, w, y, p)`, before it is text or bytes in a file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from .build import Build
from .weight_layouts import pack

HEADER = (
    *("inputs", "outputs", "x_at", "y_at", "zero_point", "activation_min", "activation_max"),
    *("table", "wide", "pieces"),
)
"""The words of a layer before bias, multiplier and shift of each output, see the kernels."""

WINDOW = (
    *("rows", "row", "k_h", "run", "stride_h", "step", "pad_top", "left"),
    *("out_h", "out_w", "y_step"),
)
"""What follows for a layer that moves a window over its input."""

CONV = (*HEADER, *WINDOW, "pad", "patch_at")
POOL = (
    *("channels", "", "x_at", "y_at", "zero_point", "activation_min", "activation_max"),
    *("x_zero_point", "", "", *WINDOW, "fewest"),
)
COPY = ("n", "x_at", "y_at")
COPY_CHANNELS = ("pixels", "channels", "x_at", "y_at", "y_step")
ADD = (
    *("n", "x_at", "w_at", "y_at", "ka", "kb", "bias", "shift"),
    *("activation_min", "activation_max"),
)
SIMPLE_RNN = ("units", "y_at", "reset", "shift", "state_zero", "center")
GRU = ("units", "y_at", "reset", "shift")
RECURRENT = ("steps", "x_at", "x_step", "y_at", "y_step")

_NO_CHANNELS = np.zeros((0, 3), np.int64)


@dataclass(frozen=True)
class Call:
    """One kernel call.

    kernel: its name. x, y: the tensors, or pieces of scratch, that it reads and writes.
    names, head: the first words of `p`. channels: the words after them, in threes: bias,
    multiplier and shift of each output (outputs, 3); of a pooling layer in twos.
    weight: int8 (outputs, products), None for a kernel without weights.
    table: the 256 bytes of a curve behind the weights, or tables alone.
    other: the tensor that stands in the place of `w`.
    wide: `y` is int32, and no part of the arena.
    rows: of a recurrent layer, the calls of one step.
    """

    kernel: str
    x: str
    y: str
    names: tuple[str, ...]
    head: tuple[int, ...]
    weight: npt.NDArray[np.int8] | None = None
    channels: npt.NDArray[np.int64] = field(default_factory=_NO_CHANNELS.copy)
    table: bytes = b""
    other: str = ""
    wide: bool = False
    rows: tuple[Call, ...] = ()

    def word(self, name: str) -> int:
        """Return a word of the head."""
        return self.head[self.names.index(name)]

    def with_words(self, **words: int) -> Call:
        """Return the call with some words of the head changed."""
        pairs = zip(self.names, self.head, strict=True)
        return replace(self, head=tuple(words.get(name, value) for name, value in pairs))

    def parameters(self) -> list[int]:
        """Return all of `p`."""
        return [*self.head, *self.channels.ravel().tolist()]

    def layout(self, build: Build) -> str:
        """Return how `pack` orders the weights for this kernel."""
        if self.kernel == "fully_connected_lanes":
            return "rows"
        if self.kernel == "depthwise_conv":
            return "taps"
        rows = build.layout == "rows"
        if self.kernel == "conv_int4":
            return "nibble_rows" if rows else "nibble_blocks"
        # The DSP tier has the convolution of the tier below it.
        return "interleaved" if self.kernel == "conv" and not rows else build.layout

    def packed(self, build: Build) -> tuple[bytes, list[int]]:
        """Return all of `w`, and all of `p`."""
        if self.weight is None:
            return self.table, self.parameters()
        weights = pack(self.weight, self.layout(build))
        call = self.with_words(table=len(weights) if self.table else 0)
        return weights + self.table, call.parameters()


def apart(call: Call) -> list[Call]:
    """Return a layer and its curve as two calls, the second in the place of the first's result."""
    if call.weight is None or not call.table:
        return [call]
    at = call.word("y_at")
    size = call.word("outputs")
    if "out_h" in call.names:
        size *= call.word("out_h") * call.word("out_w")
    curve = Call("lookup", call.y, call.y, COPY, (size, at, at), table=call.table)
    return [replace(call, table=b""), curve]
