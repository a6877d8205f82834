"""Fake quantization: its numbers, its gradients, and where it applies in a model."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from thumbnet.trainer import (
    GRU,
    LSTM,
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv1D,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GradientTape,
    Input,
    Layer,
    MaxPooling2D,
    Model,
    MultiHeadAttention,
    Rescaling,
    Sequential,
    SimpleRNN,
    Tensor,
    ThumbnetError,
    Variable,
    affine,
)
from thumbnet.trainer.autograd import functional as ops
from thumbnet.trainer.quantization.fake_quantization import FakeQuantization
from thumbnet.trainer.quantization.rounding import round_activations, round_weights
from thumbnet.trainer.quantization.uint8_tensors import shared_tensors, uint8_tensors

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(("bits", "limit"), [(8, 127), (4, 7)])
def test_weights_are_integers_times_a_scale_for_each_output(bits: int, limit: int) -> None:
    weights = Variable(RNG.standard_normal((3, 3, 4, 5)) * np.arange(5), dtype=np.float64)
    rounded = round_weights(weights, bits).data
    scale = np.abs(weights.data).reshape(-1, 5).max(axis=0) / limit
    assert_array_equal(rounded[..., 0], 0)  # a channel of zeros stays one
    integers = rounded[..., 1:] / scale[1:]
    assert_allclose(integers, np.round(integers), atol=1e-9)
    assert_array_equal(np.abs(np.round(integers)).reshape(-1, 4).max(axis=0), limit)
    assert np.abs(rounded - weights.data).max() <= scale.max() / 2 * (1 + 1e-9)
    again = Variable(rounded, dtype=np.float64)
    assert_allclose(round_weights(again, bits).data, rounded, rtol=1e-12)


def test_the_gradient_of_weights_goes_straight_through() -> None:
    weights, factors = Variable(RNG.standard_normal((4, 3))), RNG.standard_normal((4, 3))
    with GradientTape() as tape:
        loss = ops.sum(round_weights(weights, 4) * factors.astype(np.float32))
    assert_array_equal(tape.gradient(loss, [weights])[0], factors.astype(np.float32))


def test_activations_have_256_values_and_an_exact_zero() -> None:
    scale, zero_point = affine(-0.5, 1.5, with_zero=True)
    assert zero_point == 64
    x = Variable(RNG.uniform(-0.5, 1.5, (50, 40)), dtype=np.float64)
    x.data[0, :3] = 0, -0.5, 1.5
    y = round_activations(x, -0.5, 1.5).data
    steps = y / scale + zero_point
    assert_allclose(steps, np.round(steps), atol=1e-9)
    assert steps.min() > -0.1
    assert steps.max() < 255.1
    assert len(np.unique(np.round(steps))) > 250
    assert y[0, 0] == 0
    assert np.abs(y - x.data).max() <= scale / 2 * (1 + 1e-9)


def test_activations_out_of_range_are_cut_off_and_have_no_gradient() -> None:
    scale, zero_point = affine(-1.0, 1.0, with_zero=True)
    low, high = -zero_point * scale, (255 - zero_point) * scale
    assert low <= -1
    assert high >= 1
    values = [low * 1.001, low * 0.999, 0.0, 0.3, high * 0.999, high * 1.001, 9.0, -9.0]
    x = Variable(values, dtype=np.float64)
    factors = np.arange(1.0, 9.0)
    with GradientTape() as tape:
        y = round_activations(x, -1.0, 1.0)
        loss = ops.sum(y * factors)
    assert_allclose(y.data[[0, 5, 6, 7]], [low, high, high, low])
    assert_array_equal(tape.gradient(loss, [x])[0], [0, 2, 3, 4, 5, 0, 0, 0])


@pytest.mark.parametrize("low", [-3.0, -1e-4, 0.0, 2.0])
@pytest.mark.parametrize("high", [-1.0, 0.0, 1e-4, 0.7, 50.0])
def test_affine_covers_its_range_and_zero(low: float, high: float) -> None:
    scale, zero_point = affine(low, high, with_zero=True)
    low, high = min(low, 0.0), max(high, 0.0)
    step = (high - low) / 255
    assert 0 <= zero_point <= 255
    if step == 0:
        assert (scale, zero_point) == (1 / 255, 0)
        return
    assert step * (1 - 1e-9) <= scale <= 1.5 * step
    # An end that is less than half a step from 0 may be dropped, no other is.
    room = step / 2 if zero_point in (0, 255) else 1e-12
    assert -zero_point * scale <= low + room
    assert (255 - zero_point) * scale >= high - room


WEIGHTED: dict[str, tuple[Callable[[], Layer], tuple[int, ...]]] = {
    "dense": (lambda: Dense(3, "tanh"), (4,)),
    "conv2d": (lambda: Conv2D(3, 3, padding="same"), (5, 4, 2)),
    "conv1d": (lambda: Conv1D(3, 2, strides=2), (6, 2)),
    "depthwise": (lambda: DepthwiseConv2D(3), (5, 4, 2)),
    "simple rnn": (lambda: SimpleRNN(3), (5, 2)),
    "gru": (lambda: GRU(3, return_sequences=True), (5, 2)),
    "attention": (lambda: MultiHeadAttention(2, 3, value_dim=2), (5, 4)),
    "lstm": (lambda: LSTM(3, return_sequences=True), (5, 2)),
}


@pytest.mark.parametrize("name", WEIGHTED)
def test_rounded_weights_are_used_and_their_gradients_reach_the_weights(name: str) -> None:
    """With weights that are already on the grid, quantization changes nothing."""
    make, shape = WEIGHTED[name]
    model = Sequential([make(), Activation("linear")], seed=0, dtype=np.float64)
    model.build(shape)
    layer = model.layers[0]
    quantizer = FakeQuantization(model, "int4")
    bits = 8 if name == "depthwise" else 4
    x = Tensor(RNG.standard_normal((2, *shape)))
    with quantizer._rounded_weights(layer, True):
        rough = layer.call(x).data
    kernels = [v for v in layer.variables if "kernel" in v.name]
    assert len(kernels) == {"simple rnn": 2, "gru": 2, "lstm": 2, "attention": 4}.get(name, 1)
    # A head's outputs are numbered by two axes; each output has its scale.
    axes = {v.name: 2 for v in kernels if name == "attention" and "output" not in v.name}
    for v in kernels:
        rounded_kernel = round_weights(v, bits, axes.get(v.name, 1)).data
        assert not np.array_equal(rounded_kernel, v.data)
        v.assign(rounded_kernel)
    with GradientTape() as tape:
        outputs = layer.call(x)
        plain = ops.sum(ops.square(outputs))
    with GradientTape() as other:
        with quantizer._rounded_weights(layer, True):
            y = layer.call(x)
        rounded = ops.sum(ops.square(y))
    assert_allclose(y.data, outputs.data, rtol=1e-12, atol=1e-14)
    assert_allclose(rough, outputs.data, rtol=1e-12, atol=1e-14)
    pairs = zip(
        tape.gradient(plain, layer.variables), other.gradient(rounded, layer.variables), strict=True
    )
    for a, b in pairs:
        assert_allclose(b, a, rtol=1e-9, atol=1e-12)
        assert np.abs(a).max() > 0
    assert all(isinstance(v, Variable) for v in layer.variables)


def points(model: Model) -> tuple[set[str], dict[str, str]]:
    found = uint8_tensors(model)
    return found, shared_tensors(model, found)


def built(shape: tuple[int, ...], *layers: Layer) -> Sequential:
    model = Sequential(layers)
    model.build(shape)
    return model


def test_points_of_a_convolutional_network() -> None:
    model = built(
        (12, 12, 1),
        Rescaling(1 / 255),
        Conv2D(4, 3, use_bias=False),
        BatchNormalization(),
        Activation("relu"),
        MaxPooling2D(),
        DepthwiseConv2D(3, activation="relu"),
        Dropout(0.2),
        Conv2D(4, 1),
        AveragePooling2D(),
        Flatten(),
        Dense(5),
        Dropout(0.1),
        BatchNormalization(),
        Activation("sigmoid"),
        Dense(2),
        Activation("softmax"),
    )
    assert points(model) == (
        {
            "",
            "activation",
            "depthwise_conv2d",
            "conv2d_1",
            "average_pooling2d",
            "activation_1",
        },
        {
            "max_pooling2d": "activation",
            "dropout": "depthwise_conv2d",
            "flatten": "average_pooling2d",
        },
    )


def test_points_of_branches() -> None:
    x = Input((6, 6, 2))
    stem = Conv2D(4, 3, padding="same", name="stem")(x)  # read by two: a tensor of its own
    normal = BatchNormalization()(stem)
    total = Add()([normal, stem])
    curve = Activation("relu", name="curve")(total)
    pooled = GlobalAveragePooling2D()(Concatenate()([curve, MaxPooling2D(1)(x)]))
    model = Model(x, Dense(3, "softmax")(pooled))
    assert points(model) == (
        {
            "",
            "stem",
            "batch_normalization",
            "curve",
            "concatenate",
            "global_average_pooling2d",
        },
        {"max_pooling2d": ""},
    )


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([Dense(4, "relu"), Dense(2, "softmax")], {"", "dense"}),
        ([Dense(4, "relu"), BatchNormalization(), Dense(2)], {"", "dense", "batch_normalization"}),
        ([Dense(4), BatchNormalization(), Dense(2)], {"", "batch_normalization"}),
        ([Dense(4), Rescaling(2.0), Activation("tanh"), Dense(2)], {"", "activation"}),
        ([Dense(4), Dense(2), Flatten()], {"", "dense"}),
        ([Dense(4), Flatten(), Activation("relu"), Dense(2)], {"", "activation"}),
        ([Activation("relu"), Dense(2)], {"", "activation"}),
        ([Dense(2)], {""}),
    ],
)
def test_points_of_chains(layers: list[Layer], expected: set[str]) -> None:
    assert uint8_tensors(built((3,), *layers)) == expected


def test_points_of_recurrent_layers() -> None:
    layers = [SimpleRNN(3, return_sequences=True), LSTM(2, return_sequences=True), GRU(2)]
    model = built((4, 3), *layers, Dense(2, "softmax"))
    assert uint8_tensors(model) == {"", "simple_rnn", "lstm", "gru"}
    assert FakeQuantization(model, "int8").ranges == {
        "simple_rnn": (-128 / 127, 1.0),
        "gru": (-1.0, 127 / 128),
    }
    assert affine(-128 / 127, 1.0, with_zero=True) == pytest.approx((1 / 127, 128))
    assert affine(-1.0, 127 / 128, with_zero=True) == pytest.approx((1 / 128, 128))


def test_another_width_is_refused() -> None:
    with pytest.raises(ThumbnetError, match="quantize is 'int2': give 'int8', 'int4' or None"):
        FakeQuantization(built((3,), Dense(2)), "int2")
