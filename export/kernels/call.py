"""One kernel call, `kernel(x, w, y, p)`, before it becomes text or bytes in a file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from .build import Build
from .kernel import PER_OUTPUT, Kernel
from .weight_layouts import pack

LOOKUP = Kernel(
    "lookup", ("n", "x_at", "y_at"), absent={"plain": ("x_at", "y_at")}, flash="in place"
)
"""A curve: `y = w[x]`, byte by byte."""

_NO_CHANNELS = np.zeros((0, len(PER_OUTPUT)), np.int64)


@dataclass(frozen=True)
class Call:
    """One kernel call.

    Parameters
    ----------
    kernel
        What is called.
    x, y
        The tensors, or temporary buffers, that it reads and writes.
    head
        A value for each of `kernel.words`: the first words of `p`.
    weight
        int8 (outputs, products); None for a kernel without weights.
    channels
        The words of `p` after the head: one row per output, one column for each of
        `kernel.repeated`.
    table
        The 256 bytes of a curve after the weights, or only tables.
    other
        The tensor that is passed as `w`.
    wide
        `y` is int32 and not part of the arena.
    rows
        For a recurrent layer, the calls of one time step.

    """

    kernel: Kernel
    x: str
    y: str
    head: tuple[int, ...]
    weight: npt.NDArray[np.int8] | None = None
    channels: npt.NDArray[np.int64] = field(default_factory=_NO_CHANNELS.copy)
    table: bytes = b""
    other: str = ""
    wide: bool = False
    rows: tuple[Call, ...] = ()

    def word(self, name: str) -> int:
        """Return one of the named words of `p`."""
        return self.head[self.kernel.words.index(name)]

    def with_words(self, **words: int) -> Call:
        """Return the call with some of the named words of `p` changed."""
        pairs = zip(self.kernel.words, self.head, strict=True)
        return replace(self, head=tuple(words.get(name, value) for name, value in pairs))

    def head_in(self, tier: str) -> list[int]:
        """Return the first words of `p` in a tier, one for each of `kernel.words_in(tier)`."""
        absent = self.kernel.absent.get(tier, ())
        pairs = zip(self.kernel.words, self.head, strict=True)
        return [value for word, value in pairs if word not in absent]

    def parameters(self, build: Build) -> list[int]:
        """Return all words of `p`."""
        return [*self.head_in(build.tier), *self.channels.ravel().tolist()]

    def layout(self, build: Build) -> str:
        """Return how the weights are ordered for this kernel."""
        return self.kernel.layouts[build.tier]

    def packed(self, build: Build) -> tuple[bytes, list[int]]:
        """Return all bytes of `w` and all words of `p`."""
        if self.weight is None:
            return self.table, self.parameters(build)
        weights = pack(self.weight, self.layout(build))
        call = self.with_words(table=len(weights) if self.table else 0)
        return weights + self.table, call.parameters(build)

    @property
    def outputs(self) -> int:
        """Number of entries of `y` that a layer with weights writes."""
        size = self.word("outputs")
        if "out_h" in self.kernel.words:
            size *= self.word("out_h") * self.word("out_w")
        return size


def split_curve(call: Call) -> list[Call]:
    """Return a layer and its curve as two calls; the second overwrites the result of the first."""
    if call.weight is None or not call.table:
        return [call]
    at = call.word("y_at")
    curve = Call(LOOKUP, call.y, call.y, (call.outputs, at, at), table=call.table)
    return [replace(call, table=b""), curve]
