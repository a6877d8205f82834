"""The meaning of scores: labels, thresholds, and the targets for accuracies."""

from __future__ import annotations

import numpy as np
import pytest
from support.handmade import handmade
from support.networks import run_module

from thumbnet.export import convert
from thumbnet.export.program.quality import float_predict
from thumbnet.trainer import Sequential

X = np.linspace(-4, 4, 81)[:, None]
SIGNS = np.where(X[:, 0] >= 0, 1, -1)


def neuron(activation: str) -> Sequential:
    return handmade(([[1.0]], 0.0, activation))


@pytest.mark.parametrize(
    ("activation", "labels"),
    [
        ("sign", ("-1", "+1")),
        ("tanh", ("-1", "+1")),
        ("step", ("0", "1")),
        ("sigmoid", ("0", "1")),
    ],
)
def test_labels_of_a_neuron_that_has_none(activation: str, labels: tuple[str, ...]) -> None:
    module = run_module(convert(neuron(activation), X, name="net").module())
    assert module["LABELS"] == labels


@pytest.mark.parametrize("activation", ["softmax", "sigmoid", "tanh", "sign", "step"])
def test_labels_of_several_outputs_are_their_numbers(activation: str) -> None:
    program = convert(handmade(([[1.0, -1.0, 0.0]], 0.0, activation)), X, name="net")
    assert program.task.labels == ("0", "1", "2")


@pytest.mark.parametrize("activation", ["sign", "tanh", "step", "sigmoid"])
def test_evaluate_takes_minus_one_and_plus_one(activation: str) -> None:
    program = convert(neuron(activation), X, name="net", resolution=0.1)
    assert program.evaluate(X, SIGNS) > 0.98
    assert program.evaluate(X, -SIGNS) < 0.02
    assert program.evaluate(X, SIGNS > 0) > 0.98


def test_evaluate_takes_names_and_one_hot_rows() -> None:
    model = handmade(([[1.0, -1.0]], 0.0, "softmax"))
    model.labels = ("up", "down")
    program = convert(model, X, name="net", resolution=0.1)
    index = (X[:, 0] < 0).astype(int)
    names = np.array(model.labels)[index]
    for y in (index, index.tolist(), index[:, None], names, names.tolist(), np.eye(2)[index]):
        assert program.evaluate(X, y) > 0.98
        assert program.evaluate(-X, y) < 0.05


@pytest.mark.parametrize("threshold", [0.02, 0.5, 0.9])
def test_float_predictions_use_the_threshold(threshold: float) -> None:
    program = convert(neuron("sigmoid"), X, name="net", threshold=threshold)
    wanted = 1 / (1 + np.exp(-X[:, 0])) >= threshold
    assert np.array_equal(float_predict(program.floats, program.task, X), wanted)


def test_r_squared_of_a_regression() -> None:
    program = convert(neuron("linear"), X, name="net")
    assert program.evaluate(X, X[:, 0]) == pytest.approx(1, abs=1e-3)
    assert program.evaluate(X, np.zeros(81)) == 0
    shifted = X[:, 0] + np.std(X)
    assert program.evaluate(X, shifted) == pytest.approx(0, abs=0.02)
