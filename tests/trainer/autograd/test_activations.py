"""Activation functions: their values, and their derivatives."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from support.gradients import assert_gradients, variable

from thumbnet.trainer import GradientTape, Tensor, ThumbnetError, Variable
from thumbnet.trainer.autograd import activations, curves
from thumbnet.trainer.autograd import functional as ops
from thumbnet.trainer.autograd.parametric_curves import PAIRS

X = np.array([-2.0, -0.5, 0.0, 0.5, 2.0])
EXPECTED = {
    "step": [0, 0, 1, 1, 1],
    "sign": [-1, -1, 1, 1, 1],
    "linear": [-2, -0.5, 0, 0.5, 2],
    "sigmoid": [0.11920292, 0.37754067, 0.5, 0.62245933, 0.88079708],
    "tanh": [-0.96402758, -0.46211716, 0, 0.46211716, 0.96402758],
    "relu": [0, 0, 0, 0.5, 2],
    "leaky_relu": [-0.02, -0.005, 0, 0.5, 2],
    "softmax": [0.01255255, 0.05625659, 0.09275144, 0.15292126, 0.68534136],
}


def test_all_activations_have_expected_values() -> None:
    assert set(EXPECTED) | set(PAIRS) == set(activations.ACTIVATIONS)


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_values(name: str, dtype: type) -> None:
    outputs = activations.get(name)(Tensor(X.astype(dtype)))
    if name == "softmax":
        exponentials = np.exp(X)
        assert_allclose(outputs.data, exponentials / exponentials.sum(), rtol=1e-6)
    else:
        assert_allclose(outputs.data, EXPECTED[name], rtol=1e-6, atol=1e-8)
    assert outputs.dtype == dtype


@pytest.mark.parametrize("name", sorted(set(EXPECTED) - {"step", "sign"}))
def test_gradient(name: str) -> None:
    rng = np.random.default_rng(0)
    x, weights = variable(rng, 4, 5), rng.standard_normal((4, 5))
    assert_gradients(lambda: ops.sum(activations.get(name)(x) * weights), [x])


@pytest.mark.parametrize("name", ["step", "sign"])
def test_nothing_is_learned_through_steps(name: str) -> None:
    x = Variable([[0.3, -0.3]])
    with GradientTape() as tape:
        loss = ops.sum(activations.get(name)(x))
    assert_array_equal(tape.gradient(loss, [x])[0], [[0, 0]])


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softmax"])
def test_no_overflow(name: str) -> None:
    x = Variable([[-1e4, 0.0, 1e4]])
    with np.errstate(all="raise", under="ignore"), GradientTape() as tape:
        outputs = activations.get(name)(x)
        loss = ops.sum(outputs)
        (gradient,) = tape.gradient(loss, [x])
    assert np.isfinite(outputs.data).all()
    assert np.isfinite(gradient).all()


def test_small_probabilities_keep_their_digits() -> None:
    assert_allclose(curves.logistic(np.float32([-60.0])), np.exp(-60.0), rtol=1e-5)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ThumbnetError) as caught:
        activations.get("gello")
    assert str(caught.value) == (
        "unknown activation 'gello': choose one of step, sign, linear, sigmoid, tanh, relu, "
        f"leaky_relu, softmax, {', '.join(PAIRS)}"
    )
