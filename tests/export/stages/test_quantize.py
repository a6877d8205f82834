"""The integers of hidden layers: scales, zero points, tables and clamps of small layers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.handmade import handmade, the_node
from support.layer_models import chain

from thumbnet.export import Graph, Node, Options, TensorSpec, convert, run_until, verify
from thumbnet.export.stages.fuse import fuse
from thumbnet.export.stages.reference import execute
from thumbnet.trainer import Dense, Tensor
from thumbnet.trainer.autograd.activations import ACTIVATIONS

X = np.linspace(-1, 1, 201)[:, None]


def hidden(curve: str, kernel: float = 10.0, bias: float = 0.0) -> tuple[Node, TensorSpec]:
    """One hidden unit's kernel call, and the tensor that it writes."""
    model = handmade(([[kernel]], bias, curve), ([[1.0, -1.0]], 0.0, "softmax"))
    graph = convert(model, X, name="net", resolution=0.01, margin=0).graph
    node = the_node(graph, "fully_connected")
    return node, graph.tensors[node.output]


@pytest.mark.parametrize(
    ("curve", "scale", "zero_point", "ends"),
    [
        ("tanh", 1 / 127, 128, [1, 255]),
        ("sign", 1 / 127, 128, [1, 255]),
        ("sigmoid", 1 / 255, 0, [0, 255]),
        ("step", 1 / 255, 0, [0, 255]),
    ],
)
def test_curve_of_known_range_has_exact_ends(
    curve: str, scale: float, zero_point: int, ends: list[int]
) -> None:
    node, tensor = hidden(curve)
    assert tensor.scale == pytest.approx(scale)
    assert tensor.zero_point == zero_point
    assert node.attributes["table"][[0, 255]].tolist() == ends


def test_tanh_table_has_zero_in_the_middle() -> None:
    node, _ = hidden("tanh")
    assert node.attributes["zero_point"] == 128
    assert node.attributes["table"][128] == 128


@pytest.mark.parametrize(("curve", "low"), [("step", 0), ("sign", 1)])
def test_sides_are_told_at_128(curve: str, low: int) -> None:
    node, _ = hidden(curve)
    assert node.attributes["zero_point"] == 128
    assert node.attributes["table"].tolist() == [low] * 128 + [255] * 128


@pytest.mark.parametrize("bias", [-100.0, 100.0])
@pytest.mark.parametrize("curve", ["step", "sign"])
def test_both_sides_stay_where_the_samples_show_one(curve: str, bias: float) -> None:
    (node, tensor), (usual, usual_tensor) = hidden(curve, bias=bias), hidden(curve)
    assert np.array_equal(node.attributes["table"], usual.attributes["table"])
    assert (tensor.scale, tensor.zero_point) == (usual_tensor.scale, usual_tensor.zero_point)


@pytest.mark.parametrize("bias", [0.0, 5.0, 30.0, 100.0, -30.0])
def test_relu_is_the_clamp_at_its_zero_point(bias: float) -> None:
    node, tensor = hidden("relu", bias=bias)
    assert node.attributes["activation_min"] == tensor.zero_point == 0
    assert node.attributes["activation_max"] == 255
    assert "table" not in node.attributes


@pytest.mark.parametrize(
    ("curve", "slope", "fixed"),
    [
        ("tanh", 0.6, True),
        ("tanh", 0.5, False),
        ("sigmoid", 1.2, True),
        ("sigmoid", 1.0, False),
    ],
)
def test_scale_of_a_curve_follows_a_range_below_half(curve: str, slope: float, fixed: bool) -> None:
    _, tensor = hidden(curve, kernel=slope)
    known = {"tanh": 1 / 127, "sigmoid": 1 / 255}[curve]
    assert (tensor.scale == pytest.approx(known)) == fixed


@pytest.mark.parametrize(("curve", "edge"), [("tanh", 3.2), ("sigmoid", 6.3)])
def test_range_before_a_curve_ends_where_it_is_flat(curve: str, edge: float) -> None:
    model = handmade(([[100.0]], 0.0, curve), ([[1.0, -1.0]], 0.0, "softmax"))
    graph, _ = run_until(model, X, Options("net", resolution=0.0001), "quantize")
    tensor = graph.tensors["dense_dense"]
    assert tensor.scale == pytest.approx(max(edge / 127, 100 / 63 / 127), rel=0.6)
    narrow = handmade(([[edge * 1.5]], 0.0, curve), ([[1.0, -1.0]], 0.0, "softmax"))
    graph, _ = run_until(narrow, X, Options("net"), "quantize")
    assert graph.tensors["dense_dense"].scale == pytest.approx(edge / 127, rel=1e-6)


