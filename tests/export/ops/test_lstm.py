"""The numbers of an LSTM: the 16 bits of its cell, the scale of its state, and long memories."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.handmade import the_node

from thumbnet.export import Graph, Options, TensorSpec, convert, run_until
from thumbnet.export.graph.graph import Node
from thumbnet.export.ops.gates import odd
from thumbnet.export.ops.lstm import OPERATIONS, cell_numbers, factor_of
from thumbnet.export.quantizer.builder import Builder
from thumbnet.trainer import LSTM, Dense, Model, Sequential


@pytest.mark.parametrize(
    ("largest", "cell_shift", "curve_shift"),
    [
        (0.0, 7, 7),
        (0.5019, 7, 7),
        (0.5020, 6, 7),
        (2.007, 5, 7),
        (2.008, 4, 6),
        (32.12, 1, 3),
        (32.13, 0, 2),
        (1e9, 0, 2),
    ],
)
def test_a_cell_holds_twice_what_was_seen(
    largest: float, cell_shift: int, curve_shift: int
) -> None:
    found = cell_numbers(largest)
    assert (found["cell_shift"], found["curve_shift"]) == (cell_shift, curve_shift)
    step = 2**curve_shift / (255 * 2**cell_shift)
    wanted = [round(255 * float(np.tanh(k * step))) for k in range(256)]
    assert found["cell_table"].tolist() == wanted
    # Beyond the last entry there are no cells, or the curve is flat.
    assert 32767 >> curve_shift <= 255 or np.tanh(255 * step) > 1 - 1 / 255


def test_a_curve_has_the_sign_of_its_place() -> None:
    table = np.arange(256, dtype=np.uint8)
    v = np.array([-2000, -1020, -7, -6, -5, -2, -1, 0, 1, 2, 5, 6, 7, 1020, 2000])
    found = odd(table, v, 2).tolist()
    assert found == [-255, -255, -2, -2, -1, -1, 0, 0, 0, 1, 1, 2, 2, 255, 255]


@pytest.mark.parametrize("scale", [1 / 127, 1 / 127.5, 1 / 255, 0.01 / 255, 1 / 65280, 0.00301])
def test_a_factor_turns_a_gate_times_a_tanh_into_steps(scale: float) -> None:
    factor, shift = factor_of(scale)
    assert 2**13 <= factor < 2**14
    assert 1 <= shift <= 23
    assert factor / 2**shift == pytest.approx(1 / 65280 / scale, rel=2**-13)
    assert 65280 * factor + 2 ** (shift - 1) < 2**30


def counter(forget: float) -> Model:
    """A cell that sums up the inputs, and forgets some of it at every step."""
    model = Sequential([LSTM(1), Dense(1)], seed=0)
    model.build((40, 1))
    bias = [20.0, forget, 0.0, 20.0]
    model.set_weights([[[0.0, 0.0, 1.0, 0.0]], np.zeros((1, 4)), bias, [[1.0]], [0.0]])
    return model


@pytest.mark.parametrize("forget", [20.0, 3.0])
def test_a_cell_remembers_for_forty_steps(forget: float) -> None:
    """An open gate loses nothing; one of 0.95 as much as in floats."""
    model = counter(forget)
    x = np.zeros((201, 40, 1))
    x[:, 0] = np.linspace(-1, 1, 201).round(2)[:, None]
    program = convert(model, x, name="net")
    node = the_node(program.graph, "lstm")
    assert node.attributes["cell_shift"] == 6
    errors = np.abs(program.predict(x) - model.predict(x).ravel())
    # The candidate has steps of 3.2 / 255, the state those of its own range.
    room = 3.2 / 255 + model.predict(x).max() / 127
    assert errors.max() < (room if forget == 20.0 else 0.2 * model.predict(x).max())


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_largest_cell_is_not_the_last(sign: float) -> None:
    x = np.zeros((5, 40, 1))
    x[:, :9], x[:, 20:29] = sign * 0.5, sign * -0.5
    graph = run_until(counter(20.0), x, Options("net"), "calibrate")[0]
    largest = the_node(graph, "lstm").attributes["largest_cell"]
    assert largest == pytest.approx(9 * np.tanh(0.5), rel=1e-6)


def test_a_cell_saturates_where_no_row_has_been() -> None:
    """The state then keeps its sign, and is as far as it was in any row."""
    model = counter(20.0)
    x = np.linspace(-0.1, 0.1, 201)[:, None, None].round(3) * np.ones((201, 40, 1))
    program = convert(model, x, name="net", margin=9)
    far = np.array([0.9, -0.9])[:, None, None] * np.ones((2, 40, 1))
    assert np.abs(program.predict(far) - np.array([1.0, -1.0])).max() < 0.02


@pytest.mark.parametrize(
    ("low", "high", "scale", "zero_point"),
    [
        (-0.5, 0.5, 0.5 / 127, 128),
        (0.1, 0.255, 0.001, 0),
        (-0.255, -0.1, 0.001, 255),
        (-64.0, 64.0, 1 / 127, 128),
        (-3e-9, 3e-9, 1 / 65280, 128),
    ],
)
def test_the_range_of_a_state(low: float, high: float, scale: float, zero_point: int) -> None:
    """It includes the start, at 0, and no more than -1 to 1."""
    attributes: dict[str, Any] = {"kernel": np.ones((3, 4)), "recurrent_kernel": np.ones((1, 4))}
    attributes |= {"bias": np.zeros(4), "steps": 2, "units": 1, "sequences": False}
    node = Node("lstm", ("x",), "y", {**attributes, "largest_cell": 1.0})
    tensors = {
        "x": TensorSpec("x", (2, 3), "float32", mean=np.zeros((2, 3))),
        "y": TensorSpec("y", (1,), "float32", low=low, high=high, mean=np.zeros(1)),
    }
    builder = Builder(Graph("net", "calibrate", "x", ("y",), (node,), tensors), 8, False, {}, set())
    builder.add(node, TensorSpec("x", (2, 3), "uint8", scale=0.001, zero_point=9))
    OPERATIONS[0].quantize(builder, node)
    out, found = builder.tensors["y"], builder.nodes[-1].attributes
    assert out.scale == pytest.approx(scale, rel=1e-9)
    assert out.zero_point == found["state_zero"] == zero_point
    assert (found["factor"], found["factor_shift"]) == factor_of(scale)
