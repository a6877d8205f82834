"""`NAME.bin` for a micro:bit v1, whose kernels read it from the chunks of the board's file system.

A chunk has 128 bytes: a marker, 126 bytes of the file, and the number of the next chunk. The first
chunk also has the file's name. Everything that is read in place begins at a chunk. A chunk holds 96
bytes of weights: four inputs of eight outputs are 32 bytes, and such a group is never split.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from ..emit.weights_file import HEADER_BYTES
from ..kernels.build import Build
from ..kernels.call import Call, split_curve
from ..kernels.weight_layouts import WIDTHS, pack

CHUNK = 128
DATA = 126
WEIGHTS = 96
OUTPUTS = WIDTHS[0]


@dataclass(frozen=True)
class Placed:
    """One kernel call, and where its parameters and weights begin: bytes from the first chunk.

    size: bytes of parameters. copied: bytes of weights that are copied into memory first, 0 if the
    kernel reads them in place.
    """

    call: Call
    parameters: int
    size: int
    weights: int
    copied: int


def flash_payload(name: str, calls: list[Call], build: Build) -> tuple[bytes, list[Placed]]:
    """Return the payload of the file called `name`, and the place of each call's data."""
    data = bytearray()
    placed: list[Placed] = []
    chunk = 1
    # The rest of the first chunk, after its marker, length and name, and the file's header.
    data += bytes(DATA - 2 - len(name.encode()) - HEADER_BYTES)
    for call in [part for whole in calls for part in split_curve(whole)]:
        at = []
        if not call.kernel.flash:
            what = call.kernel.title or call.kernel.name
            raise ThumbnetError(
                f"export: {what} does not run on this board: use Dense, convolution and pooling "
                "layers, or export for a larger board, such as pico"
            )
        words = call.parameters(build)
        p, w = struct.pack(f"<{len(words)}i", *words), _weights(call, build)
        for section in (p, w):
            at.append(chunk * CHUNK + 1)
            chunks = -(-len(section) // DATA)
            data += section.ljust(chunks * DATA, b"\x80")
            chunk += chunks
        copied = len(w) if is_copied(call) else 0
        placed.append(Placed(call, at[0], len(p), at[1], copied))
    return bytes(data), placed


def is_copied(call: Call) -> bool:
    """Return whether the weights of a call are copied into memory first."""
    return call.weight is not None and call.kernel.flash == "copied"


def _weights(call: Call, build: Build) -> bytes:
    if call.weight is None:
        return call.table
    return call.packed(build)[0] if is_copied(call) else packed_weights(call.weight)


def packed_weights(weight: npt.NDArray[np.int8]) -> bytes:
    """Return int8 weights (outputs, inputs) as the data of chunks, `WEIGHTS` bytes in each."""
    outputs, inputs = weight.shape
    padded = np.zeros((-(-outputs // OUTPUTS) * OUTPUTS, inputs), np.int8)
    padded[:outputs] = weight
    packed = pack(padded, "interleaved")
    parts = [packed[at : at + WEIGHTS] for at in range(0, len(packed), WEIGHTS)]
    return b"".join(part.ljust(DATA, b"\x80") for part in parts)
