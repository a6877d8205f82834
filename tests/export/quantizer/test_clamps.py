"""A relu6 is a clamp of the layer before it, at the level that stands for 6."""

from __future__ import annotations

import numpy as np
import pytest

from thumbnet.export import convert
from thumbnet.trainer import Dense, Sequential


@pytest.mark.parametrize(("high", "most"), [(12.0, 128), (6.0, 255), (3.0, 255), (24.0, 64)])
def test_the_clamp_is_the_level_of_six(high: float, most: int) -> None:
    model = Sequential([Dense(4, "relu6"), Dense(3, "softmax")], seed=1)
    model.build(5)
    model.activation_ranges = {"dense": (0.0, high)}
    x = 20 * np.random.default_rng(0).normal(size=(50, 5))
    first = next(n for n in convert(model, x).graph.nodes if n.op == "fully_connected")
    assert first.attributes["activation_max"] == most
    assert first.attributes["activation_min"] == 0
