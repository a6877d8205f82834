"""The window and the range of a pooling layer."""

from __future__ import annotations

import numpy as np
import pytest
from support.layer_models import chain

from thumbnet.export import Graph, TensorSpec
from thumbnet.export.graph.graph import Node
from thumbnet.export.ops import operation
from thumbnet.export.quantizer.builder import Builder
from thumbnet.export.stages.lower import lower
from thumbnet.trainer import (
    Dense,
    Flatten,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling1D,
)


@pytest.mark.parametrize(
    ("shape", "layers", "window"),
    [
        ((5, 3), (GlobalAveragePooling1D(),), (1, 5, 3, 1, 5, 1, 1, 0, 0, 1, 1)),
        ((4, 5, 3), (GlobalAveragePooling2D(),), (4, 5, 3, 4, 5, 1, 1, 0, 0, 1, 1)),
        ((5, 3), (MaxPooling1D(2), Flatten()), (1, 5, 3, 1, 2, 1, 2, 0, 0, 1, 2)),
    ],
)
def test_window_of_a_layer(
    shape: tuple[int, ...], layers: tuple[Layer, ...], window: tuple[int, ...]
) -> None:
    graph = lower(chain(shape, *layers, Dense(2)), "net")
    found = [node.attributes["window"] for node in graph.nodes if "window" in node.attributes]
    assert [tuple(each) for each in found] == [window]


MEAN = Node("average_pool", ("a",), "y", {"window": (2, 2, 1, 2, 2, 1, 1, 0, 0, 1, 1)})


def quantized(
    low: float, high: float, function: str, scale: float = 1.0
) -> tuple[Node, TensorSpec]:
    """The mean of four elements with a curve after it."""
    names = ("y", "curve")
    floats = {name: TensorSpec(name, (1,), "float32", low=low, high=high) for name in names}
    graph = Graph("net", "calibrate", "a", ("y",), (MEAN,), floats)
    builder = Builder(graph, 8, False, {"y": (function, "curve")}, set())
    builder.add(MEAN, TensorSpec("a", (4,), "uint8", scale=scale, zero_point=9))
    operation(MEAN).quantize(builder, MEAN)
    node = builder.nodes[-1]
    return node, builder.tensors[node.output]


@pytest.mark.parametrize(
    ("low", "high", "function", "output", "zero_point"),
    [
        (51.0, 255.0, "relu", "curve", 0),
        (-51.0, 255.0, "relu", "curve", 0),
        (-51.0, 204.0, "linear", "y", 51),
        (-51.0, 204.0, "tanh", "y", 51),
    ],
)
def test_range_of_a_mean(
    low: float, high: float, function: str, output: str, zero_point: int
) -> None:
    node, out = quantized(low, high, function)
    assert (out.name, out.scale, out.zero_point) == (output, 1.0, zero_point)
    a = node.attributes
    assert (a["fewest"], a["x_zero_point"], a["zero_point"]) == (4, 9, zero_point)
    assert np.array_equal(a["multiplier"] / 2.0 ** a["shift"], [1 / 4])


def test_a_mean_has_half_of_a_sum_as_its_finest_step() -> None:
    _, out = quantized(0.0, 0.001, "linear")
    assert out.scale == pytest.approx(1 / 4 / 0.5 * (1 + 2**-14), rel=1e-12)
