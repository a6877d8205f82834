"""Functional models: connections, branches, files and errors."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from support.gradients import assert_gradients, variable

from thumbnet.trainer import (
    GRU,
    Activation,
    Adam,
    Add,
    BatchNormalization,
    Concatenate,
    Dense,
    Dropout,
    Flatten,
    Input,
    Model,
    ModelCheckpoint,
    Normalization,
    Rescaling,
    Sequential,
    Tensor,
    ThumbnetError,
    load_checkpoint,
    load_model,
)
from thumbnet.trainer.autograd import functional as ops

RNG = np.random.default_rng(0)
X = RNG.standard_normal((200, 4)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(np.int64)


def residual(seed: int = 1, dtype: type = np.float32) -> Model:
    """Two branches that are added and one that is joined to them."""
    x = Input(4)
    scaled = Normalization(np.ones(4), np.zeros(4))(x)
    hidden = Dense(8, "relu")(scaled)
    branch = BatchNormalization()(Dense(8)(hidden))
    total = Activation("relu", name="total")(Add()([branch, hidden]))
    joined = Concatenate()([total, Dropout(0.1)(scaled)])
    return Model(x, Dense(2, "softmax")(joined), "branches", seed, dtype)


def compiled(model: Model) -> Model:
    model.compile(Adam(0.01), "sparse_categorical_crossentropy", ["accuracy"])
    return model


def test_wiring() -> None:
    model = residual()
    assert [layer.name for layer in model.layers] == [
        "normalization",
        "dense",
        "dense_1",
        "batch_normalization",
        "add",
        "total",
        "dropout",
        "concatenate",
        "dense_2",
    ]
    assert model.sources == {
        "normalization": ("",),
        "dense": ("normalization",),
        "dense_1": ("dense",),
        "batch_normalization": ("dense_1",),
        "add": ("batch_normalization", "dense"),
        "total": ("add",),
        "dropout": ("normalization",),
        "concatenate": ("total", "dropout"),
        "dense_2": ("concatenate",),
    }
    assert (model.input_shape, model.output_shape) == ((4,), (2,))
    assert model.layers[7].output_shape == (12,)
    assert [layer.name for layer in model.learning_layers] == [
        layer.name for layer in model.layers[1:]
    ]
    assert Sequential([Flatten(), Dense(2), Dense(3)]).sources == {
        "flatten": ("",),
        "dense": ("flatten",),
        "dense_1": ("dense",),
    }


def test_it_computes_what_it_says() -> None:
    model = residual()
    first, second, last = (model.layers[i] for i in (1, 2, 8))
    hidden = np.maximum(X @ first.kernel.data + first.bias.data, 0)
    total = np.maximum((hidden @ second.kernel.data) / np.sqrt(1.001) + hidden, 0)
    logits = np.concatenate([total, X], axis=1) @ last.kernel.data
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert_allclose(model.predict(X), expected, rtol=1e-4)
    assert_allclose(model.logits(Tensor(X)).data, logits, rtol=1e-4, atol=1e-6)


def test_a_chain_is_what_a_sequential_is() -> None:
    x = Input((2, 2))
    y = Dense(2, "softmax")(Dense(8, "relu")(Rescaling(0.5)(Flatten()(x))))
    model = compiled(Model(x, y, seed=3))
    same = Sequential([Flatten(), Rescaling(0.5), Dense(8, "relu"), Dense(2, "softmax")], seed=3)
    compiled(same).build((2, 2))
    images = X.reshape(-1, 2, 2)
    histories = [m.fit(images, Y, epochs=3, seed=0).history for m in (model, same)]
    assert histories[0] == histories[1]
    assert_array_equal(model.predict(images), same.predict(images))
    assert model.summary() == same.summary()
    assert isinstance(same, Model)
    assert model.built
    assert len(model.learning_layers) == 2


def test_learns_with_validation_and_keeps_its_seed(tmp_path: Path) -> None:
    model, other = compiled(residual()), compiled(residual())
    history = model.fit(X, Y, epochs=40, seed=0, validation_split=0.25)
    other.fit(X, Y, epochs=40, seed=0, validation_split=0.25)
    assert history.history["accuracy"][-1] > 0.95
    assert model.evaluate(X[150:], Y[150:])["loss"] == history.history["val_loss"][-1]
    assert_array_equal(model.predict(X), other.predict(X))


def test_gradients_through_branches() -> None:
    model = residual(dtype=np.float64)
    model.layers[6].rate = 0.0  # the same function at every call
    x = variable(np.random.default_rng(2), 5, 4)
    factors = np.random.default_rng(3).standard_normal((5, 2))
    for training in (False, True):
        assert_gradients(
            partial(lambda training: ops.sum(model.forward(x, training) * factors), training),
            [x, *model.trainable_variables],
        )


def test_summary_says_what_is_connected_to_what() -> None:
    lines = residual().summary().splitlines()
    assert lines[2] == "Layer (type)" + " " * 30 + "Output shape  Param #  Connected to"
    assert lines[4].endswith("  (input)")
    assert lines[8].startswith("add (Add) ")
    assert lines[8].endswith("0  batch_normalization, dense")
    assert lines[-3] == "Total params: 170"
    assert not any(line != line.rstrip() for line in lines)


def test_files_hold_the_wiring(tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    model = compiled(residual())
    model.fit(X, Y, epochs=2, seed=0)
    model.save(path)
    loaded = load_model(path)
    assert type(loaded) is Model
    assert loaded.sources == model.sources
    assert_array_equal(loaded.predict(X), model.predict(X))
    assert loaded.summary() == model.summary()
    assert loaded.evaluate(X, Y) == model.evaluate(X, Y)
    assert [repr(layer) for layer in loaded.layers] == [repr(layer) for layer in model.layers]
    loaded.save(tmp_path / "n.npz")
    assert (tmp_path / "n.npz").read_bytes() == path.read_bytes()


def test_a_sequential_is_written_as_ever(tmp_path: Path) -> None:
    model = Sequential([Dense(2)], seed=0)
    model.build(3)
    model.save(tmp_path / "m.npz")
    with np.load(tmp_path / "m.npz") as file:
        description = json.loads(str(file["thumbnet.json"]))
    assert not {"sources", "quantized", "activation_ranges"} & set(description)
    assert type(load_model(tmp_path / "m.npz")) is Sequential


def test_checkpoints_of_models(tmp_path: Path) -> None:
    path = tmp_path / "c.npz"
    compiled(residual()).fit(X, Y, epochs=3, seed=0, callbacks=[ModelCheckpoint(path)])
    whole = compiled(residual())
    whole.fit(X, Y, epochs=5, seed=0)
    loaded, epochs = load_checkpoint(path)
    assert epochs == 3
    loaded.fit(X, Y, epochs=5, resume_from=path)
    assert_array_equal(loaded.predict(X), whole.predict(X))

    x = Input(4)
    scaled = Normalization(np.ones(4), np.zeros(4))(x)
    hidden = Dense(8, "relu")(scaled)
    branch = BatchNormalization()(Dense(8)(hidden))
    total = Activation("relu", name="total")(Add()([hidden, branch]))  # the other way round
    joined = Concatenate()([total, Dropout(0.1)(scaled)])
    other = compiled(Model(x, Dense(2, "softmax")(joined), "branches", 1))
    with pytest.raises(ThumbnetError, match=r"c.npz: its links are not this model's: resume with"):
        other.fit(X, Y, epochs=5, resume_from=path)


def test_layers_may_serve_two_models() -> None:
    x = Input(4)
    hidden = Dense(3, "relu")(x)
    whole = compiled(Model(x, Dense(2, "softmax")(hidden), seed=0))
    front = Model(x, hidden)
    whole.fit(X, Y)
    assert front.layers[0] is whole.layers[0]
    kernel, bias = front.get_weights()
    assert_allclose(front.predict(X), np.maximum(X @ kernel + bias, 0), rtol=1e-5, atol=1e-7)


def test_wide_layers_are_predicted_in_smaller_slices() -> None:
    model = Sequential([Dense(2**12)], seed=0)
    model.build(1)
    assert model.rows_at_once() == 2**10
    assert residual().rows_at_once() == 4096


def chain(*layers):
    symbol = Input(3)
    for layer in layers:
        symbol = layer(symbol)
    return symbol


A, B, S = Input(3), Input(4), Input((4, 3))
TWICE = Dense(3, name="shared")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Model([A, B], Concatenate()([A, B])),
            "Model: 2 inputs, but a model has one input and one output: "
            "join them with Concatenate()",
        ),
        (
            lambda: Model(A, [Dense(1)(A), Dense(1)(A)]),
            "Model: 2 outputs, but a model has one input",
        ),
        (
            lambda: Model(A, Concatenate()([A, B])),
            "Model: outputs reads Input((4,)), which is not the input given: a model has one input",
        ),
        (lambda: Model(B, Dense(1)(A)), "Model: outputs reads Input((3,)), which is not the input"),
        (lambda: Model(Dense(1)(A), Dense(1)(A)), "Model: inputs is the output of a layer: begin"),
        (lambda: Model(A, A), "the model has no layers: call a layer with the input"),
        (lambda: Model(A, "dense"), "Model: outputs is str 'dense': give Model(x, y) with x ="),
        (
            lambda: Model(A, TWICE(TWICE(A))),
            "layer 'shared' is used twice: weights cannot be shared, make a second layer",
        ),
        (
            lambda: Model(A, Dense(1, name="a")(Dense(1, name="a")(A))),
            "two layers are called 'a': rename one of them",
        ),
        (lambda: Dense(1)(X), "Dense was called with ndarray of shape (200, 4): call layers with"),
        (lambda: Dense(1)([A, B]), "Dense reads one layer, not 2: join them with Add() or Con"),
        (lambda: Add()(A), "Add joins two or more: call it with a list, Add()([a, b])"),
        (
            lambda: Model(A, Add()([A, Dense(2)(A)])),
            "layer 'add' adds shapes (3,) and (2,): they must be equal",
        ),
        (
            lambda: Model(A, Concatenate(name="c")([GRU(2)(Input((4, 3))), A])),
            "Model: outputs reads Input((4, 3)), which",
        ),
        (lambda: Concatenate(axis=1), "Concatenate: axis is 1, only the last one (-1) can be"),
        (lambda: Input((3, 0)), "Input: shape is (3, 0): give positive sizes, like (784,)"),
        (
            lambda: Sequential([Dense(2), Add()]),
            "Add reads several layers, in a Sequential each reads one: use Model(inputs, outputs)",
        ),
        (
            lambda: Model(A, Dense(1)(A)).build(4),
            "layer 'dense' was built for inputs of shape (3,), not (4,): make a new layer",
        ),
        (
            lambda: compiled(
                Model(S, GRU(2, return_sequences=True)(S)),
            ).evaluate(np.zeros((1, 4, 3)), [0]),
            "the model gives shape (4, 2) for each example, sparse_categorical_crossentropy needs",
        ),
    ],
)
def test_refused(make, message: str) -> None:
    with pytest.raises(ThumbnetError) as caught:
        make()
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
