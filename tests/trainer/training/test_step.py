"""One step of training: `gradients` and `train_on_batch`."""

from __future__ import annotations

import numpy as np
import pytest

from thumbnet.trainer import SGD, Adam, Dense, Sequential, ThumbnetError, l2

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(8, 3)), RNG.normal(size=(8, 2))


def network(rate: float = 0.1) -> Sequential:
    layers = [Dense(4, "tanh", kernel_regularizer=l2(0.1)), Dense(2)]
    model = Sequential(layers, seed=0, dtype=np.float64)
    model.build((3,))
    model.compile(SGD(rate), "mse")
    return model


def test_steps_on_whole_batches_are_fit() -> None:
    ours, theirs = network(), network()
    theirs.compile(Adam(0.01), "mse")
    ours.compile(Adam(0.01), "mse")
    losses = [ours.train_on_batch(X, Y) for _ in range(3)]
    history = theirs.fit(X, Y, batch_size=None, epochs=3).history
    assert losses == pytest.approx(history["loss"], rel=1e-12)
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_gradients_are_the_slope_of_the_loss_and_update_nothing() -> None:
    model = network()
    before = model.get_weights()
    value, found = model.gradients(X, Y)
    assert value == pytest.approx(model.evaluate(X, Y)["loss"], rel=1e-12)
    direction = [RNG.normal(size=g.shape) for g in found]
    ends = []
    for step in (1e-6, -1e-6):
        model.set_weights([w + step * d for w, d in zip(before, direction, strict=True)])
        ends.append(model.evaluate(X, Y)["loss"])
    slope = sum(float((g * d).sum()) for g, d in zip(found, direction, strict=True))
    assert (ends[0] - ends[1]) / 2e-6 == pytest.approx(slope, rel=1e-6)


def test_only_the_given_variables_are_updated() -> None:
    model = network()
    before = model.get_weights()
    last = model.layers[1].trainable_variables
    value, found = model.gradients(X, Y, last)
    assert model.train_on_batch(X, Y, last) == value
    after = model.get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(before[:2], after[:2], strict=True))
    for old, gradient, new in zip(before[2:], found, after[2:], strict=True):
        np.testing.assert_allclose(new, old - 0.1 * gradient, rtol=1e-12)


def test_ranges_of_other_weights_are_forgotten() -> None:
    model = network()
    model.fit(X, Y, epochs=2, quantize="int8")
    assert model.quantized == "int8"
    model.gradients(X, Y)
    assert model.activation_ranges
    model.train_on_batch(X, Y)
    assert model.quantized is None
    assert model.activation_ranges == {}


def test_what_cannot_be_trained() -> None:
    model = network(rate=1e200)
    model.train_on_batch(X, Y)
    with pytest.raises(ThumbnetError, match=r"try a tenth of the learning rate \(1e\+199 instead"):
        model.train_on_batch(X, Y)
    with pytest.raises(ThumbnetError, match="not compiled"):
        Sequential([Dense(1)]).train_on_batch(X, Y)
    unbuilt = Sequential([Dense(2)])
    unbuilt.compile("sgd", "mse")
    with pytest.raises(ThumbnetError, match="no weights"):
        unbuilt.train_on_batch(X, Y)
    with pytest.raises(ThumbnetError, match="mse takes y of shape"):
        network().gradients(X, Y[:, :1])
