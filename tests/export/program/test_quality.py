"""How little quantization costs: minimum signal-to-noise ratios, and answers close to float."""

from __future__ import annotations

import numpy as np
import pytest
from support.handmade import drawn, handmade, the_node

from thumbnet.export import Program, convert
from thumbnet.export.stages.reference import execute, to_counts
from thumbnet.trainer import Activation, Dense, Sequential

X = np.random.default_rng(11).normal(0, 1, (400, 6))


def sqnr(program: Program) -> dict[str, float]:
    return {row.tensor: row.sqnr for row in program.quality(X)}


def classifier(activation: str, gain: float, seed: int) -> Sequential:
    layers = Dense(16, activation=activation), Dense(3, activation="softmax")
    return drawn(*layers, gain=gain, seed=seed)


# The worst of these seeds, less about one decibel.
FLOORS = [
    ("relu", 37.0),
    ("leaky_relu", 33.5),
    ("tanh", 36.0),
    ("sigmoid", 41.0),
    ("step", 20.5),
    ("sign", 18.0),
]


@pytest.mark.parametrize(("activation", "floor"), FLOORS)
@pytest.mark.parametrize("seed", range(3))
def test_hidden_layer_and_scores(activation: str, floor: float, seed: int) -> None:
    got = sqnr(convert(classifier(activation, 1.5, seed), X, name="net"))
    assert 40 < got["x"] < 41
    assert min(got["dense_activation"], got["scores"]) > floor


@pytest.mark.parametrize(("activation", "floor"), [("tanh", 33.5), ("sigmoid", 39.0)])
@pytest.mark.parametrize("seed", range(3))
def test_saturated_curve(activation: str, floor: float, seed: int) -> None:
    """No steps are spent where a curve is flat: the range before it ends there."""
    got = sqnr(convert(classifier(activation, 4.0, seed), X, name="net"))
    assert min(got["dense_activation"], got["scores"]) > floor


def test_exact_tensor_has_no_noise() -> None:
    x = np.random.default_rng(0).integers(0, 256, (50, 6))
    program = convert(drawn(Dense(3, activation="softmax")), x.astype(np.uint8), name="net")
    assert [row.sqnr for row in program.quality(x) if row.tensor == "x"] == [np.inf]


def test_worst_of_several_measurements_counts() -> None:
    kernel = np.random.default_rng(2).normal(size=(6, 2)) * [1e6, 1.0]
    program = convert(handmade((kernel, [0.0, 9.0], "linear")), X, name="net")
    wanted = X @ kernel.astype(np.float32) + [0.0, 9.0]
    noise = np.sum((program.predict(X) - wanted) ** 2, axis=0)
    each = 10 * np.log10(np.sum(wanted**2, axis=0) / noise)
    assert each[1] > each[0] + 5
    assert sqnr(program)["scores"] == pytest.approx(each[0], abs=0.01)
    reverse = convert(handmade((kernel, [1e7, 0.0], "linear")), X, name="net")
    assert sqnr(reverse)["scores"] < 45


def test_zeros_have_no_noise() -> None:
    model = handmade((np.zeros((6, 2)), 0.0, "linear"))
    assert sqnr(convert(model, X, name="net"))["scores"] == np.inf


LAST = [("softmax", 5), ("sigmoid", 1), ("sigmoid", 4), ("tanh", 1), ("tanh", 3)]


def float_probabilities(model: Sequential, last: str) -> np.ndarray:
    y = model.predict(X).astype(np.float64)
    y = (1 + y) / 2 if last == "tanh" else y
    return np.hstack([1 - y, y]) if y.shape[1] == 1 else y


@pytest.mark.parametrize(("last", "outputs"), LAST)
def test_probabilities_are_the_models(last: str, outputs: int) -> None:
    model = drawn(Dense(outputs, activation=last))
    got = convert(model, X, name="net").probabilities(X) / 2**15
    wanted = float_probabilities(model, last)
    assert np.abs(got - wanted).max() < 0.025
    assert np.abs(got - wanted).mean() < 0.003


@pytest.mark.parametrize(("last", "outputs"), LAST)
def test_certain_probabilities_are_the_models(last: str, outputs: int) -> None:
    model = drawn(Dense(outputs, activation=last), gain=20)
    got = convert(model, X, name="net").probabilities(X) / 2**15
    assert np.abs(got - float_probabilities(model, last)).mean() < 0.004


def test_small_probability_is_not_rounded_to_zero() -> None:
    x = np.linspace(-9, 9, 19)[:, None]
    got = convert(handmade(([[1.0]], 0.0, "sigmoid")), x, name="net").probabilities(x)[:, 1]
    assert np.abs(got - 2**15 / (1 + np.exp(-x[:, 0]))).max() < 600
    low = x[:, 0] <= -6
    wanted = 2**15 * np.exp(x[low, 0])
    assert np.abs(got[low] / wanted - 1).max() < 0.6


def test_relu_regression_is_never_negative() -> None:
    model = drawn(Dense(1, activation="relu"))
    scores = convert(model, X, name="net").scores(X)
    assert scores.min() == 0 < scores.max()


