"""The accuracy of textbook networks on all of MNIST."""

import os
import subprocess
import sys

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


SLICE = """
import hashlib
from thumbnet.trainer import Dense, Rescaling, Sequential, load_mnist

train, _ = load_mnist()
for _ in range(2):
    model = Sequential([Rescaling(1 / 255), Dense(512, "relu"), Dense(10, "softmax")])
    model.compile("rmsprop", "sparse_categorical_crossentropy")
    model.fit(train.x[:6000], train.y[:6000], batch_size=128, epochs=2, seed=1)
    print(hashlib.sha256(b"".join(w.tobytes() for w in model.get_weights())).hexdigest())
"""


@pytest.mark.usefixtures("mnist")
def test_a_slice_of_mnist_repeats_to_the_bit() -> None:
    """Matrices of this size are multiplied by several threads, whatever the tests are run with."""
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"}
    command = [sys.executable, "-c", SLICE]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.split()
    assert first == second