@pytest.mark.parametrize(("curve", "bias"), [("tanh", 30), ("tanh", -30)])
def test_unit_that_is_saturated_throughout(curve: str, bias: float) -> None:
    model = handmade(([[1.0]], bias, curve), ([[1.0, -1.0]], 0.0, "softmax"))
    program = convert(model, X, name="net", resolution=0.01)
    tensor = program.graph.tensors["dense_activation"]
    got = tensor.scale * (program.execute(X)["dense_activation"] - tensor.zero_point)
    np.testing.assert_allclose(got, np.sign(bias), atol=0.005)


def test_saturated_range_before_a_curve_is_from_zero_to_the_flat() -> None:
    model = handmade(([[0.1]], 30.0, "tanh"), ([[1.0, -1.0]], 0.0, "softmax"))
    graph, _ = run_until(model, X, Options("net"), "quantize")
    assert graph.tensors["dense_dense"].zero_point == 0
    assert graph.tensors["dense_dense"].scale == pytest.approx(3.2 / 255)


@pytest.mark.parametrize("curve", ["leaky_relu", "tanh", "sigmoid"])
def test_table_is_the_rounded_curve(curve: str) -> None:
    model = handmade(([[2.0]], 0.0, curve), ([[1.0, -1.0]], 0.0, "softmax"))
    graph, _ = run_until(model, X, Options("net"), "quantize")
    source, target = graph.tensors["dense_dense"], graph.tensors["dense_activation"]
    assert isinstance(source.scale, float)
    assert isinstance(target.scale, float)
    reals = source.scale * (np.arange(256) - source.zero_point)
    wanted = ACTIVATIONS[curve](Tensor(reals)).data
    table = the_node(graph, "lookup").attributes["table"].astype(int)
    got = target.scale * (table - target.zero_point)
    inside = (reals >= -2) & (reals <= 2)
    assert np.abs(got - wanted)[inside].max() <= target.scale * 0.501


def test_fuse_keeps_what_is_read_twice() -> None:
    model = handmade(([[1.0, 2.0]], 0.0, "linear"), ([[1.0], [1.0]], 0.0, "linear"))
    graph, _ = run_until(model, X, Options("net"), "quantize")
    first = the_node(graph, "requantize")
    again = replace(first, output="again")
    place = graph.nodes.index(first) + 1
    tensors = {**graph.tensors, "again": replace(graph.tensors[first.output], name="again")}
    nodes = (*graph.nodes[:place], again, *graph.nodes[place:])
    twice: Graph = verify(replace(graph, nodes=nodes, tensors=tensors))
    fused = verify(fuse(twice))
    counts = np.array([[-100], [7], [100]])
    assert np.array_equal(execute(fused, counts)["again"], execute(twice, counts)["again"])


@pytest.mark.parametrize(
    ("curve", "kernel", "bias"),
    [("sigmoid", 1.0, 30.0), ("tanh", 1.0, 10.0), ("tanh", 1.0, -10.0), ("linear", 1e-6, 7.0)],
)
def test_unit_that_hardly_moves(curve: str, kernel: float, bias: float) -> None:
    """A saturated unit carries no information, and must not prevent the export."""
    x = np.linspace(-1, 1, 201)[:, None]
    model = handmade(([[kernel]], bias, curve), (np.full((1, 2), [1.0, -1.0]), 0.0, "linear"))
    program = convert(model, x, name="net", resolution=0.01)
    wanted = model.predict(x)
    assert np.abs(program.predict(x) - wanted).max() < 0.01 * np.abs(wanted).max()


@pytest.mark.parametrize("names", [("a", "z"), ("z", "a")])
def test_a_curve_is_left_out_behind_the_scores_alone(names: tuple[str, str]) -> None:
    hidden_layer = Dense(2, "tanh", name=names[0])
    model = chain((1,), hidden_layer, Dense(2, "tanh", name=names[1]))
    graph, _ = run_until(model, X, Options("net"), "quantize")
    assert len(list(graph.only("lookup"))) == 1