@pytest.mark.parametrize("gain", [1e-6, 1.0, 1e6, 1e9])
def test_regression_in_any_unit(gain: float) -> None:
    model = drawn(Dense(1), gain=gain)
    model.layers[0].bias.assign(np.zeros(1, np.float32))
    wanted = model.predict(X)[:, 0]
    error = np.abs(convert(model, X, name="net").predict(X) - wanted)
    assert error.max() < 0.02 * np.ptp(wanted)


def test_regressions_of_very_different_size() -> None:
    kernel = np.random.default_rng(2).normal(size=(6, 2)) * [1e6, 1.0]
    model = handmade((kernel, 0.0, "linear"))
    program = convert(model, X, name="net")
    wanted = model.predict(X)
    error = np.abs(program.predict(X) - wanted).max(axis=0)
    assert np.all(error < 0.02 * np.ptp(wanted, axis=0))
    assert min(row.sqnr for row in program.quality(X)) > 38


@pytest.mark.parametrize(("curve", "low"), [("step", 0), ("sign", 1)])
def test_units_of_very_different_size_keep_their_sides(curve: str, low: int) -> None:
    x = np.linspace(-1, 1, 201)[:, None]
    kernel = [[1000.0, 1e-3, -1e-3, 1.0]]
    model = handmade((kernel, 0.0, curve), (np.ones((4, 2)), 0.0, "softmax"))
    graph = convert(model, x, name="net", resolution=0.01).graph
    far = x[np.abs(x[:, 0]) > 0.02]
    got = execute(graph, to_counts(graph, far))["dense_activation"]
    assert np.array_equal(got, np.where(far * kernel >= 0, 255, low))


def test_step_at_zero_gives_one() -> None:
    model = handmade(([[1.0, -1.0]], 0.0, "step"), (np.ones((2, 2)), 0.0, "softmax"))
    graph = convert(model, np.array([[-1.0], [1.0]]), name="net").graph
    assert execute(graph, to_counts(graph, [[0.0]]))["dense_activation"].tolist() == [[255, 255]]


def test_rounded_weights_shift_no_output() -> None:
    """Bias correction: on inputs far from zero on average, the errors still cancel."""
    x = np.random.default_rng(5).uniform(0, 1, (500, 300))
    x[:2] = [[0.0], [1.0]]
    model = drawn(Dense(8), inputs=300, gain=10)
    program = convert(model, x, name="net")
    error = program.predict(x) - model.predict(x)
    assert np.abs(error.mean(axis=0)).max() < 0.1 * error.std(axis=0).min()


@pytest.mark.parametrize("curve", ["tanh", "sigmoid"])
def test_curve_of_small_range_gets_the_whole_uint8(curve: str) -> None:
    x = np.linspace(-1, 1, 201)[:, None]
    model = handmade(([[0.1]], 0.5, curve), ([[1.0, -1.0]], 0.0, "softmax"))
    graph = convert(model, x, name="net", resolution=0.01, margin=0).graph
    q = execute(graph, to_counts(graph, x))["dense_activation"]
    assert (q.min(), q.max()) == (0, 255)


def test_hidden_outputs_that_cancel_keep_their_zero() -> None:
    """The scale cannot be as fine as the range needs, so the range is widened around the real 0."""
    x = X.copy()
    x[:, 1] = x[:, 0]
    x[:, 2:] *= 1e-3
    model = drawn(Dense(8), Dense(2))
    kernel = model.layers[0].kernel.numpy().copy()
    kernel[1] = -kernel[0]
    model.layers[0].kernel.assign(kernel)
    wanted = model.predict(x)
    assert np.abs(convert(model, x, name="net").predict(x) - wanted).max() < 0.5 * np.ptp(wanted)


def test_hidden_outputs_that_cancel_far_from_zero() -> None:
    x = np.repeat(np.linspace(-1, 1, 201)[:, None], 2, axis=1)
    model = handmade(([[100.0], [-100.0]], 7.0, "linear"), ([[1.0]], 0.0, "linear"))
    program = convert(model, x, name="net", resolution=0.01)
    tensor = program.graph.tensors["dense_dense"]
    step = the_node(program.graph, "fully_connected").attributes["shift"]
    assert step.tolist() == [16]  # as fine as a multiplier below 0.5 allows
    q = program.execute(x)["dense_dense"]
    assert tensor.scale is not None
    assert np.abs(tensor.scale * (q - tensor.zero_point) - 7).max() < 2 * tensor.scale
    assert np.abs(program.predict(x) - 7).max() < 2 * tensor.scale


def test_two_curves_in_a_row_are_two_tables() -> None:
    layers = Dense(4, activation="tanh"), Activation("sigmoid"), Dense(2, activation="softmax")
    model = drawn(*layers)
    program = convert(model, X, name="net")
    ops = [node.op for node in program.graph.nodes]
    assert ops[1:4] == ["fully_connected", "lookup", "fully_connected"]
    assert np.mean(program.predict(X) == model.predict_classes(X)) > 0.98
