"""The accuracy of textbook networks on all of MNIST."""

import numpy as np
import pytest

from thumbnet.trainer import Adam, Dataset, Dense, Rescaling, RMSprop, Sequential

Split = tuple[Dataset, Dataset]


@pytest.mark.slow
def test_784_512_10(mnist: Split) -> None:
    train, test = mnist
    layers = [Rescaling(1 / 255), Dense(512, "relu"), Dense(10, "softmax")]
    model = Sequential(layers)
    model.compile(RMSprop(0.001), "sparse_categorical_crossentropy", ["accuracy"])
    model.fit(train.x, train.y, batch_size=128, epochs=5, seed=0)
    assert model.evaluate(test.x, test.y)["accuracy"] >= 0.978
    assert model.evaluate(train.x, train.y)["accuracy"] >= 0.989


@pytest.mark.slow
def test_784_16_10(mnist: Split) -> None:
    train, test = mnist
    layers = [Rescaling(1 / 255), Dense(16, "relu"), Dense(10, "softmax")]
    model = Sequential(layers)
    model.compile(Adam(0.003), "sparse_categorical_crossentropy", ["accuracy"])
    model.fit(train.x, train.y, batch_size=128, epochs=10, seed=0)
    assert model.count_params() == 12730
    assert model.evaluate(test.x, test.y)["accuracy"] >= 0.95


def test_a_slice_of_mnist_repeats_to_the_bit(mnist: Split) -> None:
    """Matrices of this size are multiplied by several threads."""
    train, _ = mnist
    weights = []
    for _ in range(2):
        model = Sequential([Rescaling(1 / 255), Dense(512, "relu"), Dense(10, "softmax")])
        model.compile("rmsprop", "sparse_categorical_crossentropy")
        model.fit(train.x[:6000], train.y[:6000], batch_size=128, epochs=2, seed=1)
        weights.append(np.concatenate([w.ravel() for w in model.get_weights()]))
    assert np.array_equal(*weights)
