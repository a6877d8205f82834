"""Character graphics for a terminal: block characters, or ASCII where there are no blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

BLOCKS = " ░▒▓█"
ASCII = " .+*#"
STEPS = "▁▂▃▄▅▆▇█"
ASCII_STEPS = "_.-~=+^"


def draw_image(pixels: npt.ArrayLike, low: float, high: float, unicode: bool = True) -> list[str]:
    """Return the lines of an image, two characters per pixel.

    Parameters
    ----------
    pixels
        (height, width).
    low, high
        The values that are drawn empty and darkest.
    unicode
        Whether block characters can be printed.

    """
    shades = BLOCKS if unicode else ASCII
    share = (np.asarray(pixels, dtype=np.float64) - low) / (high - low)
    levels = np.rint(np.clip(share, 0, 1) * (len(shades) - 1)).astype(int)
    return ["".join(shades[level] * 2 for level in row) for row in levels]


def halve_image(pixels: npt.ArrayLike) -> Array:
    """Return an image of half the height and width: the means of 2 x 2 pixels."""
    array = np.asarray(pixels, dtype=np.float64)
    rows, columns = (size // 2 for size in array.shape)
    blocks = array[: 2 * rows, : 2 * columns].reshape(rows, 2, columns, 2)
    return np.asarray(blocks.mean(axis=(1, 3)))


def draw_channels(
    window: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike, unicode: bool = True
) -> list[str]:
    """Return one line for each channel of a window.

    Parameters
    ----------
    window
        (samples, channels).
    low, high
        (channels,), the range of each channel.
    unicode
        Whether block characters can be printed.

    """
    steps = STEPS if unicode else ASCII_STEPS
    values, least, most = (np.asarray(v, dtype=np.float64) for v in (window, low, high))
    share = (values - least) / np.maximum(most - least, 1e-9)
    levels = np.rint(np.clip(share, 0, 1) * (len(steps) - 1)).astype(int)
    return ["".join(steps[level] for level in channel) for channel in levels.T]


def side_by_side(
    images: Sequence[list[str]], captions: Sequence[str] | None = None, gap: str = "    "
) -> str:
    """Return images of equal height in one row, each with its caption below."""
    if captions is None:
        return "\n".join(gap.join(lines) for lines in zip(*images, strict=True))
    widths = [
        max(len(caption), *map(len, lines)) for lines, caption in zip(images, captions, strict=True)
    ]
    rows = [list(row) for row in zip(*images, strict=True)] + [list(captions)]
    return "\n".join(
        gap.join(part.ljust(w) for part, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
