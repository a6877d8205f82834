"""Choose the batch size of a computation so that its memory is bounded."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

MOST_ROWS = 4096
"""Examples at a time, at most."""

MOST_NUMBERS = 2**22
"""Numbers in the largest tensor of a batch, at most."""


def rows_at_once(shapes: Iterable[tuple[int, ...]]) -> int:
    """Return how many examples to compute at a time.

    Parameters
    ----------
    shapes : iterable of tuple of int
        Shapes of one example at the input and after every layer.

    Returns
    -------
    int
        At least 1; fewer if a layer has many outputs.
    """
    return max(1, min(MOST_ROWS, MOST_NUMBERS // max(math.prod(shape) for shape in shapes)))


def slices(count: int, rows: int) -> Iterator[slice]:
    """Cut `count` rows into slices of at most `rows`."""
    for start in range(0, count, rows):
        yield slice(start, min(start + rows, count))
