"""The tables of a GRU and an LSTM: gates in 256ths that reach both 0 and 256, and the curve of the state."""

from __future__ import annotations

import numpy as np
import pytest
from support.handmade import the_node

from thumbnet.export import convert
from thumbnet.export.ops.gates import gate_256ths
from thumbnet.trainer import GRU, LSTM, Dense, Layer, Sequential

STEPS = np.arange(256) - 128


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize("layer", [GRU, LSTM])
def test_gates_are_the_sigmoid_in_256ths(layer: type[Layer], bits: int) -> None:
    model = Sequential([layer(3), Dense(2)], seed=0)  # type: ignore[arg-type]
    model.build((6, 2))
    x = np.random.default_rng(0).normal(0, 1, (40, 6, 2)).round(2)
    node = the_node(convert(model, x, name="net", bits=bits).graph, layer.__name__.lower())
    step = 3.2 / 127  # of the curve's table, which ends where the curve is flat
    wanted = np.rint(127 * np.tanh(step * STEPS)) + 128
    assert np.array_equal(node.attributes["tanh_table"], wanted)
    # A gate has steps of twice that, since sigmoid(2 z) = (1 + tanh z) / 2.
    wanted = np.floor(256 / (1 + np.exp(-2 * step * STEPS)) + 0.5)
    gates = gate_256ths(node.attributes["sigmoid_table"], 2 * STEPS, 1)
    # No entry stands for 128: 127 and 129 to 256 are the entries 127 and 128 to 255.
    assert np.array_equal(gates, np.where(wanted == 128, 129, wanted))
    assert gates[0] == 0
    assert gates[-1] == 256
    assert gates[128] == 129
