"""Pictures in a terminal: blocks with shades, or plain characters where there are no blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

BLOCKS = " ░▒▓█"
PLAIN = " .+*#"
STEPS = "▁▂▃▄▅▆▇█"
PLAIN_STEPS = "_.-~=+^"


def draw(pixels: npt.ArrayLike, low: float, high: float, unicode: bool = True) -> list[str]:
    """Lines of a picture (rows, columns), two characters a pixel; high is dark."""
    shades = BLOCKS if unicode else PLAIN
    share = (np.asarray(pixels, dtype=np.float64) - low) / (high - low)
    levels = np.rint(np.clip(share, 0, 1) * (len(shades) - 1)).astype(int)
    return ["".join(shades[level] * 2 for level in row) for row in levels]


def smaller(pixels: npt.ArrayLike) -> Array:
    """A picture of half the height and width: the means of 2 x 2 pixels."""
    array = np.asarray(pixels, dtype=np.float64)
    rows, columns = (size // 2 for size in array.shape)
    blocks = array[: 2 * rows, : 2 * columns].reshape(rows, 2, columns, 2)
    return np.asarray(blocks.mean(axis=(1, 3)))


def curves(
    window: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike, unicode: bool = True
) -> list[str]:
    """A line for each channel of a window (samples, channels), low and high being its range."""
    steps = STEPS if unicode else PLAIN_STEPS
    values, least, most = (np.asarray(v, dtype=np.float64) for v in (window, low, high))
    share = (values - least) / np.maximum(most - least, 1e-9)
    levels = np.rint(np.clip(share, 0, 1) * (len(steps) - 1)).astype(int)
    return ["".join(steps[level] for level in channel) for channel in levels.T]


def side_by_side(
    pictures: Sequence[list[str]], captions: Sequence[str] | None = None, gap: str = "    "
) -> str:
    """Pictures of one height in a row, each with its caption below."""
    if captions is None:
        return "\n".join(gap.join(lines) for lines in zip(*pictures, strict=True))
    widths = [
        max(len(caption), *map(len, lines))
        for lines, caption in zip(pictures, captions, strict=True)
    ]
    rows = [list(row) for row in zip(*pictures, strict=True)] + [list(captions)]
    return "\n".join(
        gap.join(part.ljust(w) for part, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
