"""Single neurons, in scikit-learn's words."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from thumbnet.trainer import (
    Dense,
    LinearRegression,
    LogisticRegression,
    Perceptron,
    ThumbnetError,
    load_model,
    to_categorical,
)

GATE = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
XOR = np.array([-1, 1, 1, -1])


@pytest.mark.parametrize("seed", range(20))
def test_perceptron_finds_a_line(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, (60, 2)) + 5
    margin = (x - 5) @ rng.standard_normal(2)
    x, y = x[np.abs(margin) > 0.05], np.where(margin > 0, 1, -1)[np.abs(margin) > 0.05]
    neuron = Perceptron(max_iter=100_000, seed=seed).fit(x, y)
    assert neuron.converged_
    assert neuron.mistakes_[-1] == 0
    assert neuron.n_iter_ == len(neuron.mistakes_)
    assert_array_equal(neuron.predict(x), y)
    assert neuron.score(x, y) == 1.0


@pytest.mark.parametrize("y", [[-1, -1, -1, 1], [-1, 1, 1, 1], [1, 1, 1, -1]])
def test_perceptron_learns_gates_by_rosenblatts_rule(y: list[int]) -> None:
    neuron = Perceptron(shuffle=False).fit(GATE, y)
    assert neuron.converged_
    w, b = np.zeros(2), 0.0  # the rule by hand, until a pass makes no mistake
    for _ in neuron.mistakes_:
        for x, t in zip(GATE, y, strict=True):
            if t * (w @ x + b) <= 0:
                w, b = w + t * x, b + t
    assert_array_equal(neuron.coef_, [w])
    assert_array_equal(neuron.intercept_, [b])
    assert_array_equal(neuron.predict(GATE), y)


def test_perceptron_says_that_xor_did_not_converge() -> None:
    neuron = Perceptron(max_iter=50).fit(GATE, XOR)
    assert not neuron.converged_
    assert neuron.n_iter_ == 50
    assert min(neuron.mistakes_) > 0


@pytest.mark.parametrize("seed", range(10))
def test_the_pocket_keeps_a_line_from_the_middle_of_a_pass(seed: int) -> None:
    """A line gets at most three of XOR's four corners right, and no pass ends with such a line."""
    neuron = Perceptron(max_iter=300, seed=seed).fit(GATE, XOR)
    assert not neuron.converged_
    assert neuron.score(GATE, XOR) == 0.75


def test_the_pocket_keeps_the_best_line_of_a_set_that_has_none() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((100, 2))
    y = np.where(x[:, 0] > 0, 1, -1)
    y[:5] *= -1
    assert Perceptron(max_iter=100).fit(x, y).score(x, y) >= 0.93


def test_perceptron_is_a_sequential_model(tmp_path) -> None:
    y = np.array(["out", "in"])[[0, 0, 0, 1]]
    neuron = Perceptron().fit(GATE, y)
    assert_array_equal(neuron.classes_, ["in", "out"])
    (layer,) = neuron.model.layers
    assert isinstance(layer, Dense)
    assert (layer.units, layer.activation) == (1, "sign")
    assert_array_equal(layer.kernel.numpy()[:, 0], neuron.coef_[0])
    assert neuron.model.labels == ("in", "out")
    assert_array_equal(neuron.predict(GATE), y)
    assert_array_equal(neuron.model.predict(GATE)[:, 0], [1, 1, 1, -1])
    neuron.model.save(tmp_path / "p.npz")
    loaded = load_model(tmp_path / "p.npz")
    assert_array_equal(loaded.predict_classes(GATE), [1, 1, 1, 0])


