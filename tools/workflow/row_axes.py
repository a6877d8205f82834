"""Rows whose axes are in another order than a network reads them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from thumbnet.trainer import Dataset, ThumbnetError


def check_axes(rows: Dataset, data: str, accepted: Sequence[int], path: Path) -> None:
    """Refuse rows with channels first; their count alone would let them pass.

    Parameters
    ----------
    rows, data
        The data set, and what the user calls it.
    accepted, path
        The shape that a network reads, channels last, and the network's file.

    Raises
    ------
    ThumbnetError
        If the rows have that shape with its last axis first.

    """
    found = rows.image_shape or rows.x.shape[1:]
    # Axes of one place are often left out, and do not matter.
    first = [size for size in found if size > 1]
    last = [size for size in accepted if size > 1]
    if len(last) > 1 and first != last and first == [last[-1], *last[:-1]]:
        places = "0, 2, 3, 1" if len(found) == 3 else "0, 2, 1"
        raise ThumbnetError(
            f"{data} has rows of {_words(found)}, but {path} takes {_words(accepted)}, channels "
            f"last: save x.transpose({places})"
        )


def _words(shape: Sequence[int]) -> str:
    return "x".join(map(str, shape))
