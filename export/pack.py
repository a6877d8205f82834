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

LAYOUTS = ("rows", "interleaved", "words")


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


def block_widths(outputs: int) -> list[int]:
    """Return the widths of the blocks that `outputs` are cut into."""
    wide, narrow = WIDTHS
    return [wide] * ((outputs + wide - narrow - 1) // wide) + [narrow] * (
        1 <= outputs % wide <= narrow
    )
