"""The scale of a recurrent state also covers the states that are not outputs."""

from __future__ import annotations

import numpy as np
import pytest

from thumbnet.export import convert
from thumbnet.trainer import Dense, Model, Sequential, SimpleRNN


def counter(activation: str, sequences: bool) -> tuple[Model, np.ndarray]:
    """A state that rises to 8 and returns to about where it began."""
    layers = [SimpleRNN(1, activation, use_bias=False, return_sequences=sequences)]
    if sequences:
        layers.append(SimpleRNN(1, activation, use_bias=False))
    model = Sequential([*layers, Dense(2, use_bias=False)], seed=0)
    model.build((16, 1))
    for variable in model.variables:
        variable.assign(np.ones(variable.shape))
    steps = np.where(np.arange(16) < 8, 1.0, -1.0)
    rng = np.random.default_rng(0)
    x = steps[None, :, None] + rng.normal(0, 0.05, (100, 16, 1))
    return model, x.round(2)


@pytest.mark.parametrize("calibration", ["min_max", "percentile", "mse"])
@pytest.mark.parametrize("activation", ["linear", "relu"])
def test_states_between_do_not_saturate(activation: str, calibration: str) -> None:
    model, x = counter(activation, False)
    program = convert(model, x, name="net", calibration=calibration)
    (node,) = program.graph.only("simple_rnn")
    out = program.graph.tensors[node.output]
    assert out.scale is not None
    top = out.scale * (255 - out.zero_point)
    assert top > 8 - 1  # the highest state, not the last
    errors = np.abs(program.predict(x) - model.predict(x))
    # Sixteen steps, each rounded to a 255th of the range of 8.
    assert errors.max() < 16 * 8 / 255
