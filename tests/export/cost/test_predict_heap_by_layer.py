"""What a `predict` takes of the heap, counted by hand for one node of each kind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from thumbnet.export import Graph, Node, TensorSpec
from thumbnet.export.cost.predict_heap import predict_heap
from thumbnet.trainer import StreamSettings

WORD = 4
AROUND = 16 * WORD
"""The call itself, beside its layers."""

PIXELS = (3, 5, 2, 2, 3, 1, 1, 0, 0, 2, 3)
"""An image of 3 x 5 with 2 channels, a window of 2 x 3: 6 positions, 6 places, 12 values."""

STREAM = StreamSettings(4, 2, ("x",), 50.0, (1,), 100)


def graph(op: str, stream: StreamSettings | None = None, **attributes: Any) -> Graph:
    tensors = {"input": TensorSpec("input", (7,), "int32"), "out": TensorSpec("out", (3,), "uint8")}
    return Graph(
        "net",
        "fuse",
        "input",
        ("out",),
        (Node(op, ("input",), "out", attributes),),
        tensors,
        stream,
    )


def matrix(outputs: int, inputs: int) -> np.ndarray:
    return np.zeros((outputs, inputs), np.int8)


def heap(op: str, **attributes: Any) -> int:
    """Bytes of the layer alone, tier plain."""
    return predict_heap(graph(op, **attributes), "plain", WORD) - AROUND


@pytest.mark.parametrize("word", [4, 8])
@pytest.mark.parametrize("tier", ["plain", "viper", "thumb"])
def test_readings_are_floats_of_twelve_words(tier: str, word: int) -> None:
    calls = 16 * word if tier == "plain" else 0
    assert predict_heap(graph("quantize_sensors"), tier, word) == 7 * 12 * word + calls
    assert predict_heap(graph("quantize_sensors", STREAM), tier, word) == calls
    assert predict_heap(graph("quantize_levels"), tier, word) == calls


def test_a_dense_layer_takes_nothing() -> None:
    assert heap("fully_connected", weight=matrix(5, 8)) == 0
    assert heap("lookup", table=np.zeros(256, np.uint8)) == 0


def test_a_dense_layer_of_four_bits_is_a_convolution() -> None:
    # Four lists of 8 inputs and 70 words; for each output 8 bytes and 14 words.
    assert heap("fully_connected", weight=matrix(5, 8), bits=4) == WORD * (4 * 8 + 70) + 5 * (
        8 + 14 * WORD
    )


def test_a_convolution_takes_lists_and_slices_at_each_position() -> None:
    # Four lists of 12 values and 40 words; for each output 12 bytes and 10 words.
    each = WORD * (4 * 12 + 40) + 5 * (12 + 10 * WORD)
    assert heap("conv", window=PIXELS, weight=matrix(5, 12)) == 6 * each
    narrow = WORD * (4 * 12 + 70) + 5 * (12 + 14 * WORD)
    assert heap("conv", window=PIXELS, weight=matrix(5, 12), bits=4) == 6 * narrow


def test_a_depthwise_convolution_slices_each_channel() -> None:
    each = WORD * (4 * 12 + 40) + 2 * WORD * (6 + 10)
    assert heap("depthwise_conv", window=PIXELS, weight=matrix(2, 6)) == 6 * each


def test_pooling_has_no_weights() -> None:
    each = WORD * (2 * 12 + 10 * 2)
    assert heap("max_pool", window=PIXELS) == heap("average_pool", window=PIXELS) == 6 * each


def test_a_recurrent_layer_takes_its_products_at_each_step() -> None:
    weights = {"input_weight": matrix(6, 3), "state_weight": matrix(6, 2), "steps": 9}
    assert heap("gru", **weights) == 9 * 24 * WORD
    products = WORD * (4 * 3 + 70 + 4 * 2 + 70) + 6 * (3 + 2 + 2 * 14 * WORD)
    assert heap("gru", **weights, bits=4) == 9 * (24 * WORD + products)


def test_layers_add_up() -> None:
    one = graph("max_pool", window=PIXELS)
    both = Graph(**{**vars(one), "nodes": one.nodes * 2})
    assert predict_heap(both, "plain", WORD) == 2 * heap("max_pool", window=PIXELS) + AROUND
