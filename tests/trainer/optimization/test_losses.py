"""Losses and metrics: their values, derivatives, and behaviour at the extremes."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from support.gradients import assert_gradients, variable

from thumbnet.trainer import GradientTape, Tensor, ThumbnetError, Variable
from thumbnet.trainer.autograd import functional as ops
from thumbnet.trainer.optimization import losses, metrics

RNG = np.random.default_rng(0)
CLASSES = np.array([2, 0, 1, 2])
ONE_HOT = np.eye(3)[CLASSES]
SOFT = np.array([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0], [0.1, 0.8, 0.1], [0.0, 0.5, 0.5]])
BITS = np.array([[1.0, 0, 0], [0, 1, 1], [0, 0, 0], [1, 1, 1]])
VALUES = RNG.standard_normal((4, 3))


def probabilities() -> Variable:
    rows = RNG.uniform(0.1, 0.9, (4, 3))
    return Variable(rows / rows.sum(axis=1, keepdims=True), dtype=np.float64)


CASES = {
    "mse": (losses.mse, VALUES, variable(RNG, 4, 3)),
    "mae": (losses.mae, VALUES, variable(RNG, 4, 3)),
    "binary_crossentropy": (losses.binary_crossentropy, BITS, probabilities()),
    "categorical_crossentropy": (losses.categorical_crossentropy, ONE_HOT, probabilities()),
    "soft labels": (losses.categorical_crossentropy, SOFT, probabilities()),
    "sparse": (losses.sparse_categorical_crossentropy, CLASSES, probabilities()),
    "sigmoid on logits": (losses.sigmoid_crossentropy, BITS, variable(RNG, 4, 3)),
    "softmax on logits": (losses.softmax_crossentropy, ONE_HOT, variable(RNG, 4, 3)),
    "softmax, soft labels": (losses.softmax_crossentropy, SOFT, variable(RNG, 4, 3)),
    "sparse on logits": (losses.sparse_softmax_crossentropy, CLASSES, variable(RNG, 4, 3)),
}


@pytest.mark.parametrize("name", CASES)
def test_gradient(name: str) -> None:
    loss, y, outputs = CASES[name]
    weights = np.random.default_rng(1).uniform(0.5, 2.0, 4)
    assert loss(y, outputs).shape == (4,)
    assert_gradients(lambda: ops.mean(loss(y, outputs) * weights), [outputs])


def test_values() -> None:
    outputs = Tensor(np.array([[0.5, 0.25, 0.25]]))
    target = np.array([[1.0, 0.0, 0.0]])
    assert_allclose(losses.mse(target, outputs).data, [(0.25 + 0.0625 + 0.0625) / 3])
    assert_allclose(losses.mae(target, outputs).data, [1.0 / 3])
    assert_allclose(losses.categorical_crossentropy(target, outputs).data, [np.log(2)])
    assert_allclose(
        losses.sparse_categorical_crossentropy(np.array([1]), outputs).data, [np.log(4)]
    )
    assert_allclose(
        losses.binary_crossentropy(target, outputs).data, [(np.log(2) + 2 * np.log(4 / 3)) / 3]
    )


@pytest.mark.parametrize("loss", [loss for loss in losses.LOSSES.values() if loss.on_logits])
def test_fused_equals_activation_and_loss(loss: losses.Loss) -> None:
    from thumbnet.trainer.autograd import activations

    y = CLASSES if loss.targets == "classes" else ONE_HOT
    logits = variable(np.random.default_rng(2), 4, 3)
    assert loss.on_logits is not None
    values, gradients = [], []
    for function in (
        lambda: loss.on_logits(y, logits),
        lambda: loss(y, activations.get(loss.logits_of)(logits)),
    ):
        with GradientTape() as tape:
            each = function()
            mean = ops.mean(each)
        values.append(each.data)
        gradients.append(tape.gradient(mean, [logits])[0])
    assert_allclose(values[0], values[1], rtol=1e-6)
    assert_allclose(gradients[0], gradients[1], rtol=1e-6)


@pytest.mark.parametrize("loss", [loss for loss in losses.LOSSES.values() if loss.on_logits])
def test_fused_is_exact_where_probabilities_round_to_0_and_1(loss: losses.Loss) -> None:
    """-log p of a very wrong answer is the distance of its logit, not log(0) or a clipped value."""
    logits = Variable([[-1000.0, 1000.0, -1000.0]])
    y = np.array([0]) if loss.targets == "classes" else np.float32([[1, 0, 0]])
    assert loss.on_logits is not None
    with np.errstate(all="raise", under="ignore"), GradientTape() as tape:
        each = loss.on_logits(y, logits)
        (gradient,) = tape.gradient(ops.mean(each), [logits])
    expected = 2000 / 3 if loss.logits_of == "sigmoid" else 2000
    assert_allclose(each.data, [expected], rtol=1e-6)
    assert each.dtype == gradient.dtype == np.float32
    scale = 3 if loss.logits_of == "sigmoid" else 1
    assert_allclose(gradient * scale, [[-1, 1, 0]], atol=1e-6)


def test_probabilities_of_0_give_a_finite_loss() -> None:
    outputs = Tensor(np.float32([[0.0, 1.0]]))
    assert np.isfinite(losses.categorical_crossentropy(np.float32([[1, 0]]), outputs).data).all()
    assert np.isfinite(losses.binary_crossentropy(np.float32([[1, 0]]), outputs).data).all()


def test_names() -> None:
    assert losses.get("mean_squared_error") is losses.get("mse")
    with pytest.raises(ThumbnetError) as caught:
        losses.get("hinge")
    assert str(caught.value) == (
        "unknown loss 'hinge': choose one of mse, mae, binary_crossentropy, "
        "categorical_crossentropy, sparse_categorical_crossentropy"
    )
    with pytest.raises(ThumbnetError, match="unknown metric 'f1': choose one of accuracy, binary"):
        metrics.get("f1")


def test_accuracy() -> None:
    outputs = np.array([[0.1, 0.9], [0.8, 0.2], [0.5, 0.5]])
    assert_array_equal(metrics.accuracy(np.array([1, 1, 0]), outputs), [True, False, True])
    assert_array_equal(metrics.accuracy(np.eye(2)[[1, 1, 0]], outputs), [True, False, True])
    single = np.array([[0.5], [0.49], [0.7]])
    assert_array_equal(metrics.accuracy(np.array([[1], [1], [0]]), single), [True, False, False])
    signs = np.array([[1.0], [-1.0], [0.0]])
    assert_array_equal(metrics.accuracy(np.array([1, 1, -1]), signs, 0.0), [True, False, False])
    assert_allclose(
        metrics.binary_accuracy(np.array([[1, 0], [1, 1]]), np.array([[0.9, 0.1], [0.2, 0.8]])),
        [1.0, 0.5],
    )


def test_error_metrics() -> None:
    outputs = np.array([[0.5, 0.25], [1.0, 0.0]])
    targets = np.array([[1.0, 0.0], [1.0, 0.0]])
    assert_allclose(metrics.mae(targets, outputs), [0.375, 0])
    assert_allclose(metrics.mse(targets, outputs), [(0.25 + 0.0625) / 2, 0])
    assert_allclose(metrics.mse(np.array([0, 0]), outputs), metrics.mse(targets, outputs))
