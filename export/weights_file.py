"""`NAME.bin`: the weights beside the module, as a stream of pieces or as one mapped block.

    0   4  b"TNW1"
    4   4  length of the payload, little-endian
    8   4  CRC-32 of the payload, little-endian
    12     the payload

Streamed, the payload is read from the front to the end in one inference. For each block of outputs
of each layer come `p` (little-endian words) and the pieces of `w`; all blocks of a layer have the
same sizes, so that each is one `readinto`. A curve comes as a call of its own behind its layer.
Mapped, the payload is `w` of each layer, one behind the other.
"""

from __future__ import annotations

import struct
from binascii import crc32
from dataclasses import dataclass

from .build import Build
from .calls import Call, apart
from .pack import pack_piece

MAGIC = b"TNW1"
HEADER_BYTES = 12
BLOCK = 8
"""Outputs that a Thumb kernel computes in one pass."""


@dataclass(frozen=True)
class Streamed:
    """One layer of a stream: how often which sizes are read, and the bytes.

    call: the kernel call.
    blocks, pieces: `p` is read `blocks` times, and after it `pieces` times `w`.
    words, size: the sizes of `p` (words) and of a piece of `w` (bytes).
    """

    call: Call
    blocks: int
    pieces: int
    words: int
    size: int
    data: bytes


def weights_file(payload: bytes) -> bytes:
    """Return the file: header and payload."""
    return MAGIC + struct.pack("<II", len(payload), crc32(payload)) + payload


def streamed(calls: list[Call], build: Build) -> list[Streamed]:
    """Cut each call into pieces that go through a buffer of `build.buffer` bytes."""
    parts = [part for call in calls for part in apart(call)]
    return [_lookup(part) if part.weight is None else _layer(part, build) for part in parts]


def _lookup(call: Call) -> Streamed:
    p = struct.pack("<3i", call.inputs, call.x_at, call.y_at)
    return Streamed(call, 1, 1, 3, 256, p + call.table)


def _layer(call: Call, build: Build) -> Streamed:
    assert call.weight is not None
    rows = build.layout == "rows"
    wide = call.inputs if rows else -(-call.inputs // 4) * 4
    step = 1 if rows else BLOCK
    # As many outputs at a time as the buffer takes; one row or block may be larger than it.
    count = max(build.buffer // wide // step * step, step)
    blocks = -(-call.outputs // count)
    count = min(-(-call.outputs // blocks // step) * step, call.outputs)
    blocks = -(-call.outputs // count)
    pieces, part = 1, call.inputs
    if not rows and wide * BLOCK > build.buffer:
        pieces = -(-wide * BLOCK // build.buffer)
        part = -(-call.inputs // (4 * pieces)) * 4
        pieces = -(-call.inputs // part)
    size = max(
        len(pack_piece(call.weight[first : first + count], build.layout, at, at + part))
        for first in range(0, call.outputs, count)
        for at in range(0, call.inputs, part)
    )
    words = 10 + 3 * count
    data = b""
    for first in range(0, call.outputs, count):
        channels = call.channels[first : first + count]
        header = call.header(0, first, len(channels))
        header[0], header[-1] = part, pieces
        p = [*header, *channels.ravel().tolist()]
        data += struct.pack(f"<{words}i", *p, *[0] * (words - len(p)))
        for at in range(0, call.inputs, part):
            block = call.weight[first : first + count]
            data += pack_piece(block, build.layout, at, at + part).ljust(size, b"\x80")
    return Streamed(call, blocks, pieces, words, size, data)


def reach(parts: list[Streamed]) -> int:
    """Return the end of the bytes that pieces of a layer read, the last of them padded."""
    ends = [0]
    for part in parts:
        if part.call.weight is not None and part.pieces > 1:
            inputs = struct.unpack_from("<i", part.data)[0]
            ends.append(part.call.x_at + part.pieces * inputs)
    return max(ends)
