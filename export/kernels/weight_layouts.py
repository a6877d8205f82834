"""Weights in the order in which a tier's kernel reads them; each byte is weight + 128.

rows
    Output after output, each with its inputs in order. No padding.

The other two cut the outputs into blocks: of 8 while more than 4 outputs remain, the last of 4 if
at most 4 do. Block follows block. The inputs are filled up to a multiple of 4; a missing input and
a missing output have weight 0, the byte 128.

interleaved
    In a block: for each input, a byte of every output. One pointer walks them, and an input that is
    zero skips a block's width of bytes.
words
    In a block: for each 4 inputs, for every output, its 4 bytes. One load brings 4 weights.

taps
    Of a depthwise convolution: for each place of the window, a byte of every channel.
nibble_rows
    Weights of 4 bits, each weight + 8. Like rows, two inputs to a byte, the first in its low half;
    a row ends with a whole byte.
nibble_blocks
    Like interleaved, always in blocks of 8: for each input 4 bytes, the low half of the first being
    output 0. What is missing has weight 0, the number 8.

For 3 outputs a, b, c of 5 inputs (`.` is 128):

    rows         a0 a1 a2 a3 a4  b0 b1 b2 b3 b4  c0 c1 c2 c3 c4
    interleaved  a0 b0 c0 .  a1 b1 c1 .  a2 b2 c2 .  a3 b3 c3 .  a4 b4 c4 .  (12 more)
    words        a0 a1 a2 a3  b0 b1 b2 b3  c0 c1 c2 c3  . . . .
                 a4 .  .  .   b4 .  .  .   c4 .  .  .   . . . .
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

GROUP = 4
"""Inputs of a group, in the layouts with blocks."""

WIDTHS = (8, 4)
"""Outputs of a block: the first while more than the second remain."""

LAYOUTS = ("rows", "interleaved", "words", "taps", "nibble_rows", "nibble_blocks")


def pack(weight: npt.NDArray[Any], layout: str) -> bytes:
    """Return all weights of a layer as a kernel reads them.

    Parameters
    ----------
    weight
        int8, (outputs, inputs).
    layout
        One of `LAYOUTS`.

    """
    return pack_piece(weight, layout, 0, weight.shape[1])


def pack_piece(weight: npt.NDArray[Any], layout: str, start: int, stop: int) -> bytes:
    """Return the weights of the inputs `start` to `stop`, all outputs, packed like a layer of them.

    For `stop` beyond the last input the piece is as long as its inputs; a kernel that is given
    pieces one after the other needs each but the last to be a multiple of `GROUP` inputs.
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
            raise ValueError(f"no layout {layout!r}, there are {', '.join(LAYOUTS)}")
        first += width
    return packed


def outputs_together(layout: str, outputs: int) -> int:
    """Return how many outputs a piece of the weights holds at least, and a multiple of that."""
    if layout == "taps":
        return outputs
    return 1 if layout in ("rows", "nibble_rows") else WIDTHS[0]


def line_bytes(layout: str, outputs: int, size: int) -> int:
    """Return the bytes of a packed layer that belong together on lines of their own.

    size: all bytes of the layer.
    """
    if layout == "taps":
        return outputs
    return size // outputs if layout in ("rows", "nibble_rows") else size


def block_widths(outputs: int) -> list[int]:
    """Return the widths of the blocks that `outputs` are cut into."""
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
