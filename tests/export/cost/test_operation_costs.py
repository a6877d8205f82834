"""Heap and cycles of each operation, summed by hand; the words are those of a 32-bit board."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from thumbnet.export import Graph, TensorSpec
from thumbnet.export.boards.processors import Cycles
from thumbnet.export.cost.predict_heap import predict_heap
from thumbnet.export.graph.graph import Node
from thumbnet.export.ops import operation

COST = Cycles(mac=10, input=0, output=10_000, call=1_000_000, pool=7)
WINDOW = (4, 5, 3, 2, 2, 1, 1, 0, 0, 3, 4)
"""Of 4 pixels with 3 channels, at 12 positions."""

PRODUCTS = np.zeros((5, 12), np.int8)
"""Of 5 outputs."""

SIDES = {"input_weight": np.zeros((2, 3), np.int8), "state_weight": np.zeros((2, 2), np.int8)}

NARROW = 4 * (5 * 12 + 80) + 5 * (12 + (10 + 4) * 4)
"""One position with 4-bit weights."""


def node(op: str, **attributes: Any) -> Node:
    return Node(op, ("x",), "y", attributes)


@pytest.mark.parametrize(
    ("made", "heap"),
    [
        (node("max_pool", window=WINDOW), 12 * 4 * (2 * 12 + 10 * 3)),
        (node("average_pool", window=WINDOW), 12 * 4 * (2 * 12 + 10 * 3)),
        (
            node("conv", window=WINDOW, weight=PRODUCTS),
            12 * (4 * (2 * 12 + 80) + 5 * (12 + 10 * 4)),
        ),
        (node("conv", window=WINDOW, weight=PRODUCTS, bits=4), 12 * NARROW),
        (
            node("depthwise_conv", window=WINDOW, weight=np.zeros((3, 4), np.int8)),
            12 * (4 * (80 + 10 * 2 + 4 * 3) + 2 * 12),
        ),
        (node("fully_connected", weight=PRODUCTS), 0),
        (node("fully_connected", weight=PRODUCTS, bits=4), NARROW),
        (node("gru", steps=6, **SIDES), 0),
        (
            node("simple_rnn", steps=6, bits=4, **SIDES),
            6 * (4 * (5 * 3 + 80) + 2 * (3 + 56) + 4 * (5 * 2 + 80) + 2 * (2 + 56)),
        ),
        (node("add"), 0),
    ],
    ids=lambda value: value.op if isinstance(value, Node) else str(value),
)
def test_heap_of_a_call(made: Node, heap: int) -> None:
    assert operation(made).predict_heap(made, 4) == heap


@pytest.mark.parametrize(
    ("made", "outputs", "cycles"),
    [
        (node("max_pool", window=WINDOW), 36, 36 * 5000 + 144 * 7),
        (node("average_pool", window=WINDOW), 36, 36 * 5000 + 144 * 7),
        (node("conv", window=WINDOW, weight=PRODUCTS), 60, 60 * 5000 + 144 * 10),
        (node("depthwise_conv", window=WINDOW), 36, 36 * 5000 + 144 * 10),
        (node("fully_connected", weight=PRODUCTS), 5, 5 * 10_000),
        (
            node("gru", steps=6, input_bias=np.zeros(9), **SIDES),
            3,
            6 * (4 * 1_000_000 + 2 * 9 * 10_000 + 9 * 8 * 10),
        ),
        (node("add"), 8, 2 * 8 * 10),
        (node("batch_matmul"), 8, 8 * 5000),
        (node("softmax_rows"), 8, 7 * 8 * 10),
        (node("embedding"), 8, 8 * 7),
    ],
    ids=lambda value: value.op if isinstance(value, Node) else str(value),
)
def test_cycles_beside_products_and_call(made: Node, outputs: int, cycles: int) -> None:
    assert operation(made).cycles(made, outputs, COST) == cycles


@pytest.mark.parametrize("word", [4, 8])
def test_heap_of_a_network(word: int) -> None:
    """Readings are floats, of 12 words; only the plain tier takes more."""
    made = [node("max_pool", window=WINDOW), node("fully_connected", weight=PRODUCTS)]
    heap = word * (16 + 12 * (2 * 12 + 10 * 3))
    for first, readings in (("quantize_sensors", 12 * 60 * word), ("quantize_levels", 0)):
        tensors = {"x": TensorSpec("x", (60, 2), "int32")}
        graph = Graph("net", "fuse", "x", ("y",), (node(first), *made), tensors)
        assert predict_heap(graph, "plain", word) == heap + readings
        for tier in ("viper", "thumb"):
            assert predict_heap(graph, tier, word) == readings
        windows: Any = object()
        streamed = replace(graph, stream=windows)
        assert predict_heap(streamed, "plain", word) == heap
        assert predict_heap(streamed, "viper", word) == 0
