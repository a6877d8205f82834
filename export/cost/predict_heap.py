"""Heap that one `predict` takes until the next garbage collection.

Kernels in machine code take none. Those of tier plain make lists and slices, counted here as they
are written in `firmware/plain/`; `tests/test_garbage.py` measures them.
"""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from ..graph.graph import Graph, Node
from .network_size import weights
from ..graph.window import Window

READING = 12
"""Words for a reading that is a float, in every tier."""

CALL = 16
"""Words around the layers, tier plain."""

_POSITION = 40
"""Words for a position of a window, beside what it sees."""

_SLICE = 10
"""Words for a slice and a loop over it, beside what is in it."""

_STEP = 24
"""Words for a step of a recurrent layer."""


def predict_heap(graph: Graph, tier: str, word: int) -> int:
    """Return the bytes that one `predict` of a tier takes, where a pointer has `word` of them.

    Readings are taken for floats; what a `Stream` gives are counts, which take none.
    """
    total = 0
    if graph.stream is None and any(graph.only("quantize_sensors")):
        total += READING * word * graph.tensors[graph.input].shape[0]
    if tier != "plain":
        return total
    return total + CALL * word + sum(_kernel(node, word) for node in graph.nodes)


def _kernel(node: Node, word: int) -> int:
    matrices = weights(node)
    narrow = node.attributes.get("bits") == 4
    if "window" in node.attributes:
        window = Window.of(node.attributes)
        values, channels = window.taps * window.channels, window.channels
        if not matrices:
            return window.positions * word * (2 * values + _SLICE * channels)
        if node.op == "depthwise_conv":
            slices = channels * word * (window.taps + _SLICE)
            return window.positions * (word * (4 * values + _POSITION) + slices)
        return window.positions * _rows(len(matrices[0]), values, word, narrow)
    if "steps" in node.attributes:
        return int(node.attributes["steps"]) * (_STEP * word + _dense(matrices, word, narrow))
    return _dense(matrices, word, narrow)


def _dense(matrices: list[npt.NDArray[Any]], word: int, narrow: bool) -> int:
    """Return the bytes for dense layers: none, but those of 4 bits are convolutions."""
    if not narrow:
        return 0
    return sum(_rows(len(matrix), matrix.shape[1], word, True) for matrix in matrices)


def _rows(outputs: int, inputs: int, word: int, narrow: bool) -> int:
    """Return the bytes for one position of a convolution: its inputs as lists, slices of bytes.

    narrow: weights of 4 bits, two loops where there would be one.
    """
    position, slices = (_POSITION + 30, _SLICE + 4) if narrow else (_POSITION, _SLICE)
    return word * (4 * inputs + position) + outputs * (inputs + slices * word)
