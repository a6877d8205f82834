"""The ranges that `fit(quantize=...)` settles on, and the ranges that calibration still chooses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.handmade import drawn
from support.layer_models import MODELS, chain, readings

from thumbnet.export import Options, convert
from thumbnet.export.graph.graph import Graph
from thumbnet.export.program.compare import calibrations
from thumbnet.export.program.quality import layer_quality
from thumbnet.export.stages.observers import OBSERVERS
from thumbnet.trainer import (
    Add,
    Conv1D,
    Dense,
    GlobalAveragePooling1D,
    Input,
    MaxPooling1D,
    Model,
    Sequential,
    affine,
)

RNG = np.random.default_rng(0)


def trained(model: Model, width: str = "int8", epochs: int = 4) -> tuple[Model, np.ndarray]:
    """Fitted to labels at random."""
    x = readings(model, RNG)
    outputs = model.layers[-1].output_shape[0]
    loss = "sparse_categorical_crossentropy" if outputs > 1 else "binary_crossentropy"
    model.compile("adam", loss)
    model.fit(x, RNG.integers(0, max(outputs, 2), len(x)), epochs=epochs, seed=0, quantize=width)
    return model, x


def windows() -> Sequential:
    model = chain(
        (20, 3),
        Conv1D(6, 5, padding="same", activation="relu"),
        MaxPooling1D(2),
        Conv1D(4, 3, activation="relu"),
        GlobalAveragePooling1D(),
        Dense(2, "softmax"),
    )
    assert isinstance(model, Sequential)
    return model


@pytest.mark.parametrize("width", ["int8", "int4"])
def test_export_takes_the_ranges_of_training(width: str) -> None:
    model, x = trained(windows(), width)
    program = convert(model, x, name="net")
    integers = program.graph.tensors
    tensors = {
        "conv1d": "conv1d_activation",
        "max_pooling1d": "max_pooling1d",
        "conv1d_1": "conv1d_1_activation",
        "global_average_pooling1d": "global_average_pooling1d",
    }
    tensors = {layer: name for layer, name in tensors.items() if name in program.floats.tensors}
    assert len(tensors) == 4
    seen = layer_quality(program.floats, program.graph, x)
    for layer, name in tensors.items():
        low, high = model.activation_ranges[layer]
        found = program.floats.tensors[name]
        assert (found.low, found.high) == (low, high)
        observed = next(row for row in seen if row.tensor == name)
        assert high != observed.high
        scale, zero_point = affine(low, high)
        assert integers[name].scale == pytest.approx(scale)
        assert integers[name].zero_point == zero_point


@pytest.mark.parametrize("high", [0.7, 5.0, 40.0])
def test_a_range_wider_or_narrower_than_what_is_seen(high: float) -> None:
    model = drawn(Dense(5, "relu"), Dense(2, "softmax"))
    model.quantized, model.activation_ranges = "int8", {"dense": (0.0, high)}
    program = convert(model, RNG.normal(0, 1, (200, 6)).round(2), name="net", resolution=0.01)
    assert program.graph.tensors["dense_activation"].scale == pytest.approx(high / 255)
    assert program.graph.tensors["dense_activation"].zero_point == 0


def test_the_input_is_seen_whole_all_the_same() -> None:
    model, x = trained(windows())
    low, high = model.activation_ranges[""]
    assert x.min() < low
    assert high < x.max()
    tensor = convert(model, x, name="net").floats.tensors["x"]
    assert (tensor.low, tensor.high) == (x.min(), x.max())


# What a calibration may still choose


def same(one: Graph, other: Graph) -> bool:
    """Whether two graphs have the same integers."""

    def alike(a: Any, b: Any) -> bool:
        return bool(np.array_equal(a, b))

    return all(
        a.op == b.op
        and a.attributes.keys() == b.attributes.keys()
        and all(alike(a.attributes[name], b.attributes[name]) for name in a.attributes)
        for a, b in zip(one.nodes, other.nodes, strict=True)
    )


def sum_of_three() -> Model:
    """Training does not know the range of the sum of the first two."""
    source = Input((6,))
    parts = [Dense(5)(source) for _ in range(3)]
    return Model(source, Dense(2, "softmax")(Add()(parts)), seed=0)


NETWORKS = {**MODELS, "windows": windows, "sum of three": sum_of_three}
del NETWORKS["sign of pixels"]  # has no gradient
del NETWORKS["image"]  # `fit` takes rows of targets


@pytest.mark.parametrize("kind", NETWORKS)
def test_none_is_left_where_they_make_no_difference(kind: str) -> None:
    model = NETWORKS[kind]()
    assert calibrations(model, readings(model, RNG), Options("net")) == tuple(OBSERVERS)
    model, x = trained(model, epochs=2)
    x[0] *= 3  # one row far out: each observer sees another range
    found = calibrations(model, x, Options("net"))
    graphs = [convert(model, x, name="net", calibration=name).graph for name in OBSERVERS]
    assert found or all(same(graph, graphs[0]) for graph in graphs)


def test_both_are_there() -> None:
    found = {}
    for kind in ("windows", "sum of three", "strided"):  # strided: with a tanh
        model, x = trained(NETWORKS[kind](), epochs=2)
        found[kind] = len(calibrations(model, x, Options("net")))
    assert found == {"windows": 0, "sum of three": 3, "strided": 3}
