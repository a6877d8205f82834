"""Convolutional layers: their definition, derivatives, shapes, and their errors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from support.gradients import assert_gradients, variable

from thumbnet.trainer import (
    Conv1D,
    Conv2D,
    Dense,
    DepthwiseConv1D,
    DepthwiseConv2D,
    Flatten,
    GradientTape,
    Layer,
    Sequential,
    Tensor,
    ThumbnetError,
    Variable,
    load_model,
)
from thumbnet.trainer.arrays import Array
from thumbnet.trainer.autograd import convolution
from thumbnet.trainer.autograd import functional as ops
from thumbnet.trainer.layers import initializers
from thumbnet.trainer.layers.windowed import Windowed


def built(layer: Layer, *shape: int, dtype: type = np.float64) -> Layer:
    layer.build(shape, np.random.default_rng(0), dtype)
    return layer


LAYERS: dict[str, tuple[Callable[[], Windowed], tuple[int, ...]]] = {
    "one channel": (lambda: Conv2D(2, 3), (5, 4, 1)),
    "many channels": (lambda: Conv2D(3, 2, activation="tanh"), (3, 4, 5)),
    "strides, not square": (lambda: Conv2D(2, (3, 2), strides=(2, 1)), (6, 4, 2)),
    "same": (lambda: Conv2D(2, 3, padding="same", activation="sigmoid"), (3, 4, 2)),
    "same, strides": (lambda: Conv2D(2, (2, 5), (2, 3), padding="same"), (5, 6, 2)),
    "one pixel": (lambda: Conv2D(3, 1, strides=2), (3, 3, 2)),
    "without bias": (lambda: Conv2D(2, 2, use_bias=False), (3, 3, 2)),
    "sequence": (lambda: Conv1D(3, 3, activation="tanh"), (6, 2)),
    "sequence, same, strides": (lambda: Conv1D(2, 4, 3, "same"), (7, 2)),
    "sequence of one channel": (lambda: Conv1D(2, 3), (6, 1)),
    "depthwise": (lambda: DepthwiseConv2D(2), (4, 3, 3)),
    "depthwise, same, strides": (lambda: DepthwiseConv2D((3, 2), (1, 2), "same"), (4, 5, 2)),
    "depthwise, without bias": (lambda: DepthwiseConv2D(2, use_bias=False), (3, 3, 2)),
    "depthwise sequence": (lambda: DepthwiseConv1D(3, 2, activation="tanh"), (8, 2)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_gradients(name: str) -> None:
    make, shape = LAYERS[name]
    layer = built(make(), *shape)
    rng = np.random.default_rng(1)
    for v in layer.variables:
        v.data += 0.3 * rng.standard_normal(v.shape)
    x = variable(rng, 2, *shape)
    factors = rng.standard_normal((2, *layer.output_shape))
    assert_gradients(lambda: ops.sum(layer.call(x) * factors), [x, *layer.variables])


def by_definition(x: Array, kernel: Array, bias: Array, layer: Windowed) -> Array:
    """Place by place, with the padding of `np.pad`."""
    k_h, k_w = layer.window
    padded = np.pad(x, ((0, 0), *layer.pads, (0, 0)))
    lines = range(0, padded.shape[1] - k_h + 1, layer.strides[0])
    columns = range(0, padded.shape[2] - k_w + 1, layer.strides[1])
    formula = "nhwc,hwc->nc" if kernel.ndim == 3 else "nhwc,hwcf->nf"
    seen = [[padded[:, i : i + k_h, j : j + k_w] for j in columns] for i in lines]
    y = np.array([[np.einsum(formula, p, kernel) + bias for p in line] for line in seen])
    return np.moveaxis(y, 2, 0)


LENGTHS = st.integers(1, 7)
PAIRS = st.tuples(LENGTHS, LENGTHS)


@settings(deadline=None)
@given(
    image=PAIRS,
    window=PAIRS,
    strides=PAIRS,
    channels=st.integers(1, 4),
    padding=st.sampled_from(["valid", "same"]),
    depthwise=st.booleans(),
    cached=st.sampled_from([1, 100, 2**18]),
)
def test_definition(
    image: tuple[int, int],
    window: tuple[int, int],
    strides: tuple[int, int],
    channels: int,
    padding: str,
    depthwise: bool,
    cached: int,
) -> None:
    layer: Windowed = DepthwiseConv2D(window, strides, padding)
    if not depthwise:
        layer = Conv2D(3, window, strides, padding)
    if padding == "valid" and (window[0] > image[0] or window[1] > image[1]):
        with pytest.raises(ThumbnetError, match="does not fit on an input of"):
            built(layer, *image, channels)
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(convolution, "CACHED", cached)  # the images in groups of one, or a few
        built(layer, *image, channels)
        rng = np.random.default_rng(0)
        for v in layer.variables:
            v.assign(rng.standard_normal(v.shape))
        x = rng.standard_normal((4, *image, channels))
        y = layer.call(Tensor(x)).data
        kernel, bias = layer.get_weights()
        assert y.shape == (4, *layer.output_shape)
        assert_allclose(y, by_definition(x, kernel, bias, layer), rtol=1e-10, atol=1e-12)
        one_by_one = [layer.call(Tensor(x[i : i + 1])).data for i in range(4)]
        assert_allclose(np.concatenate(one_by_one), y, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("cached", [1, 2**18])
def test_groups_of_images_give_the_same_gradients(
    cached: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convolution, "CACHED", cached)
    rng = np.random.default_rng(0)
    for layer in (Conv2D(2, 2, padding="same"), DepthwiseConv2D(2, padding="same")):
        built(layer, 3, 3, 2)
        x = variable(rng, 3, 3, 3, 2)
        factors = rng.standard_normal((3, *layer.output_shape))
        assert_gradients(lambda: ops.sum(layer.call(x) * factors), [x, *layer.variables])  # noqa: B023


def test_a_worked_example() -> None:
    layer = built(Conv2D(1, (1, 2), activation="relu"), 1, 4, 1)
    layer.set_weights([[[[[-1]], [[2]]]], [0.5]])
    y = layer.call(Tensor(np.array([[[[1.0], [2.0], [0.0], [5.0]]]]))).data
    assert_array_equal(y.ravel(), [3.5, 0.0, 10.5])  # 2*2 - 1, 2*0 - 2, 2*5 - 0, and the bias


@pytest.mark.parametrize("name", LAYERS)
def test_float32_stays(name: str) -> None:
    make, shape = LAYERS[name]
    layer = built(make(), *shape, dtype=np.float32)
    x = Variable(np.ones((2, *shape)))
    with GradientTape() as tape:
        outputs = layer.call(x)
        total = ops.sum(outputs)
    assert outputs.dtype == np.float32
    assert outputs.shape == (2, *layer.output_shape)
    assert {g.dtype for g in tape.gradient(total, [x, *layer.variables])} == {np.dtype("float32")}


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_images_of_any_memory_layout(padding: str) -> None:
    rng = np.random.default_rng(0)
    layer, gray = Conv2D(2, 3, padding=padding), rng.random((4, 6, 5))
    built(layer, 6, 5, 1)
    expected = layer.call(Tensor(gray.reshape(4, 6, 5, 1).copy())).data
    assert_array_equal(layer.call(Tensor(gray[..., None])).data, expected)  # its last stride is 0
    turned = np.asfortranarray(gray)[:, :, :, None]
    assert_array_equal(layer.call(Tensor(turned)).data, expected)


def test_shapes_and_places() -> None:
    layer = built(Conv2D(8, 3, strides=2, padding="same", name="c"), 28, 27, 3)
    assert isinstance(layer, Conv2D)
    assert (layer.input_shape, layer.output_shape) == ((28, 27, 3), (14, 14, 8))
    assert (layer.window, layer.strides) == ((3, 3), (2, 2))
    assert layer.pads == ((0, 1), (1, 1))
    assert [(v.name, v.shape) for v in layer.variables] == [
        ("c/kernel", (3, 3, 3, 8)),
        ("c/bias", (8,)),
    ]
    sequence = built(Conv1D(4, 5, strides=2, padding="same"), 10, 6)
    assert isinstance(sequence, Conv1D)
    assert (sequence.kernel.shape, sequence.output_shape) == ((5, 6, 4), (5, 4))
    assert (sequence.window, sequence.strides) == ((1, 5), (1, 2))
    assert sequence.pads == ((0, 0), (1, 2))
    depthwise = built(DepthwiseConv2D((2, 3)), 5, 5, 4)
    assert isinstance(depthwise, DepthwiseConv2D)
    assert (depthwise.kernel.shape, depthwise.output_shape) == ((2, 3, 4), (4, 3, 4))
    single = built(DepthwiseConv1D(2, use_bias=False), 5, 4)
    assert isinstance(single, DepthwiseConv1D)
    assert (single.kernel.shape, single.bias, single.output_shape) == ((2, 4), None, (4, 4))


def test_penalty() -> None:
    layer = built(Conv2D(1, 1, kernel_regularizer=0.5), 1, 1, 2)
    layer.set_weights([[[[[3], [1]]]], [7]])
    assert_allclose([p.data for p in layer.penalties()], [5])


def test_initializers_count_the_window() -> None:
    """Keras: fan_in is the window times the channels, fan_out the window times the filters."""
    assert initializers.fans((3, 3, 8, 16)) == (72, 144)
    assert initializers.fans((5, 4, 2)) == (20, 10)
    assert initializers.fans((7, 3)) == (7, 3)
    assert initializers.fans((6,)) == (6, 6)
    layer = built(Conv2D(64, 3, kernel_initializer="he_normal"), 8, 8, 32)
    assert_allclose(layer.get_weights()[0].var(), 2 / (9 * 32), rtol=0.05)
    layer = built(Conv1D(64, 5), 8, 32)
    assert_allclose(layer.get_weights()[0].var(), 2 / (5 * 32 + 5 * 64), rtol=0.05)
    # Keras's depthwise kernel is (k_h, k_w, c, 1).
    kernel = built(DepthwiseConv2D(5), 8, 8, 300).get_weights()[0]
    limit = np.sqrt(6 / (25 * 300 + 25))
    assert 0.99 * limit < np.abs(kernel).max() <= limit


@pytest.mark.parametrize("name", LAYERS)
def test_config_makes_an_equal_layer(name: str) -> None:
    layer = LAYERS[name][0]()
    config = layer.get_config()
    assert type(layer)(**config).get_config() == config


def test_saved_and_loaded(tmp_path: Path) -> None:
    model = Sequential(
        [
            Conv2D(3, (3, 2), strides=(1, 2), padding="same", activation="relu"),
            DepthwiseConv2D(2, kernel_regularizer=0.1),
            Flatten(),
            Dense(2),
        ],
        seed=0,
    )
    model.build((6, 7, 1))
    model.save(tmp_path / "m.npz")
    loaded = load_model(tmp_path / "m.npz")
    x = np.random.default_rng(0).random((5, 6, 7, 1))
    assert_array_equal(loaded.predict(x), model.predict(x))
    assert [layer.get_config() for layer in loaded.layers] == [
        layer.get_config() for layer in model.layers
    ]


def test_a_network_learns() -> None:
    """Is the bright square in the upper or the lower half? It may be anywhere in that half."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(0, 0.3, (300, 8, 8, 1)), rng.integers(0, 2, 300)
    for image, lower in zip(x, y, strict=True):
        top, left = rng.integers(0, 3) + 4 * lower, rng.integers(0, 7)
        image[top : top + 2, left : left + 2] += 2
    model = Sequential([Conv2D(4, 3, activation="relu"), Flatten(), Dense(2, "softmax")], seed=1)
    model.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
    history = model.fit(x, y, epochs=12)
    assert history.history["accuracy"][-1] > 0.95


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Conv2D(0, 3), "Conv2D: filters is 0, it must be a positive whole number"),
        (lambda: Conv1D(2.5, 3), "Conv1D: filters is 2.5, it must be a positive whole number"),
        (
            lambda: Conv2D(2, (3, 0)),
            "Conv2D: kernel_size is (3, 0), it must be a positive whole number, or a pair of them",
        ),
        (lambda: Conv1D(2, (3, 3)), "Conv1D: kernel_size is (3, 3), it must be a positive whole"),
        (lambda: DepthwiseConv2D(3, 0), "DepthwiseConv2D: strides is 0, it must be a positive"),
        (lambda: Conv2D(2, 3, padding="full"), "unknown padding 'full': choose one of valid, same"),
        (lambda: Conv2D(2, 3, activation="swish"), "unknown activation 'swish': choose one of"),
        (lambda: Conv2D(2, 3, kernel_initializer="x"), "unknown initializer 'x': choose one of"),
        (
            lambda: built(Conv2D(2, 3, name="c"), 28, 28),
            "layer 'c' takes images (height, width, channels), not shape (28, 28): "
            "add a channel axis: x.reshape(-1, 28, 28, 1)",
        ),
        (
            lambda: built(Conv2D(2, 3), 784),
            "layer '' takes images (height, width, channels), not shape (784,): "
            "reshape x to (n, height, width, channels), or put this layer before Flatten()",
        ),
        (
            lambda: built(Conv1D(2, 3), 100),
            "layer '' takes sequences (steps, channels), not shape (100,): "
            "add a channel axis: x.reshape(-1, 100, 1)",
        ),
        (
            lambda: built(DepthwiseConv1D(2), 8, 8, 1),
            "layer '' takes sequences (steps, channels), not shape (8, 8, 1): use DepthwiseConv2D",
        ),
        (
            lambda: built(Conv2D(2, 3), 1, 8, 8, 1),
            "layer '' takes images (height, width, channels), not shape (1, 8, 8, 1): drop an axis",
        ),
        (
            lambda: built(Conv2D(2, (3, 5), name="c"), 4, 4, 1),
            "layer 'c': a window of 3 x 5 does not fit on an input of 4 x 4: "
            "take a smaller kernel_size, or padding='same'",
        ),
        (
            lambda: built(Conv1D(2, 5, name="c"), 4, 1),
            "layer 'c': a window of 5 does not fit on an input of 4: "
            "take a smaller kernel_size, or padding='same'",
        ),
    ],
)
def test_refused(make: Callable[[], Layer], message: str) -> None:
    with pytest.raises(ThumbnetError) as caught:
        make()
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
