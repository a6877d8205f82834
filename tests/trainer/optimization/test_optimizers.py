"""Optimizers: their steps by hand, their state, and their errors."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from thumbnet.trainer import SGD, Adam, Optimizer, RMSprop, ThumbnetError, Variable
from thumbnet.trainer.optimization import optimizers


def steps(optimizer: Optimizer, gradients: list[float]) -> list[float]:
    w = Variable([1.0], dtype=np.float64)
    path = []
    for gradient in gradients:
        optimizer.apply([w], [np.array([float(gradient)])])
        path.append(float(w.data[0]))
    return path


def test_sgd() -> None:
    assert_allclose(steps(SGD(0.1), [1, 2]), [0.9, 0.7])


def test_momentum() -> None:
    # v = -0.1, then 0.9 * -0.1 - 0.2 = -0.29
    assert_allclose(steps(SGD(0.1, momentum=0.9), [1, 2]), [0.9, 0.61])


def test_nesterov() -> None:
    # w += 0.9 v - 0.1 g: 1 - 0.09 - 0.1, then - 0.9 * 0.29 - 0.2
    assert_allclose(steps(SGD(0.1, momentum=0.9, nesterov=True), [1, 2]), [0.81, 0.349])


def test_rmsprop() -> None:
    first = 1 - 0.1 * 1 / np.sqrt(0.1)
    second = first - 0.1 * 2 / np.sqrt(0.9 * 0.1 + 0.1 * 4)
    assert_allclose(steps(RMSprop(0.1, epsilon=0.0), [1, 2]), [first, second])


def test_adams_first_step_is_the_learning_rate() -> None:
    assert_allclose(steps(Adam(0.1, epsilon=0.0), [123.0]), [0.9])
    m, s = (0.9 * 0.1 + 0.1 * 2) / (1 - 0.81), (0.999 * 0.001 + 0.001 * 4) / (1 - 0.999**2)
    assert_allclose(steps(Adam(0.1, epsilon=0.0), [1, 2])[1], 0.9 - 0.1 * m / np.sqrt(s))


@pytest.mark.parametrize(
    "make",
    [
        lambda: SGD(0.05),
        lambda: SGD(0.05, 0.9),
        lambda: SGD(0.05, 0.9, True),
        lambda: RMSprop(0.02),
        lambda: Adam(0.1),
    ],
)
class TestEveryOptimizer:
    def test_finds_the_bottom_of_a_bowl(self, make) -> None:
        optimizer, w = make(), Variable([[3.0, -2.0]])
        for _ in range(400):
            optimizer.apply([w], [2 * w.data])
        assert np.abs(w.data).max() < 0.05

    def test_works_in_place_and_keeps_float32(self, make) -> None:
        optimizer, w = make(), Variable([[3.0, -2.0]])
        memory, gradient = w.data, np.float32([[1.0, 1.0]])
        optimizer.apply([w], [gradient])
        assert w.data is memory
        assert w.dtype == np.float32
        assert {a.dtype for a in optimizer.get_state()} <= {np.dtype(np.float32)}
        assert_array_equal(gradient, [[1.0, 1.0]])

    def test_goes_on_from_saved_state_to_the_bit(self, make) -> None:
        rng = np.random.default_rng(0)
        gradients = rng.standard_normal((8, 5)).astype(np.float32)
        whole, w = make(), Variable(np.ones(5))
        for gradient in gradients:
            whole.apply([w], [gradient])
        first, v = make(), Variable(np.ones(5))
        for gradient in gradients[:4]:
            first.apply([v], [gradient])
        second = optimizers.from_config(first.get_config())
        second.set_state(first.get_state(), first.iterations)
        for gradient in gradients[4:]:
            second.apply([v], [gradient])
        assert_array_equal(v.data, w.data)

    def test_belongs_to_one_set_of_variables(self, make) -> None:
        optimizer = make()
        if not optimizer.get_config().get("momentum", True):
            return  # plain gradient descent has no state, and may serve anyone
        w = Variable([1.0, 2.0])
        optimizer.apply([w], [np.ones(2, np.float32)])
        with pytest.raises(ThumbnetError, match="has the state of another model: make a new one"):
            optimizer.apply([w, w], [np.ones(2, np.float32)] * 2)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD(0), "learning_rate is 0: it must be a positive number"),
        (lambda: Adam(-1.0), "learning_rate is -1.0: it must be a positive number"),
        (lambda: RMSprop(float("nan")), "learning_rate is nan: it must be a positive number"),
        (lambda: SGD(0.1, 1.0), "momentum is 1.0: it must be at least 0 and less than 1"),
        (lambda: RMSprop(rho=2), "rho is 2: it must be at least 0 and less than 1"),
        (lambda: Adam(beta_2=-1), "beta_2 is -1: it must be at least 0 and less than 1"),
        (lambda: optimizers.get("lion"), "unknown optimizer 'lion': choose one of sgd, rmsprop,"),
    ],
)
def test_refused(make, message: str) -> None:
    with pytest.raises(ThumbnetError) as caught:
        make()
    assert str(caught.value).startswith(message)
