"""`NAME.bin`: the weights beside the module, as a stream of pieces or as one mapped block.

    0   4  b"TNW1"
    4   4  length of the payload, little-endian
    8   4  CRC-32 of the payload, little-endian
    12     the payload

Streamed, the payload is read from the front to the end in one inference. For each block of outputs
of each layer come `p` (little-endian words) and the pieces of `w`; all blocks of a layer have the
same sizes, so that each is one `readinto`. A curve comes as a call of its own behind its layer.
Layers without weights stay in the module, and recurrent ones: theirs are read at every step.
Mapped, the payload is `w` of each layer, one behind the other.
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
    """One layer of a stream: how often which sizes are read, and the bytes.

    call: the kernel call.
    blocks, pieces: `p` is read `blocks` times, and after it `pieces` times `w`; no blocks: nothing.
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
    parts = [part for call in calls for part in split_curve(call)]
    return [_streamed(part, build) for part in parts]


def _streamed(call: Call, build: Build) -> Streamed:
    if call.weight is not None:
        return _layer(call, build)
    if call.table and not call.rows:
        p = call.parameters()
        data = struct.pack(f"<{len(p)}i", *p) + call.table
        return Streamed(call, 1, 1, len(p), len(call.table), data)
    return Streamed(call, 0, 0, 0, 0, b"")


def _layer(call: Call, build: Build) -> Streamed:
    assert call.weight is not None
    layout = call.layout(build)
    outputs, inputs = call.weight.shape
    step = outputs_together(layout, outputs)
    # As many outputs at a time as the buffer takes; one row or block may be larger than it.
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
    words = len(call.head) + len(call.kernel.repeated) * count
    data = b""
    for first in range(0, outputs, count):
        rows = call.weight[first : first + count]
        y_at = call.word("y_at") + first
        piece = call.with_words(outputs=len(rows), y_at=y_at, pieces=pieces)
        piece = piece if pieces == 1 else piece.with_words(inputs=part)
        p = [*piece.head, *call.channels[first : first + count].ravel().tolist()]
        data += struct.pack(f"<{words}i", *p, *[0] * (words - len(p)))
        for at in range(0, inputs, part):
            data += pack_piece(rows, layout, at, at + part).ljust(size, b"\x80")
    return Streamed(call, blocks, pieces, words, size, data)


def reach(parts: list[Streamed]) -> int:
    """Return the end of the bytes that pieces of a layer read, the last of them padded."""
    ends = [0]
    for part in parts:
        if part.pieces > 1:
            inputs = struct.unpack_from("<i", part.data)[0]
            ends.append(part.call.word("x_at") + part.pieces * inputs)
    return max(ends)
