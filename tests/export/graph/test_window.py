"""A window that moves over an image: how far before the image its output may begin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.layer_cases import windows

from thumbnet.export.graph.window import Window


def least_distance(w: Window, outputs: int, copied: bool) -> int:
    """The smallest distance with which no byte is written that is still to be read, by trial."""
    reads = []
    for i in range(w.out_height):
        for j in range(w.out_width):
            top, left = i * w.stride_height - w.top, j * w.stride_width - w.left
            reads.append(
                {
                    (y * w.width + x) * w.channels + c
                    for y in range(max(top, 0), min(top + w.kernel_height, w.height))
                    for x in range(max(left, 0), min(left + w.kernel_width, w.width))
                    for c in range(w.channels)
                }
            )
    later: list[set[int]] = [set()]
    for seen in reversed(reads):
        later.append(later[-1] | seen)
    later = later[::-1]
    distance = 0
    while True:
        for k in range(len(reads)):
            writes = range(k * outputs - distance, (k + 1) * outputs - distance)
            if not later[k + 1 if copied else k].isdisjoint(writes):
                break
        else:
            return distance
        distance += 1


@given(seed=st.integers(0, 2**32 - 1), outputs=st.integers(1, 12), copied=st.booleans())
@examples(100)
def test_distance(seed: int, outputs: int, copied: bool) -> None:
    w = windows(np.random.default_rng(seed))
    least = least_distance(w, outputs, copied)
    found = w.distance(outputs, copied)
    # What lies behind the first byte that is still read is not written to, though windows may skip
    # it.
    assert found >= least
    if w.stride_height <= w.kernel_height and w.stride_width <= w.kernel_width:
        assert found == least


@pytest.mark.parametrize(
    ("window", "outputs", "copied", "distance"),
    [
        (Window(48, 48, 8, 1, 1, 1, 1, 0, 0, 48, 48), 8, True, 0),  # in place
        (Window(48, 48, 8, 1, 1, 1, 1, 0, 0, 48, 48), 8, False, 8),
        (Window(48, 48, 8, 1, 1, 1, 1, 0, 0, 48, 48), 16, True, 2303 * 8),
        (Window(48, 48, 8, 3, 3, 1, 1, 1, 1, 48, 48), 8, True, (48 + 1) * 8),
        (Window(9, 9, 2, 9, 9, 1, 1, 0, 0, 1, 1), 1000, True, 0),  # a single position
        (Window(8, 8, 4, 2, 2, 2, 2, 0, 0, 4, 4), 4, False, 4),
    ],
)
def test_distances(window: Window, outputs: int, copied: bool, distance: int) -> None:
    assert window.distance(outputs, copied) == distance
