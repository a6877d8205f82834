"""The reported size of a network: multiply-accumulates, parameters, bytes of weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.layer_models import chain, readings

from thumbnet.export import Graph, convert
from thumbnet.export.cost.network_size import macs, node_macs, parameters, weight_bytes
from thumbnet.trainer import (
    GRU,
    LSTM,
    Conv1D,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Model,
    SimpleRNN,
)


def integers(model: Model, **options: Any) -> Graph:
    return convert(model, readings(model, np.random.default_rng(0)), name="net", **options).graph


def pictures() -> Model:
    return chain(
        (7, 9, 3),
        Conv2D(4, 3, strides=2, padding="same", activation="relu"),  # to 4 x 5
        DepthwiseConv2D(3, activation="relu"),  # to 2 x 3
        MaxPooling2D((2, 1)),
        Conv2D(5, (1, 2), activation="relu"),  # of 1 x 3, to 1 x 2
        GlobalAveragePooling2D(),
        Dense(3, "softmax"),
    )


def test_a_convolution_multiplies_at_each_position() -> None:
    graph = integers(pictures())
    counts = [node_macs(node) for node in graph.nodes if node_macs(node)]
    assert counts == [
        (4 * 5) * (3 * 3 * 3) * 4,
        (2 * 3) * (3 * 3) * 4,
        (1 * 2) * (1 * 2 * 4) * 5,
        5 * 3,
    ]
    assert macs(graph) == sum(counts)


def test_a_convolution_of_a_row_of_samples() -> None:
    model = chain((20, 6), Conv1D(8, 5, strides=3), Flatten(), Dense(2, "softmax"))
    assert macs(integers(model)) == 6 * (5 * 6) * 8 + (6 * 8) * 2


@pytest.mark.parametrize(("layer", "gates"), [(GRU, 3), (LSTM, 4), (SimpleRNN, 1)])
def test_a_recurrent_layer_multiplies_at_each_step(layer: type, gates: int) -> None:
    graph = integers(chain((12, 4), layer(5), Dense(3, "softmax")))
    assert macs(graph) == 12 * gates * (4 * 5 + 5 * 5) + 5 * 3
    biases = {GRU: 2 * 3 * 5, LSTM: 4 * 5, SimpleRNN: 5}[layer]
    assert parameters(graph) == gates * (4 * 5 + 5 * 5) + biases + 5 * 3 + 3


def test_weights_of_four_bits_are_two_to_a_byte() -> None:
    model = pictures()
    sizes = 3 * 3 * 3 * 4, 3 * 3 * 4, 1 * 2 * 4 * 5, 5 * 3
    assert weight_bytes(integers(model)) == sum(sizes)
    # Those of a depthwise convolution have 8 bits; an odd 4-bit weight takes a whole byte.
    halves = sizes[0] // 2, sizes[1], sizes[2] // 2, 8
    assert weight_bytes(integers(model, bits=4)) == sum(halves)
    assert parameters(integers(model, bits=4)) == sum(sizes) + 4 + 4 + 5 + 3


def test_weights_of_four_bits_in_a_recurrent_layer() -> None:
    model = chain((12, 4), GRU(5), Dense(3, "softmax"))
    assert weight_bytes(integers(model)) == 3 * (4 * 5 + 5 * 5) + 5 * 3
    assert weight_bytes(integers(model, bits=4)) == (135 + 1) // 2 + 8
