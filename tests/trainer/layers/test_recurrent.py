"""SimpleRNN, GRU and LSTM: values by hand, gradients through time, shapes, and their errors."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from support.gradients import assert_gradients, variable

from thumbnet.trainer import (
    GRU,
    LSTM,
    Adam,
    Dense,
    GradientTape,
    Sequential,
    SimpleRNN,
    Tensor,
    ThumbnetError,
    load_model,
)
from thumbnet.trainer.autograd import functional as ops
from thumbnet.trainer.autograd.curves import logistic
from thumbnet.trainer.layers import initializers
from thumbnet.trainer.layers.recurrent import Recurrent

LAYERS: dict[str, Callable[[], Recurrent]] = {
    "simple": lambda: SimpleRNN(3),
    "simple, sequences": lambda: SimpleRNN(3, return_sequences=True),
    "simple relu without bias": lambda: SimpleRNN(3, "relu", use_bias=False),
    "simple sigmoid, sequences": lambda: SimpleRNN(3, "sigmoid", return_sequences=True),
    "simple linear": lambda: SimpleRNN(3, None),
    "simple softmax": lambda: SimpleRNN(3, "softmax", bias_initializer="ones"),
    "gru": lambda: GRU(3),
    "gru, sequences": lambda: GRU(3, return_sequences=True),
    "lstm": lambda: LSTM(3),
    "lstm, sequences": lambda: LSTM(3, return_sequences=True, unit_forget_bias=False),
}


def built(layer: Recurrent, *shape: int) -> Recurrent:
    layer.build(shape, np.random.default_rng(0), np.float64)
    rng = np.random.default_rng(1)
    for v in layer.variables:
        v.data += 0.2 * rng.standard_normal(v.shape)
    return layer


@pytest.mark.parametrize("name", LAYERS)
def test_gradients_through_time(name: str) -> None:
    layer = built(LAYERS[name](), 5, 2)
    rng = np.random.default_rng(2)
    x = variable(rng, 4, 5, 2)
    factors = rng.standard_normal((4, *layer.output_shape))
    assert_gradients(lambda: ops.sum(layer.call(x) * factors), [x, *layer.variables])


def test_two_uses_of_the_result_add_up() -> None:
    """The cached walk back is valid for one derivative only."""
    layer = built(GRU(2), 3, 2)
    x = variable(np.random.default_rng(0), 2, 3, 2)
    assert_gradients(lambda: ops.sum(ops.square(layer.call(x))), [x, *layer.variables])
    with GradientTape() as tape:
        y = layer.call(x)
        first, second = ops.sum(y), ops.sum(y * 3.0)
    one, three = (tape.gradient(loss, [layer.kernel])[0] for loss in (first, second))
    assert_allclose(three, 3 * one)


@pytest.mark.parametrize("name", LAYERS)
def test_the_last_state_is_the_last_of_all(name: str) -> None:
    layer = built(LAYERS[name](), 5, 2)
    x = Tensor(np.random.default_rng(0).standard_normal((4, 5, 2)))
    outputs = layer.call(x).data
    assert outputs.shape == (4, *layer.output_shape)
    layer.return_sequences = not layer.return_sequences
    others = layer.call(x).data
    last, every = (outputs, others) if outputs.ndim == 2 else (others, outputs)
    assert_array_equal(last, every[:, -1])


def test_simple_rnn_computes_what_it_says() -> None:
    layer = SimpleRNN(2, "relu", return_sequences=True)
    layer.build((2, 1), np.random.default_rng(0), np.float64)
    layer.set_weights([[[1, -1]], [[0, 2], [1, 0]], [0.5, 1]])
    # relu([1.5, 0]), then relu([3.5, -2] + [0 * 1.5 + 1 * 0, 2 * 1.5 + 0])
    assert_array_equal(layer.call(Tensor(np.array([[[1.0], [3.0]]]))).data, [[[1.5, 0], [3.5, 1]]])
    assert layer.count_params() == 8


def test_gru_computes_what_it_says() -> None:
    layer = built(GRU(2), 3, 4)
    kernel, recurrent, bias = layer.get_weights()
    x = np.random.default_rng(0).standard_normal((5, 3, 4))
    h = np.zeros((5, 2))
    for t in range(3):
        az, ar, ac = np.split(x[:, t] @ kernel + bias[0], 3, axis=1)
        bz, br, bc = np.split(h @ recurrent + bias[1], 3, axis=1)
        z, r = logistic(az + bz), logistic(ar + br)
        h = z * h + (1 - z) * np.tanh(ac + r * bc)
    assert_allclose(layer.call(Tensor(x)).data, h, rtol=1e-12)
    assert layer.count_params() == 4 * 6 + 2 * 6 + 2 * 6


def test_lstm_computes_what_it_says() -> None:
    layer = built(LSTM(2), 3, 4)
    kernel, recurrent, bias = layer.get_weights()
    x = np.random.default_rng(0).standard_normal((5, 3, 4))
    h = c = np.zeros((5, 2))
    for t in range(3):
        i, f, g, o = np.split(x[:, t] @ kernel + h @ recurrent + bias, 4, axis=1)
        c = logistic(f) * c + logistic(i) * np.tanh(g)
        h = logistic(o) * np.tanh(c)
    assert_allclose(layer.call(Tensor(x)).data, h, rtol=1e-12)
    assert layer.count_params() == 4 * 8 + 2 * 8 + 8


@pytest.mark.parametrize(
    ("settings", "biases"),
    [
        ({}, [0, 0, 1, 1, 0, 0, 0, 0]),
        ({"unit_forget_bias": False}, [0] * 8),
        ({"bias_initializer": "ones"}, [1] * 8),
    ],
)
def test_a_new_lstm_remembers(settings, biases) -> None:
    layer = LSTM(2, **settings)
    layer.build((3, 4), np.random.default_rng(0), np.float32)
    assert layer.bias.data.tolist() == biases


def test_shapes_and_names_are_kerass() -> None:
    layers = [GRU(4, return_sequences=True), LSTM(2, return_sequences=True), SimpleRNN(3)]
    model = Sequential([*layers, Dense(2)], seed=0)
    model.build((7, 5))
    assert [layer.output_shape for layer in model.layers] == [(7, 4), (7, 2), (3,), (2,)]
    assert [(v.name, v.shape) for v in model.variables[:9]] == [
        ("gru/kernel", (5, 12)),
        ("gru/recurrent_kernel", (4, 12)),
        ("gru/bias", (2, 12)),
        ("lstm/kernel", (4, 8)),
        ("lstm/recurrent_kernel", (2, 8)),
        ("lstm/bias", (8,)),
        ("simple_rnn/kernel", (2, 3)),
        ("simple_rnn/recurrent_kernel", (3, 3)),
        ("simple_rnn/bias", (3,)),
    ]
    assert model.predict(np.zeros((2, 7, 5))).dtype == np.float32


def test_orthogonal() -> None:
    rng = np.random.default_rng(0)
    orthogonal = initializers.get("orthogonal")
    for shape in ((5, 5), (4, 12), (9, 3)):
        q = orthogonal(shape, rng)
        assert q.shape == shape
        product = q @ q.T if shape[0] <= shape[1] else q.T @ q
        assert_allclose(product, np.eye(min(shape)), atol=1e-12)
    signs = {float(orthogonal((1, 1), rng)[0, 0]) for _ in range(40)}
    assert signs == {-1.0, 1.0}


@pytest.mark.parametrize(
    "make",
    [lambda: SimpleRNN(12), lambda: GRU(8), lambda: LSTM(8)],
    ids=["simple", "gru", "lstm"],
)
def test_learns_what_was_said_at_the_beginning(make, tmp_path) -> None:
    """The class is the first reading of twelve; noise follows."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((400, 12, 2)).astype(np.float32)
    y = (x[:, 0, 0] > 0).astype(int)
    model = Sequential([make(), Dense(2, "softmax")], seed=1)
    model.compile(Adam(0.02), "sparse_categorical_crossentropy", ["accuracy"])
    model.fit(x[:300], y[:300], epochs=40, seed=1)
    assert model.evaluate(x[300:], y[300:])["accuracy"] > 0.9
    model.save(tmp_path / "m.npz")
    assert_array_equal(load_model(tmp_path / "m.npz").predict(x), model.predict(x))


