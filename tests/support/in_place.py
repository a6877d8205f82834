"""Kernel calls whose output begins as little before the input, in the same memory, as it may."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from thumbnet.export.graph.window import Window

from . import layer_cases
from .kernel_words import WINDOW, WORDS
from .layer_call import Call, Memory, Rng, activations
from .layer_cases import CONVOLUTIONS, POOLING
from .layer_spec import KERNELS

BESIDE = ("add", "lookup", "layer_normalization", "softmax_rows")
"""Kernels that write each byte after they have read the one at the same place."""

IN_PLACE = (*CONVOLUTIONS, *POOLING, *BESIDE)


def lookup(rng: Rng, kernel: str) -> Call:
    x, table = activations(rng, int(rng.integers(1, 70))), rng.bytes(256)
    return Call(kernel, x, {"n": len(x)}, {i: table[v] for i, v in enumerate(x)}, w=table)


SPECIFIED: dict[str, Callable[[Rng, str], Call]] = {**KERNELS, "lookup": lookup}


def distance(kernel: str, words: Mapping[str, int]) -> int:
    """Bytes from the beginning of y to that of x, from the words of p."""
    if kernel in BESIDE:
        return 0
    rows, row, *rest = (words[name] for name in WINDOW[:-1])
    # One channel: all widths are in bytes.
    return Window(rows, row, 1, *rest).distance(words["y_step"], kernel in CONVOLUTIONS)


def in_plain(call: Call, rng: Rng) -> tuple[bytearray, slice, slice, Memory]:
    """An arena, the places of x and y in it, and the call; x_after is the arena after the call."""
    size, ahead = max(call.written) + 1, _ahead(call.kernel, call.words, rng)
    arena = bytearray(rng.bytes(ahead + max(len(call.x), size)))
    arena[ahead : ahead + len(call.x)] = bytes(call.x)
    after = arena.copy()
    for entry, value in call.written.items():
        after[entry] = value
    w = call.rows
    p = call.p("plain", dict.fromkeys(call.places, 0), len(w) if call.table else 0)
    memory = Memory(arena, w + call.table, None, p, False, after, None)
    return arena, slice(ahead, ahead + len(call.x)), slice(0, size), memory


def in_arena(call: Call, rng: Rng) -> Memory:
    """A native call whose w, where it is a tensor, is behind all others."""
    size, ahead = max(call.written) + 1, _ahead(call.kernel, call.words, rng)
    x_at = _whole(ahead) + 4
    patch_at = _whole(max(x_at + len(call.x), x_at - ahead + size)) + 4
    w = call.rows
    w_at = patch_at + _whole(call.scratch) + 4
    before = bytearray(rng.bytes(w_at + len(w)))
    before[x_at : x_at + len(call.x)] = bytes(call.x)
    if "w" in call.places:
        before[w_at:] = w
    after = before.copy()
    for entry, value in call.written.items():
        after[x_at - ahead + entry] = value
    at = {"x": x_at, "y": x_at - ahead, "patch": patch_at, "w": w_at}
    return Memory(
        x=before,
        w=None if "w" in call.places else w + call.table,
        y=None,
        p=call.p("viper", at, len(w) if call.table else 0),
        wide=False,
        x_after=after,
        y_after=None,
        free=slice(patch_at, patch_at + _whole(call.scratch)),
    )


@st.composite
def in_assembly(draw: st.DrawFn, kernel: str) -> layer_cases.Call:
    """A call of an assembly kernel with a window."""
    drawn = layer_cases.pooling(kernel) if kernel in POOLING else layer_cases.convolutions(kernel)
    call = draw(drawn.filter(lambda call: isinstance(call.y, bytearray)))
    words = WORDS[kernel]
    named = dict(zip(words.front, call.p, strict=False))
    x = call.x[named["x_at"] :][: named["rows"] * named["row"]]
    step, outputs = named["y_step"], named.get("outputs") or named["channels"]
    y = call.y_after[named["y_at"] :]
    ahead = distance(kernel, named)
    x_at = _whole(ahead) + 4 * draw(st.integers(0, 2))
    patch_at = _whole(max(x_at + len(x), x_at - ahead + len(y)))
    scratch = call.free.stop - (call.free.start or 0)
    before = bytearray([draw(st.integers(0, 255))]) * (patch_at + scratch)
    before[x_at : x_at + len(x)] = x
    after = before.copy()
    for pixel in range(0, len(y), step):
        row = y[pixel : pixel + outputs]
        after[x_at - ahead + pixel : x_at - ahead + pixel + len(row)] = row
    p = call.p.copy()
    for name, place in (("x_at", x_at), ("y_at", x_at - ahead), ("patch_at", patch_at)):
        if name in words.front:
            p[words.index(name)] = place
    free = slice(patch_at, patch_at + scratch)
    return replace(
        call, x=before, y=before, p=p, x_after=bytes(after), y_after=bytes(after), free=free
    )


def specified(kernel: str) -> st.SearchStrategy[tuple[Call, Rng]]:
    """Any call of a kernel that writes bytes, and numbers at random for its memory."""

    def made(seed: int) -> tuple[Call, Rng]:
        rng = np.random.default_rng(seed)
        return SPECIFIED[kernel](rng, kernel), rng

    return st.integers(0, 2**32 - 1).map(made).filter(lambda drawn: not drawn[0].wide)


def _ahead(kernel: str, words: Mapping[str, int], rng: Rng) -> int:
    """The distance; more of it is allowed too."""
    return distance(kernel, words) + int(rng.choice((0, 0, 1, 4, 30)))


def _whole(size: int) -> int:
    return -(-size // 4) * 4
