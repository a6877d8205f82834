"""The tables of gates: in 256ths that reach both 0 and 256, and the curve of the candidate."""

from __future__ import annotations

import numpy as np
import pytest
from support.handmade import the_node

from thumbnet.export import convert
from thumbnet.export.ops.gates import gate_256ths
from thumbnet.trainer import GRU, LSTM, Dense, Layer, Sequential

STEPS = np.arange(256) - 128


@pytest.mark.parametrize(("layer", "bits"), [(GRU, 8), (GRU, 4), (LSTM, 8)])
def test_gates_are_the_sigmoid_in_256ths(layer: type[Layer], bits: int) -> None:
    model = Sequential([layer(3), Dense(2)], seed=0)  # type: ignore[arg-type]
    model.build((6, 2))
    x = np.random.default_rng(0).normal(0, 1, (40, 6, 2)).round(2)
    node = the_node(convert(model, x, name="net", bits=bits).graph, layer.__name__.lower())
    # The curve's table ends where the curve is flat; that of an LSTM has its positive side only.
    step = 3.2 / 127
    wanted = np.rint(127 * np.tanh(step * STEPS)) + 128
    if layer is LSTM:
        step = 3.2 / 255
        wanted = np.rint(255 * np.tanh(step * np.arange(256)))
    assert np.array_equal(node.attributes["tanh_table"], wanted)
    # A gate varies over twice the range, since sigmoid(2 z) = (1 + tanh z) / 2.
    step *= 2 if layer is GRU else 4
    wanted = np.floor(256 / (1 + np.exp(-step * STEPS)) + 0.5)
    gates = gate_256ths(node.attributes["sigmoid_table"], 2 * STEPS, 1)
    # No entry stands for 128: 127 and 129 to 256 are the entries 127 and 128 to 255.
    assert np.array_equal(gates, np.where(wanted == 128, 129, wanted))
    assert gates[0] == 0
    assert gates[-1] == 256
    assert gates[128] == 129
