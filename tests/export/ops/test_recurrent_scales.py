"""What recurrent layers share: the scale of their wide numbers, their buffers and their shapes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.layer_models import chain

from thumbnet.export import Graph, TensorSpec
from thumbnet.export.graph.graph import Node
from thumbnet.export.ops import OPERATIONS
from thumbnet.export.ops.recurrent import Recurrent
from thumbnet.export.quantizer.builder import Builder
from thumbnet.export.quantizer.channel_weights import Channels
from thumbnet.export.stages.lower import lower
from thumbnet.trainer import Dense, SimpleRNN

CELLS = {op.name: op for op in OPERATIONS if isinstance(op, Recurrent)}
EACH = pytest.mark.parametrize("name", CELLS)

HEADROOM = 1 + 2**-14


def channels(*scale: float) -> Channels:
    size = len(scale)
    return Channels(np.zeros((size, 2), np.int8), np.arange(size), np.array(scale))


SIDES = {"input": channels(0.25, 0.5), "state": channels(1.0, 0.125)}
FINEST = 1.0 / 0.5 * HEADROOM
"""The finest wide step: that of the largest scale, 1.0."""


@EACH
@pytest.mark.parametrize("power", [1, 2, 5, 8])
def test_a_step_of_the_table_has_as_many_wide_steps_as_the_products_allow(
    name: str, power: int
) -> None:
    step = FINEST * 2.0**power
    found, shift, attributes = CELLS[name].wide(SIDES, step)
    assert (found, shift, attributes["limit"]) == (step, power, 2**20)
    for side, made in SIDES.items():
        assert attributes[f"{side}_weight"] is made.weight
        assert attributes[f"{side}_bias"] is made.bias
        real = attributes[f"{side}_multiplier"] / 2.0 ** attributes[f"{side}_shift"]
        np.testing.assert_allclose(real, made.scale / FINEST, rtol=2**-15)
    if power > 1:
        found, shift, _ = CELLS[name].wide(SIDES, step * (1 - 1e-9))
        assert (found, shift) == (step * (1 - 1e-9), power - 1)


@pytest.mark.parametrize(("name", "most"), [("gru", 8), ("lstm", 8), ("simple_rnn", 12)])
def test_most_wide_steps(name: str, most: int) -> None:
    for power in (most, most + 1, 20):
        step = FINEST * 2.0**power
        assert CELLS[name].wide(SIDES, step)[:2] == (step, most)


@EACH
def test_a_step_grows_to_two_wide_steps(name: str) -> None:
    for step in (FINEST * 2 * (1 - 1e-9), FINEST / 100):
        found, shift, attributes = CELLS[name].wide(SIDES, step)
        assert (found, shift) == (2 * FINEST, 1)
        assert attributes["state_multiplier"][0] / 2.0 ** attributes["state_shift"][0] < 0.5


@EACH
def test_a_side_of_zeros_has_no_say(name: str) -> None:
    """A layer may not have learned anything of its state."""
    sides = {"input": channels(0.25, 1.0), "state": channels(0.0, 0.0)}
    assert CELLS[name].wide(sides, FINEST * 2**5)[:2] == (FINEST * 2**5, 5)


@EACH
@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize("native", [False, True])
@pytest.mark.parametrize(("units", "features"), [(2, 3), (7, 3)])
@pytest.mark.parametrize("sequences", [False, True])
def test_buffers(
    name: str, bits: int, native: bool, units: int, features: int, sequences: bool
) -> None:
    op, rows = CELLS[name], CELLS[name].gates * units
    attributes: dict[str, Any] = {"steps": 5, "units": units, "sequences": sequences}
    attributes["input_weight"] = np.zeros((rows, features), np.int8)
    if bits == 4:
        attributes["bits"] = 4
    node = Node(name, ("x",), "y", attributes)
    tensors = {"x": TensorSpec("x", (5, features), "uint8")}
    graph = Graph("net", "fuse", "x", ("y",), (node,), tensors)
    wanted = {"y.step": features}
    if sequences:
        wanted["y.state"] = units
    if bits == 4 and native:
        wanted["y.patch"] = max(units, features)
    assert op.scratch(graph, node, native) == wanted
    state = 0 if name == "simple_rnn" else units  # its 16 bits are kept beside both sums
    assert op.wide_scratch(node) == {"y.wide": 2 * rows + state}
    assert op.times(node) == 5


@pytest.mark.parametrize(("name", "biases"), [("gru", 12), ("lstm", 8), ("simple_rnn", 2)])
def test_trained_numbers(name: str, biases: int) -> None:
    rows = CELLS[name].gates * 2
    weights = {"input": np.zeros((rows, 3), np.int8), "state": np.zeros((rows, 2), np.int8)}
    node = Node(name, ("x",), "y", {f"{side}_weight": w for side, w in weights.items()})
    assert CELLS[name].parameters(node) == rows * (3 + 2) + biases


@pytest.mark.parametrize(
    ("function", "low", "high", "scale", "zero_point"),
    [
        ("linear", -0.25, 0.26, 0.002, 125),
        ("linear", 0.1, 0.255, 0.001, 0),
        ("linear", -0.255, -0.1, 0.001, 255),
        ("relu", -0.25, 0.255, 0.001, 0),
        ("tanh", -0.25, 0.5, 1 / 127, 128),
        ("sigmoid", 0.4, 0.5, 1 / 255, 0),
    ],
)
def test_scale_of_a_state_includes_its_start(
    function: str, low: float, high: float, scale: float, zero_point: int
) -> None:
    attributes: dict[str, Any] = {"steps": 2, "units": 1, "sequences": False, "bias": np.zeros(1)}
    attributes |= {"kernel": np.ones((3, 1)), "recurrent_kernel": np.ones((1, 1))}
    node = Node("simple_rnn", ("x",), "y", {**attributes, "function": function})
    tensors = {
        "x": TensorSpec("x", (2, 3), "float32", mean=np.zeros((2, 3))),
        "y": TensorSpec("y", (1,), "float32", low=low, high=high, mean=np.zeros(1)),
    }
    graph = Graph("net", "calibrate", "x", ("y",), (node,), tensors)
    builder = Builder(graph, 8, False, {}, set())
    builder.add(node, TensorSpec("x", (2, 3), "uint8", scale=0.001, zero_point=9))
    CELLS["simple_rnn"].quantize(builder, node)
    out = builder.tensors["y"]
    assert out.scale == pytest.approx(scale, rel=1e-12)
    found = builder.nodes[-1].attributes
    assert out.zero_point == found["state_zero"] == zero_point
    assert found["table"][found["center"]] == (128 if function == "sigmoid" else zero_point)


@EACH
@pytest.mark.parametrize("rows", [1, 2])
def test_an_offset_of_the_input_goes_into_the_bias_of_the_input(name: str, rows: int) -> None:
    kernel, bias = np.arange(6.0).reshape(3, 2), np.array([[10.0, 20.0], [30.0, 40.0]])
    before = bias if rows == 2 else bias[0]
    node = Node(name, ("x",), "y", {"kernel": kernel, "bias": before})
    scaling = {"scale": np.array([2.0, 3.0, 5.0]), "offset": np.array([1.0, 0.0, -1.0])}
    found = CELLS[name].absorb_before(node, Node("scale_shift", ("input",), "x", scaling))
    assert found is not None
    assert found.attributes["kernel"].tolist() == [[0.0, 2.0], [6.0, 9.0], [20.0, 25.0]]
    moved = [10.0 - 4.0, 20.0 - 4.0]  # rows 0 and 2 of the kernel are 4 apart
    assert found.attributes["bias"].tolist() == ([moved, [30.0, 40.0]] if rows == 2 else moved)
    assert bias.tolist() == [[10.0, 20.0], [30.0, 40.0]]


def test_a_missing_bias_is_zeros() -> None:
    graph = lower(chain((4, 3), SimpleRNN(2, use_bias=False), Dense(2)), "net")
    (node,) = graph.only("simple_rnn")
    assert node.attributes["bias"].tolist() == [0.0, 0.0]
    assert (node.attributes["steps"], node.attributes["units"]) == (4, 2)
