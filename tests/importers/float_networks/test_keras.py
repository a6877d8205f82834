"""Networks of Keras compute the same here, from both of its file formats."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from support.require import require

from thumbnet.importers.float_networks.keras_layers import LAYERS
from thumbnet.importers.float_networks.read_float import read_float
from thumbnet.trainer import ThumbnetError


@pytest.fixture(scope="module")
def keras() -> Any:
    os.environ.setdefault("KERAS_BACKEND", "torch")
    try:
        import keras
    except ImportError:
        require("torch", "Keras or PyTorch, its backend, is not installed")
    keras.utils.set_random_seed(1)
    return keras


def images(k: Any) -> Any:
    la = k.layers
    return k.Sequential(
        [
            k.Input((16, 12, 3)),
            la.Rescaling(1 / 255),
            la.RandomFlip(),
            la.ZeroPadding2D(1),
            la.Conv2D(6, 3, strides=2, use_bias=False),
            la.BatchNormalization(),
            la.ReLU(6.0),
            la.ZeroPadding2D(((0, 1), (0, 1))),
            la.DepthwiseConv2D(3, strides=2, depth_multiplier=2),
            la.LeakyReLU(),
            la.SeparableConv2D(8, 3, padding="same", activation="gelu"),
            la.MaxPooling2D(2, padding="same"),
            la.Dropout(0.2),
            la.Flatten(),
            la.Dense(5),
            la.Softmax(),
        ]
    )


def sequences(k: Any) -> Any:
    la = k.layers
    return k.Sequential(
        [
            k.Input((30, 4)),
            la.Normalization(mean=[1.0, 2, 3, 4], variance=[1.0, 2, 3, 4]),
            la.Conv1D(6, 3, padding="causal", dilation_rate=2, activation="silu"),
            la.AveragePooling1D(2, padding="same"),
            la.PReLU(shared_axes=[1]),
            la.GRU(7),
            la.Dense(3),
        ]
    )


def recurrent(k: Any) -> Any:
    la = k.layers
    return k.Sequential(
        [
            *(k.Input((10, 4)), la.SimpleRNN(5, return_sequences=True), la.LayerNormalization()),
            *(la.ZeroPadding1D(1), la.DepthwiseConv1D(3), la.SeparableConv1D(4, 3)),
            *(la.MaxPooling1D(2), la.GlobalMaxPooling1D(), la.Dense(3, activation="sigmoid")),
        ]
    )


def rows(k: Any) -> Any:
    la = k.layers
    return k.Sequential(
        [
            *(k.Input((7,)), la.Dense(9), la.ELU(0.5), la.Reshape((3, 3, 1))),
            *(la.Conv2D(4, 2, activation="hard_sigmoid"), la.PReLU(), la.Permute((2, 1, 3))),
            *(la.GlobalAveragePooling2D(), la.Dense(2, activation="hard_swish"), la.Dense(2)),
        ]
    )


def branches(k: Any) -> Any:
    la, x = k.layers, k.Input((9, 9, 3))
    a = la.Conv2D(4, 3, padding="same")(x)
    b = la.Activation("relu")(a)
    d = la.Add()([a, la.Conv2D(4, 3, padding="same")(b)])
    e = la.Concatenate()([d, b, x])
    f = la.Average()([e, e * 2.0 + 1.0])
    inner = k.Sequential([k.Input((9, 9, 11)), la.Conv2D(4, 3), la.BatchNormalization()])
    g = la.AveragePooling2D(2)(la.Subtract()([inner(f), la.Conv2D(4, 3)(e)]))
    return k.Model(x, la.Dense(3)(la.GlobalMaxPooling2D()(g)))


def shared(k: Any) -> Any:
    x, layer = k.Input((4,)), k.layers.Dense(4, activation="tanh")
    return k.Model(x, k.layers.Dense(2)(layer(layer(x)) / 2.0))


def means(k: Any) -> Any:
    return k.Sequential([k.Input((8, 3)), k.layers.GlobalAveragePooling1D(keepdims=True)])


MODELS: list[Callable[[Any], Any]] = [images, sequences, recurrent, rows, branches, shared, means]


@pytest.mark.parametrize("suffix", ["keras", "h5"])
@pytest.mark.parametrize("make", MODELS)
def test_networks(keras: Any, make: Any, suffix: str, tmp_path: Path) -> None:
    network, rng = make(keras), np.random.default_rng(3)
    for weight in network.weights:
        end = weight.path.split("/")[-1]
        if end == "moving_variance":
            weight.assign(rng.uniform(0.5, 2, weight.shape))
        elif end in ("moving_mean", "beta", "bias", "alpha", "gamma"):
            weight.assign(weight + rng.normal(size=weight.shape) * 0.3)
    x = rng.normal(size=(5, *network.input_shape[1:])).astype(np.float32)
    network.save(tmp_path / f"net.{suffix}")
    want = network.predict(x, verbose=0)
    found = read_float(tmp_path / f"net.{suffix}").predict(x).reshape(want.shape)
    assert_allclose(found, want, rtol=1e-5, atol=1e-5 * np.abs(want).max())


def test_all_layers_are_tested(keras: Any) -> None:
    kinds = {type(layer).__name__ for make in MODELS for layer in make(keras)._flatten_layers()}
    idle = {name for name in LAYERS if name.startswith(("Random", "Gaussian", "Spatial", "Alpha"))}
    merging = {"Multiply", "Divide", "TrueDivide", "Identity", "ActivityRegularization", "LSTM"}
    assert set(LAYERS) - kinds <= idle | merging


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (
            lambda k: k.layers.Lambda(lambda x: x),
            "layer 2, Lambda 'lambda': is not supported: docs/import.md lists what is",
        ),
        (lambda k: k.layers.UpSampling1D(), "layer 2, UpSampling1D 'up_sampling1d': is not supp"),
        (lambda k: k.layers.GRU(2, reset_after=False), "reset_after=False: use a GRU with"),
        (lambda k: k.layers.Dense(2, activation="exponential"), "has the activation 'exponential'"),
        (lambda k: k.layers.GRU(2, go_backwards=True), "has go_backwards=True"),
    ],
)
def test_what_is_refused(keras: Any, make: Any, says: str, tmp_path: Path) -> None:
    layer = make(keras)
    layer._name = layer.name.rsplit("_", 1)[0] if layer.name[-1].isdigit() else layer.name
    network = keras.Sequential([keras.Input((6, 3)), keras.layers.Dense(3), layer])
    network.save(tmp_path / "net.keras")
    with pytest.raises(ThumbnetError) as caught:
        read_float(tmp_path / "net.keras")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_class_of_its_own_is_refused(keras: Any, tmp_path: Path) -> None:
    class Mine(keras.layers.Layer):  # type: ignore[misc,name-defined]
        def call(self, x: Any) -> Any:
            return x

    keras.Sequential([keras.Input((3,)), Mine(name="mine")]).save(tmp_path / "net.keras")
    with pytest.raises(ThumbnetError, match="layer 'mine' is a Mine, a class of its own"):
        read_float(tmp_path / "net.keras")


def test_weights_without_a_model_are_refused(keras: Any, tmp_path: Path) -> None:
    path = tmp_path / "net.weights.h5"
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save_weights(path)
    with pytest.raises(ThumbnetError, match="it has weights but no model: save it with"):
        read_float(path)