def test_a_curve_at_the_end_needs_no_logits() -> None:
    x = np.random.default_rng(0).standard_normal((60, 4, 2)).astype(np.float32)
    model = Sequential([SimpleRNN(1, "sigmoid")], seed=0)
    model.compile(Adam(0.05), "binary_crossentropy", ["accuracy"])
    model.fit(x, x[:, -1, 0] > 0, epochs=40)
    assert model.evaluate(x, x[:, -1, 0] > 0)["accuracy"] > 0.9


@pytest.mark.parametrize("name", LAYERS)
def test_config_makes_an_equal_layer(name: str) -> None:
    config = LAYERS[name]().get_config()
    assert type(LAYERS[name]())(**config).get_config() == config


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SimpleRNN(0), "SimpleRNN: units is 0, it must be a positive whole number"),
        (lambda: GRU(2.5), "GRU: units is 2.5, it must be a positive whole number"),
        (lambda: SimpleRNN(2, "swish"), "unknown activation 'swish': choose one of step, sign,"),
        (lambda: GRU(2, recurrent_initializer="q"), "unknown initializer 'q': choose one of glo"),
        (
            lambda: built(GRU(2, name="g"), 4),
            "layer 'g' takes sequences, (steps, features), not shape (4,): reshape the inputs, or",
        ),
    ],
)
def test_refused(make, message: str) -> None:
    with pytest.raises(ThumbnetError) as caught:
        make()
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
