"""A training that diverges ends with a word on its cause; a rough one goes on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from thumbnet.trainer import (
    SGD,
    Activation,
    Adam,
    BatchNormalization,
    Callback,
    Dense,
    Layer,
    Normalization,
    Sequential,
    ThumbnetError,
)

pytestmark = pytest.mark.filterwarnings("error")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 4))
CLASSES = (X[:, 0] * X[:, 1] > 0).astype(int)
NUMBERS = X @ [1, 2, -1, 0.5] + 0.1 * RNG.normal(size=300)


def classifier(optimizer: Any, *first: Layer, curve: str = "relu") -> Sequential:
    model = Sequential([*first, Dense(16, curve), Dense(2, "softmax")], seed=1)
    model.compile(optimizer, "sparse_categorical_crossentropy")
    return model


def regression(optimizer: Any, *first: Layer, loss: Any = "mse") -> Sequential:
    model = Sequential([*first, Dense(1)], seed=1)
    model.compile(optimizer, loss)
    return model


def diverged(model: Sequential, x: Any, y: Any, epochs: int = 10, **options: Any) -> str:
    with pytest.raises(ThumbnetError) as caught:
        model.fit(x, y, epochs=epochs, seed=0, **options)
    text = str(caught.value)
    assert text.startswith("training diverged: ")
    assert "\n" not in text
    return text


@pytest.mark.parametrize(
    ("optimizer", "curve", "fault"),
    [
        (SGD(1e3), "relu", "the loss is nan in epoch 1, batch 10"),
        (SGD(1e3), "tanh", "the loss is 380 after epoch 5, that of a constant answer 0.693"),
        (Adam(1e3), "relu", "the loss is 5.7e+04 after epoch 10, that of"),
    ],
)
def test_a_learning_rate_that_is_too_high(optimizer: Any, curve: str, fault: str) -> None:
    text = diverged(classifier(optimizer, curve=curve), X, CLASSES)
    assert fault in text
    assert text.endswith(": try a tenth of the learning rate (100 instead of 1000)")


@pytest.mark.parametrize("model", [classifier, regression])
def test_inputs_that_are_not_scaled(model: Any) -> None:
    text = diverged(model(SGD()), 1e6 * X, CLASSES)
    assert ": scale the inputs, which reach 3.9e+06 (Normalization, or --scale standard)" in text
    assert text.endswith("or try a tenth of the learning rate (0.001 instead of 0.01)")
    model(SGD(), Normalization().adapt(1e6 * X)).fit(1e6 * X, CLASSES, epochs=10)


def test_targets_that_are_not_scaled() -> None:
    text = diverged(regression(SGD(), Dense(16, "relu")), X, 1e12 * NUMBERS)
    assert ": divide the targets, which reach 7.75e+12, by a constant, or try a tenth" in text
    regression(SGD(), Dense(16, "relu")).fit(X, NUMBERS, epochs=10)


def test_a_single_epoch_is_judged_at_its_end() -> None:
    text = diverged(classifier(SGD(100)), X, CLASSES, epochs=1)
    assert "after epoch 1" in text


def test_weights_that_are_not_finite_after_the_last_update() -> None:
    """The loss of the only batch was that before its update."""
    model = regression(SGD(1e38))
    text = diverged(model, 1e6 * X, NUMBERS, epochs=1, batch_size=None)
    assert "dense/kernel is not finite after epoch 1" in text


class Leap(Callback):
    """Multiplies all weights after some epochs."""

    def __init__(self, factor: float, *epochs: int) -> None:
        self.factor, self.epochs_of_leaps = factor, epochs

    def on_epoch_begin(self, epoch: int) -> None:
        if epoch in self.epochs_of_leaps:
            self.model.set_weights([self.factor * w for w in self.model.get_weights()])


def test_the_model_keeps_its_best_weights() -> None:
    whole, cut = classifier(Adam(1e-9)), classifier(Adam(1e-9))
    cut.fit(X, CLASSES, epochs=3, seed=0)
    text = diverged(whole, X, CLASSES, callbacks=[Leap(1e4, 3)])
    assert text.endswith("; the model has the weights of its best epoch again")
    for kept, wanted in zip(whole.get_weights(), cut.get_weights(), strict=True):
        assert np.allclose(kept, wanted, atol=1e-6)


def test_no_weights_are_kept_that_are_worse_than_none() -> None:
    assert "best epoch" not in diverged(classifier(SGD(1e3)), X, CLASSES)


@pytest.mark.parametrize(
    "model",
    [
        classifier(SGD(10)),
        classifier(Adam(10)),
        classifier(SGD(3), curve="tanh"),
        classifier(Adam(1), BatchNormalization()),
        regression(Adam(10), Dense(16, "relu")),
    ],
)
def test_a_rough_training_goes_on(model: Sequential) -> None:
    y = NUMBERS if model.loss is not None and model.loss.name == "mse" else CLASSES
    assert len(model.fit(X, y, epochs=10, seed=0).epoch) == 10


@pytest.mark.parametrize("scale", [255.0, 1e6])
def test_a_loss_that_is_large_but_falls_is_none_of_divergence(scale: float) -> None:
    assert len(classifier(Adam()).fit(scale * X, CLASSES, epochs=10, seed=0).epoch) == 10
    assert len(regression(Adam()).fit(X, scale * NUMBERS, epochs=10, seed=0).epoch) == 10


def test_a_leap_from_which_training_recovers() -> None:
    model = regression(SGD(0.05))
    leaps = Leap(300, 2)
    assert model.fit(X, NUMBERS, epochs=25, seed=0, callbacks=[leaps]).history["loss"][-1] < 1


@pytest.mark.parametrize("target", [0.0, 3.0])
def test_constant_targets(target: float) -> None:
    """Of which every constant answer but one has a loss far from theirs."""
    model = regression(Adam(0.1))
    model.fit(X, np.full(300, target), batch_size=1, epochs=8, seed=0)


def test_weights_of_classes_count() -> None:
    y = np.concatenate([np.ones(299, int), [0]])
    model = classifier(Adam(0.01))
    model.fit(X, y, class_weight={0: 1e5}, epochs=8, seed=0)


def test_a_loss_of_ones_own() -> None:
    from thumbnet.trainer.optimization.losses import LOSSES, Loss

    custom = Loss("own", LOSSES["mae"].function, "values")
    regression(SGD(0.01), Activation("tanh"), loss=custom).fit(X, NUMBERS, epochs=3)


def test_nothing_about_a_run_changes() -> None:
    one, other = classifier(Adam(0.01)), classifier(Adam(0.01))
    one.fit(X, CLASSES, epochs=6, seed=0)
    for epoch in range(6):
        other.fit(X, CLASSES, epochs=1, seed=None if epoch else 0)
    for mine, wanted in zip(one.get_weights(), other.get_weights(), strict=True):
        assert_array_equal(mine, wanted)
