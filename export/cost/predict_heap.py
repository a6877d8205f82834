"""Estimate the heap that one `predict` takes until the next garbage collection.

Kernels in machine code take none. Those of tier plain create lists and slices; each operation
counts those of its kernel in `firmware/plain/`.
"""

from __future__ import annotations

from ..graph.graph import Graph
from ..ops import operation
from ..ops.input import takes_readings

READING = 12
"""Words per reading in every tier: a float."""

CALL = 16
"""Words for the code around the layers, tier plain."""


def predict_heap(graph: Graph, tier: str, word: int) -> int:
    """Return the bytes that one `predict` of a tier takes; a pointer has `word` bytes.

    Readings are assumed to be floats; a `Stream` passes counts, which take no heap.
    """
    total = 0
    if graph.stream is None and takes_readings(graph):
        total += READING * word * graph.tensors[graph.input].shape[0]
    if tier != "plain":
        return total
    heap = sum(operation(node).predict_heap(node, word) for node in graph.nodes)
    return total + CALL * word + heap