def least_squares(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    solution = np.linalg.lstsq(np.c_[x, np.ones(len(x))], y, rcond=None)[0]
    return solution[:-1], solution[-1]


@pytest.mark.parametrize("seed", range(10))
def test_linear_regression_is_least_squares(seed: int) -> None:
    """With unequal units, offsets and correlated features."""
    rng = np.random.default_rng(seed)
    base = rng.standard_normal((50, 1))
    x = base + 0.05 * rng.standard_normal((50, 3))
    x = x * [0.001, 10.0, 3000.0] + [0.0, -70.0, 101325.0]
    y = x @ rng.standard_normal(3) * 0.01 + 40 + rng.standard_normal(50)
    coef, intercept = least_squares(x, y)
    neuron = LinearRegression().fit(x, y)
    assert_allclose(neuron.coef_, coef, rtol=1e-5)
    assert_allclose(neuron.intercept_, intercept, rtol=1e-5)
    predictions = x @ coef + intercept
    assert_allclose(neuron.predict(x), predictions, rtol=1e-6)
    residual = np.square(y - predictions).sum() / np.square(y - y.mean()).sum()
    assert_allclose(neuron.score(x, y), 1 - residual, rtol=1e-6)


def test_exam_score_against_hours() -> None:
    hours = np.array([[1.0], [2], [3], [4], [5]])
    neuron = LinearRegression().fit(hours, [52, 55, 61, 64, 68])
    assert_allclose(neuron.coef_, [4.1])
    assert_allclose(neuron.intercept_, 47.7)
    (layer,) = neuron.model.layers
    assert (layer.activation, layer.output_shape) == ("linear", (1,))
    assert_allclose(neuron.model.predict(hours)[:, 0], neuron.predict(hours), rtol=1e-6)


def test_linear_regression_of_data_without_variation() -> None:
    x = [[1.0, 2.0, 2.0], [1.0, 3.0, 3.0], [1.0, 4.0, 4.0]]
    neuron = LinearRegression().fit(x, [1.0, 2.0, 3.0])
    assert_allclose(neuron.coef_, [0, 0.5, 0.5], atol=1e-9)
    assert_allclose(neuron.predict(x), [1, 2, 3])
    assert neuron.score(x, [1, 2, 3]) == pytest.approx(1)
    flat = LinearRegression().fit(x, [7.0, 7.0, 7.0])
    assert_allclose(flat.predict(x), 7)
    assert flat.score(x, [7, 7, 7]) == 1.0


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("C", [0.1, 1.0, 100.0])
def test_logistic_regression_is_at_its_minimum(classes: int, C: float) -> None:
    """The gradient of the penalized loss vanishes there; computed without the trainer."""
    rng = np.random.default_rng(classes)
    x = rng.standard_normal((90, 2)) * [100.0, 0.1] + [5000.0, 0.0]
    standard = (x - x.mean(axis=0)) / x.std(axis=0)
    y = (standard[:, 0] + rng.standard_normal(90)).round().clip(0, classes - 1).astype(int)
    neuron = LogisticRegression(C=C).fit(x, y)
    p = neuron.predict_proba(x).astype(np.float64)
    assert_allclose(p.sum(axis=1), 1, rtol=1e-6)
    error = p - to_categorical(y, classes)
    if classes == 2:
        error = error[:, 1:]
    scaled = neuron.coef_ * x.std(axis=0)
    gradient = error.T @ standard / 90 + scaled / (C * 90)
    assert_allclose(gradient, 0, atol=2e-4)
    assert_allclose(error.mean(axis=0), 0, atol=2e-4)
    assert_array_equal(neuron.predict(x), p.argmax(axis=1))
    assert neuron.score(x, y) == (p.argmax(axis=1) == y).mean()
    assert neuron.model.output_activation == ("sigmoid" if classes == 2 else "softmax")
    assert neuron.n_iter_ <= 2000


def test_logistic_regression_of_named_classes() -> None:
    x = [[0.0], [1.0], [10.0], [11.0]]
    neuron = LogisticRegression().fit(x, ["low", "low", "high", "high"])
    assert_array_equal(neuron.predict([[-5.0], [20.0]]), ["low", "high"])
    assert neuron.model.labels == ("high", "low")
    assert neuron.coef_.shape == (1, 1)
    assert_allclose(neuron.predict_proba([[5.5]]), [[0.5, 0.5]], atol=1e-3)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: Perceptron().predict(GATE), "this Perceptron is not trained: call fit(x, y) firs"),
        (lambda: Perceptron().fit(GATE, [1, 1, 1, 1]), "y holds a single class, 1: give examples"),
        (lambda: Perceptron().fit(GATE, [0, 1, 2, 3]), "a perceptron separates two classes, y"),
        (lambda: Perceptron().fit(GATE, [0, 1]), "y has shape (2,), it must be (4,): one label"),
        (lambda: Perceptron(max_iter=0), "max_iter 0 and eta0 1.0 must be positive"),
        (lambda: LogisticRegression(C=0), "C 0 and max_iter 2000 must be positive"),
        (lambda: LogisticRegression().fit(GATE, [0, 1, np.nan, 1]), "y holds NaN or infinity: rem"),
        (lambda: LogisticRegression().fit([1, 2], [0, 1]), "x has shape (2,), expected (examples,"),
        (lambda: LinearRegression().predict([[1]]), "this LinearRegression is not trained: call"),
        (lambda: LinearRegression().fit(GATE, [1, 2]), "x has 4 examples and y has 2: they must"),
        (lambda: LinearRegression().fit(GATE, ["a", "b", "c", "d"]), "y holds <U1, not numbers:"),
        (
            lambda: LinearRegression().fit(GATE, XOR).predict([[1]]),
            "x has examples of 1 features, the model takes 2 features",
        ),
    ],
)
def test_refused(action, message: str) -> None:
    with pytest.raises(ThumbnetError) as caught:
        action()
    assert str(caught.value).startswith(message)


@pytest.mark.filterwarnings("error")
def test_numbers_that_are_too_large_or_vary_too_little() -> None:
    x, y = RNG_X * [1, 1e200], (RNG_X[:, 0] > 0).astype(int)
    for neuron in (LinearRegression(), LogisticRegression(), Perceptron()):
        with pytest.raises(ThumbnetError, match=r"x reaches .*e\+200: use a larger unit"):
            neuron.fit(x, y)
    with pytest.raises(ThumbnetError, match=r"y reaches 1e\+200: use a larger unit"):
        LinearRegression().fit(RNG_X, np.full(50, 1e200))
    text = "too large for float32: feature 1 varies too little: multiply it by a constant"
    with pytest.raises(ThumbnetError, match=text):
        LogisticRegression().fit(RNG_X * [1, 1e-45], y)


RNG_X = np.random.default_rng(0).normal(size=(50, 2))
