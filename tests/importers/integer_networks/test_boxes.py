"""Where each byte of an output comes from, as the pieces of a move."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from thumbnet.export.ops.move import Move
from thumbnet.importers.integer_networks.boxes import FILLED, boxes

SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=7)


def moved(index: np.ndarray, x: np.ndarray) -> np.ndarray:
    pieces, offsets = boxes(index)
    node = {"pieces": np.array(pieces), "offsets": offsets, "fill": 7}
    return Move().integer_forward(x[None], **node)[0]


@given(SHAPES, st.data())
def test_what_numpy_moves(shape: list[int], data: st.DataObject) -> None:
    """Up to seven axes in any order, some turned, cut, repeated or padded."""
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    x = rng.integers(0, 256, shape)
    index = np.arange(x.size).reshape(shape).transpose(rng.permutation(len(shape)))
    for axis in range(index.ndim):
        kind, size = rng.integers(0, 6), index.shape[axis]
        if kind == 0:
            index = np.flip(index, axis)
        elif kind == 1:
            index = index.take(rng.integers(0, size, 3), axis)
        elif kind == 2 and index.size < 2000:
            widths = [(0, 0)] * index.ndim
            widths[axis] = tuple(rng.integers(0, 3, 2))
            index = np.pad(index, widths, constant_values=FILLED)
        elif kind == 3:
            index = index.take(range(0, size, 2), axis)
    wanted = np.where(index == FILLED, 7, x.reshape(-1)[index])
    assert moved(index, x.reshape(-1)).tolist() == wanted.reshape(-1).tolist()


def test_bytes_that_follow_each_other_are_one_run() -> None:
    ((piece,), offsets) = boxes(np.arange(60).reshape(3, 4, 5)[1:])
    assert (piece.lengths, piece.run, piece.x_step) == ((1, 1, 1, 1), 40, 1)
    assert offsets.tolist() == [20, 0, 0, 0]
