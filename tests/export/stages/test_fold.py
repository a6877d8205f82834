"""`fold` keeps the answer: scalings and normalizations go into the layers around them."""

from __future__ import annotations

import numpy as np
from support.handmade import drawn

from thumbnet.export import Options, run_until
from thumbnet.export.stages.calibrate import run_float
from thumbnet.trainer import BatchNormalization, Dense, Rescaling, Sequential

X = np.random.default_rng(2).normal(size=(60, 3))


def assert_fold_keeps_the_answer(model: Sequential) -> None:
    graph = run_until(model, X, Options("net"), "fold")[0]
    got = run_float(graph, X)[graph.outputs[0]]
    np.testing.assert_allclose(got, model.predict(X), atol=1e-5)


def test_fold_of_a_negative_and_a_zero_scale() -> None:
    model = drawn(Rescaling([1.0, -2.0, 0.0], [0.5, 1.0, 3.0]), Dense(3), Dense(2), inputs=3)
    assert_fold_keeps_the_answer(model)
    graph = run_until(model, X, Options("net"), "fold")[0]
    assert graph.nodes[0].attributes["scale"].tolist() == [1.0, 2.0, 1.0]


def batch_normalization_between(*layers: Dense) -> Sequential:
    normalization = BatchNormalization()
    model = drawn(layers[0], normalization, *layers[1:], inputs=3)
    normalization.gamma.assign(np.array([2.0, -0.5, 1.0], np.float32))
    normalization.beta.assign(np.array([1.0, -1.0, 2.0], np.float32))
    normalization.moving_mean.assign(np.array([0.3, -0.2, 5.0], np.float32))
    normalization.moving_variance.assign(np.array([4.0, 0.25, 1e-4], np.float32))
    return model


def test_fold_of_a_normalization_behind_a_dense() -> None:
    assert_fold_keeps_the_answer(batch_normalization_between(Dense(3), Dense(2)))


def test_fold_of_a_normalization_behind_an_activation() -> None:
    model = batch_normalization_between(Dense(3, activation="tanh"), Dense(2))
    assert_fold_keeps_the_answer(model)
