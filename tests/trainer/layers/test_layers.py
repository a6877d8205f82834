"""Layers: their values, gradients, shapes, and their errors."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from support.gradients import assert_gradients, variable

from thumbnet.trainer import (
    Activation,
    BatchNormalization,
    Dense,
    Dropout,
    Flatten,
    GradientTape,
    Layer,
    Normalization,
    Rescaling,
    Sequential,
    Tensor,
    ThumbnetError,
    Variable,
    l2,
)
from thumbnet.trainer.autograd import functional as ops
from thumbnet.trainer.layers import initializers

RAW = np.array([[100000.0, 1.0, 7.0], [100010.0, 2.0, 7.0], [100020.0, 6.0, 7.0]])


def built(layer: Layer, *shape: int, seed: int = 0, dtype: type = np.float64) -> Layer:
    layer.build(shape, np.random.default_rng(seed), dtype)
    return layer


LAYERS: dict[str, tuple[Callable[[], Layer], tuple[int, ...]]] = {
    "dense": (lambda: Dense(4), (3,)),
    "dense relu": (lambda: Dense(4, "relu"), (3,)),
    "dense softmax": (lambda: Dense(4, "softmax"), (3,)),
    "dense without bias": (lambda: Dense(4, "tanh", use_bias=False), (3,)),
    "dense with bias": (lambda: Dense(4, "sigmoid", bias_initializer="ones"), (3,)),
    "activation": (lambda: Activation("leaky_relu"), (3,)),
    "flatten": (lambda: Flatten(), (2, 3)),
    "dropout": (lambda: Dropout(0.5), (3,)),
    "batch normalization": (lambda: BatchNormalization(), (3,)),
    "batch normalization of images": (lambda: BatchNormalization(), (2, 2, 3)),
    "rescaling": (lambda: Rescaling([1.0, 2.0, 3.0], 0.5), (3,)),
    "normalization": (lambda: Normalization().adapt(RAW - [100010, 0, 0]), (3,)),
}


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("name", LAYERS)
def test_gradients(name: str, training: bool) -> None:
    make, shape = LAYERS[name]
    layer = built(make(), *shape)
    rng = np.random.default_rng(1)
    for v in layer.variables:
        v.data += 0.1 * np.abs(rng.standard_normal(v.shape))
    x = variable(rng, 5, *shape)
    factors = rng.standard_normal((5, *layer.output_shape))

    def loss() -> Tensor:
        if isinstance(layer, Dropout):  # the same holes at every call
            layer._rng = np.random.default_rng(3)
        return ops.sum(layer.call(x, training) * factors)

    assert_gradients(loss, [x, *layer.trainable_variables])


def test_dense_computes_what_it_says() -> None:
    layer = built(Dense(2, "relu"), 2)
    assert isinstance(layer, Dense)
    layer.set_weights([[[1, -1], [2, 0]], [0.5, 0.25]])
    assert_array_equal(layer.call(Tensor(np.array([[1.0, 1.0]]))).data, [[3.5, 0]])
    assert_array_equal(layer.kernel.numpy(), [[1, -1], [2, 0]])
    assert layer.bias is not None
    assert (layer.kernel.name, layer.bias.shape) == ("/kernel", (2,))
    assert layer.count_params() == 6
    assert_array_equal(layer.get_weights()[1], [0.5, 0.25])


def test_dense_penalty() -> None:
    layer = built(Dense(2, kernel_regularizer=l2(0.1)), 2)
    layer.set_weights([[[1, -1], [2, 0]], [7, 7]])
    assert_allclose([p.data for p in layer.penalties()], [0.6])
    assert Dense(2, kernel_regularizer=0.25).get_config()["kernel_regularizer"] == 0.25


def test_dropout_keeps_the_mean_and_does_nothing_in_prediction() -> None:
    layer = built(Dropout(0.25), 100, dtype=np.float32)
    x = Tensor(np.ones((1000, 100), dtype=np.float32))
    assert layer.call(x) is x
    y = layer.call(x, training=True)
    assert_allclose(np.unique(y.data), [0, 4 / 3])
    assert abs(y.data.mean() - 1) < 0.01
    assert y.dtype == np.float32


def test_batch_normalization() -> None:
    layer = built(BatchNormalization(momentum=0.9, epsilon=1e-6), 3)
    assert isinstance(layer, BatchNormalization)
    rng = np.random.default_rng(0)
    x = rng.standard_normal((200, 3)) * [1.0, 2.0, 3.0] + [5.0, 0.0, -5.0]
    y = layer.call(Tensor(x), training=True).data
    assert_allclose(y.mean(axis=0), 0, atol=1e-9)
    assert_allclose(y.std(axis=0), 1, rtol=1e-5)
    assert_allclose(layer.moving_mean.data, 0.1 * x.mean(axis=0))
    assert_allclose(layer.moving_variance.data, 0.9 + 0.1 * x.var(axis=0))
    for _ in range(200):
        layer.call(Tensor(x), training=True)
    assert_allclose(layer.call(Tensor(x)).data, y, atol=1e-6)
    assert [v.trainable for v in layer.variables] == [True, True, False, False]


@pytest.mark.parametrize("training", [False, True])
def test_batch_normalization_of_float32_stays(training: bool) -> None:
    layer = built(BatchNormalization(), 2, 3, dtype=np.float32)
    x = Variable(np.arange(24).reshape(4, 2, 3))
    with GradientTape() as tape:
        outputs = layer.call(x, training)
        total = ops.sum(outputs)
    gradients = tape.gradient(total, [x, *layer.trainable_variables])
    assert {a.dtype for a in (outputs.data, *gradients)} == {np.dtype("float32")}
    assert {v.dtype for v in layer.variables} == {np.dtype("float32")}


def test_normalization_takes_raw_units() -> None:
    layer = Normalization().adapt(RAW)
    assert layer.scale.dtype == layer.offset.dtype == np.float64
    outputs = built(layer, 3, dtype=np.float32).call(Tensor(RAW)).data
    assert_allclose(outputs.mean(axis=0), 0, atol=1e-6)
    assert_allclose(outputs.std(axis=0), [1, 1, 0], rtol=1e-6)
    assert layer.scale[2] == 1.0
    assert outputs.dtype == np.float32
    assert_allclose(RAW * layer.scale + layer.offset, outputs, atol=1e-6)
    assert layer.variables == []


def test_min_max() -> None:
    layer = Rescaling.from_range(RAW, (-1, 1))
    assert_allclose(RAW * layer.scale + layer.offset, [[-1, -1, -1], [0, -0.6, -1], [1, 1, -1]])
    assert layer.scale[2] == 1.0
    assert_allclose(Rescaling(1 / 255).scale, 1 / 255)
    assert Rescaling(1 / 255).scale.shape == ()


def test_rescaling_takes_bytes() -> None:
    layer = built(Rescaling(1 / 127.5, -1), 2, dtype=np.float32)
    y = layer.call(Tensor(np.uint8([[0, 255]]))).data
    assert_array_equal(y, np.float32([[-1, 1]]))


def test_initializers_keep_the_variance() -> None:
    rng = np.random.default_rng(0)
    shape = (400, 200)
    for name, variance in {
        "glorot_uniform": 2 / 600,
        "glorot_normal": 2 / 600,
        "he_uniform": 2 / 400,
        "he_normal": 2 / 400,
    }.items():
        values = initializers.get(name)(shape, rng)
        assert values.shape == shape
        assert abs(values.mean()) < 0.001
        assert_allclose(values.var(), variance, rtol=0.02, err_msg=name)
    assert abs(initializers.get("he_normal")(shape, rng)).max() < 2.3 * np.sqrt(2 / 400)
    assert_array_equal(initializers.get("zeros")((2,), rng), [0, 0])
    assert_array_equal(initializers.get("ones")((2,), rng), [1, 1])


@pytest.mark.parametrize("name", LAYERS)
def test_config_makes_an_equal_layer(name: str) -> None:
    layer = LAYERS[name][0]()
    config = layer.get_config()
    assert type(layer)(**config).get_config() == config


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Dense(0), "Dense: units is 0, it must be a positive whole number"),
        (lambda: Dense(2.5), "Dense: units is 2.5, it must be a positive whole number"),
        (lambda: Dense(2, "swish"), "unknown activation 'swish': choose one of step, sign,"),
        (
            lambda: Dense(2, kernel_initializer="random"),
            "unknown initializer 'random': choose one of glorot_uniform, glorot_normal,",
        ),
        (lambda: Dense(2, kernel_regularizer="l1"), "unknown regularizer 'l1': give l2(0.01),"),
        (lambda: Dropout(1.0), "Dropout: rate is 1.0, it must be at least 0 and less than 1"),
        (lambda: BatchNormalization(2), "BatchNormalization: momentum 2 must be in [0, 1)"),
        (lambda: built(Dense(2), 4, 4), "layer '' takes one row of numbers, not shape (4, 4): add"),
        (lambda: built(Normalization(name="norm"), 3), "layer 'norm' does not know the data yet:"),
        (lambda: built(Rescaling([1, 2]), 3), "layer '' scales 2 features, the input has shape (3"),
        (lambda: Rescaling(np.nan), "Rescaling: scale and offset must be finite numbers"),
        (lambda: Rescaling.from_range(RAW, (1, 1)), "Rescaling: feature_range (1, 1) must be"),
        (lambda: Normalization().adapt([1.0, 2.0]), "cannot adapt to data of shape (2,) and type"),
        (lambda: Normalization().adapt([[np.inf]]), "cannot adapt to data with NaN or infinity:"),
        (
            lambda: built(built(Dense(2, name="d"), 3), 4),
            "layer 'd' was built for inputs of shape (3,), not (4,): make a new layer",
        ),
        (
            lambda: built(Dense(2, name="d"), 3).set_weights([]),
            "layer 'd' has 2 weight arrays, not",
        ),
        (
            lambda: built(Dense(2, name="d"), 3).set_weights([np.ones((2, 3)), np.ones(2)]),
            "d/kernel has shape (3, 2), not (2, 3): give an array of its shape",
        ),
        (lambda: Sequential([Dense(2, name="a"), Dense(2, name="a")]), "two layers are called 'a'"),
        (lambda: Sequential([3]), "3 is not a layer: add Dense(10), Flatten() ..."),
        (lambda: Sequential().build(3), "the model has no layers: add(Dense(...)) at least one"),
        (lambda: Sequential([Dense(1)]).build(0), "input_shape is 0: give positive sizes, like"),
    ],
)
def test_refused(make, message: str) -> None:
    with pytest.raises(ThumbnetError) as caught:
        make()
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
