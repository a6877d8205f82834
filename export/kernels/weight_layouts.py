"""Pack weights in the order in which a tier's kernel reads them; each byte is weight + 128.

rows
    One output after the other, each with its inputs in order, without padding.

The next two layouts split the outputs into blocks: of 8 while more than 4 outputs remain, and a
last one of 4 if at most 4 remain. The inputs are padded to a multiple of 4. Missing inputs and
outputs have weight 0, which is the byte 128.

interleaved
    Within a block: for each input, one byte per output. One pointer walks through them, and an
    input of zero skips as many bytes as the block is wide.
words
    Within a block: for each group of 4 inputs, 4 bytes per output. One load fetches 4 weights.

taps
    For a depthwise convolution: for each place in the window, one byte per channel.
nibble_rows
    4-bit weights, stored as weight + 8. Like rows, with two inputs per byte, the first in the low
    half; a row ends with a whole byte.
nibble_blocks
    Like interleaved, always in blocks of 8: 4 bytes per input, with output 0 in the low half of
    the first. Missing inputs and outputs have weight 0, stored as 8.

For 3 outputs a, b, c of 5 inputs (`.` is 128):

    rows         a0 a1 a2 a3 a4  b0 b1 b2 b3 b4  c0 c1 c2 c3 c4
    interleaved  a0 b0 c0 .  a1 b1 c1 .  a2 b2 c2 .  a3 b3 c3 .  a4 b4 c4 .  (12 more)
    words        a0 a1 a2 a3  b0 b1 b2 b3  c0 c1 c2 c3  . . . .
                 a4 .  .  .   b4 .  .  .   c4 .  .  .   . . . .
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

GROUP = 4
"""Inputs per group in the layouts with blocks."""

WIDTHS = (8, 4)
"""Outputs per block: the first width while more than the second remain."""

LAYOUTS = ("rows", "interleaved", "words", "taps", "nibble_rows", "nibble_blocks")


def pack(weight: npt.NDArray[Any], layout: str) -> bytes:
    """Return all weights of a layer in the order in which a kernel reads them.

    Parameters
    ----------
    weight
        int8, (outputs, inputs).
    layout
        One of `LAYOUTS`.

    """
    return pack_piece(weight, layout, 0, weight.shape[1])


def pack_piece(weight: npt.NDArray[Any], layout: str, start: int, stop: int) -> bytes:
    """Return the weights of the inputs `start` to `stop` for all outputs, packed like a layer.

    If `stop` is beyond the last input, the piece ends there. A kernel that reads several pieces
    needs a multiple of `GROUP` inputs in each except the last.
    """
    if layout in _NIBBLES:
        return bytes(_NIBBLES[layout](weight[:, start:stop].astype(np.int64) + 8))
    if layout == "taps":
        return bytes((weight[:, start:stop].T.astype(np.int64) + 128).astype(np.uint8))
    piece = (weight[:, start:stop].astype(np.int64) + 128).astype(np.uint8)
    if layout == "rows":
        return piece.tobytes()
    outputs, inputs = piece.shape
    groups = -(-inputs // GROUP)
    packed = b""
    first = 0
    for width in block_widths(outputs):
        part = piece[first : first + width]
        block = np.full((width, groups * GROUP), 128, np.uint8)
        block[: len(part), :inputs] = part
        if layout == "interleaved":
            packed += block.T.tobytes()
        elif layout == "words":
            packed += block.reshape(width, groups, GROUP).swapaxes(0, 1).tobytes()
        else:
            raise ValueError(f"unknown layout {layout!r}: use one of {', '.join(LAYOUTS)}")
        first += width
    return packed


def outputs_together(layout: str, outputs: int) -> int:
    """Return the granularity in outputs of a piece."""
    if layout == "taps":
        return outputs
    return 1 if layout in ("rows", "nibble_rows") else WIDTHS[0]


@dataclass(frozen=True)
class Section:
    """Bytes of a literal that belong together, arranged for a reader.

    Parameters
    ----------
    comment
        What they are; "" if that is clear.
    rows
        Each begins a new line.
    line
        Bytes on a line; a longer row takes several lines.

    """

    comment: str
    rows: list[bytes]
    line: int = 24


def readable_sections(layout: str, outputs: int, packed: bytes) -> list[Section]:
    """Return a packed layer in sections: rows of outputs, or the blocks that a kernel works on."""
    if layout in _ROWS:
        length = outputs if layout == "taps" else len(packed) // outputs
        rows = [packed[at : at + length] for at in range(0, len(packed), length)]
        return [Section(_ROWS[layout], rows)]
    widths = [WIDTHS[0]] * -(-outputs // WIDTHS[0])
    if layout != "nibble_blocks":
        widths = block_widths(outputs)
    inputs = len(packed) // sum(widths)  # padded input count (halved for 4 bits)
    sections = []
    at = first = 0
    for width in widths:
        last = min(first + width, outputs) - 1
        which = f"output {first}" if first == last else f"outputs {first} to {last}"
        comment = f"{which}, {_BLOCKS[layout]}"
        # Inputs are not split between lines.
        line = 16 if layout == "words" else 24
        sections.append(Section(comment, [packed[at : at + width * inputs]], line))
        at += width * inputs
        first += width
    return sections


_ROWS = {
    "rows": "weight + 128, a row for each output",
    "taps": "weight + 128, a row of all channels for each place of the window",
    "nibble_rows": "weight + 8, two to a byte, a row for each output",
}
_BLOCKS = {
    "interleaved": "weight + 128: for each input, a byte for each output",
    "words": "weight + 128: for each 4 inputs, 4 bytes for each output",
    "nibble_blocks": "weight + 8, two to a byte: for each input, a half of a byte for each output",
}


def block_widths(outputs: int) -> list[int]:
    """Return the widths of the blocks that `outputs` are split into."""
    wide, narrow = WIDTHS
    return [wide] * ((outputs + wide - narrow - 1) // wide) + [narrow] * (
        1 <= outputs % wide <= narrow
    )


def _nibble_rows(piece: npt.NDArray[np.int64]) -> bytes:
    outputs, inputs = piece.shape
    padded = np.full((outputs, -(-inputs // 2) * 2), 8)
    padded[:, :inputs] = piece
    return bytes((padded[:, ::2] | padded[:, 1::2] << 4).astype(np.uint8))


def _nibble_blocks(piece: npt.NDArray[np.int64]) -> bytes:
    outputs, inputs = piece.shape
    padded = np.full((-(-outputs // 8) * 8, -(-inputs // GROUP) * GROUP), 8)
    padded[:outputs, :inputs] = piece
    blocks = padded.reshape(-1, 8, padded.shape[1]).swapaxes(1, 2)
    return bytes((blocks[:, :, ::2] | blocks[:, :, 1::2] << 4).astype(np.uint8))


_NIBBLES = {"nibble_rows": _nibble_rows, "nibble_blocks": _nibble_blocks}
