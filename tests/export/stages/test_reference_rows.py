"""Rows as the reference takes them, and the ranges that `lower` takes over from training."""

from __future__ import annotations

import numpy as np
import pytest

from thumbnet.export import convert
from thumbnet.export.stages.lower import lower
from thumbnet.export.stages.reference import as_rows
from thumbnet.trainer import Dense, Sequential, ThumbnetError


def model(inputs: int) -> Sequential:
    made = Sequential([Dense(3, "relu", name="hidden"), Dense(2, name="last")], seed=0)
    made.build((inputs,))
    return made


@pytest.mark.parametrize("inputs", [1, 4])
def test_one_row_may_come_alone(inputs: int) -> None:
    x = np.random.default_rng(0).normal(0, 1, (20, inputs)).round(1)
    graph = convert(model(inputs), x, name="net").graph
    assert as_rows(graph, x[0]).tolist() == x[:1].tolist()
    assert as_rows(graph, x.reshape(20, inputs, 1)).tolist() == x.tolist()
    if inputs == 1:
        assert as_rows(graph, 0.5).tolist() == [[0.5]]
    with pytest.raises(ThumbnetError, match=rf"rows have 7 values, but the network takes {inputs}"):
        as_rows(graph, np.zeros((2, 7)))


def test_ranges_of_training_are_taken_over() -> None:
    made = model(4)
    made.activation_ranges = {"hidden": (-1.0, 3.0)}
    tensors = lower(made, "net").tensors
    assert [t.range for t in tensors.values() if t.low is not None] == [(-1.0, 3.0)]
