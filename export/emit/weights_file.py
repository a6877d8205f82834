"""`NAME.bin`: the weights next to the module, as a stream of pieces or as one mapped block.

    0   4  b"TNW1"
    4   4  length of the payload, little-endian
    8   4  CRC-32 of the payload, little-endian
    12     the payload

If streamed, each inference reads the payload once, from start to end. For each block of outputs of
each layer, it contains `p` (little-endian words) and the pieces of `w`. All blocks of a layer have
the same sizes, so that each is one `readinto`. A curve is a separate call after its layer. Layers
without weights stay in the module, and so do recurrent layers, whose weights every step reads.

If mapped, the payload is `w` of each layer, one after the other.
"""

from __future__ import annotations

import struct
from binascii import crc32
from dataclasses import dataclass

from ..kernels.build import Build
from ..kernels.call import Call, split_curve
from ..kernels.weight_layouts import GROUP, outputs_together, pack_piece

MAGIC = b"TNW1"
HEADER_BYTES = 12


@dataclass(frozen=True)
class Streamed:
    """One layer of a stream: how it is read, and its bytes.

    call: the kernel call.
    blocks, pieces: `p` is read `blocks` times, and after each `w` is read `pieces` times; with 0
    blocks, nothing is read.
    words, size: the size of `p` in words, and of a piece of `w` in bytes.
    """

    call: Call
    blocks: int
    pieces: int
    words: int
    size: int
    data: bytes
    inputs: int = 0


def weights_file(payload: bytes) -> bytes:
    """Return the file: header and payload."""
    return MAGIC + struct.pack("<II", len(payload), crc32(payload)) + payload


def streamed(calls: list[Call], build: Build) -> list[Streamed]:
    """Split each call into pieces that fit a buffer of `build.buffer` bytes."""
    parts = [part for call in calls for part in split_curve(call)]
    return [_streamed(part, build) for part in parts]


def _streamed(call: Call, build: Build) -> Streamed:
    if call.weight is not None:
        return _layer(call, build)
    if call.table and not call.rows:
        p = call.parameters(build)
        data = struct.pack(f"<{len(p)}i", *p) + call.table
        return Streamed(call, 1, 1, len(p), len(call.table), data)
    return Streamed(call, 0, 0, 0, 0, b"")


def _layer(call: Call, build: Build) -> Streamed:
    assert call.weight is not None
    layout = call.layout(build)
    outputs, inputs = call.weight.shape
    step = outputs_together(layout, outputs)
    # As many outputs at a time as fit the buffer; a single row or block may be larger than it.
    block = len(pack_piece(call.weight[:1].repeat(step, axis=0), layout, 0, inputs))
    count = max(build.buffer // block, 1) * step
    blocks = -(-outputs // count)
    count = min(-(-outputs // blocks // step) * step, outputs)
    blocks = -(-outputs // count)
    pieces, part = 1, inputs
    if call.kernel.splits_inputs and step > 1 and block > build.buffer:
        pieces = -(-block // build.buffer)
        part = -(-inputs // (GROUP * pieces)) * GROUP
        pieces = -(-inputs // part)
    size = max(
        len(pack_piece(call.weight[first : first + count], layout, at, at + part))
        for first in range(0, outputs, count)
        for at in range(0, inputs, part)
    )
    words = len(call.kernel.words_in(build.tier)) + len(call.kernel.repeated_in(build.tier)) * count
    data = b""
    for first in range(0, outputs, count):
        rows = call.weight[first : first + count]
        y_at = call.word("y_at") + first
        piece = call.with_words(outputs=len(rows), y_at=y_at, pieces=pieces)
        piece = piece if pieces == 1 else piece.with_words(inputs=part)
        p = [*piece.head_in(build.tier), *call.channels[first : first + count].ravel().tolist()]
        data += struct.pack(f"<{words}i", *p, *[0] * (words - len(p)))
        for at in range(0, inputs, part):
            data += pack_piece(rows, layout, at, at + part).ljust(size, b"\x80")
    return Streamed(call, blocks, pieces, words, size, data, part)


def reach(parts: list[Streamed]) -> int:
    """Return the end of the bytes that the pieces of a layer read, with the padding of the last."""
    ends = [0]
    for part in parts:
        if part.pieces > 1:
            ends.append(part.call.word("x_at") + part.pieces * part.inputs)
    return max(ends)
