"""`Sequential`: building, counting, predicting. Training is in tests/trainer/training."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from thumbnet.trainer import (
    Activation,
    BatchNormalization,
    Dense,
    Dropout,
    Flatten,
    Rescaling,
    Sequential,
    ThumbnetError,
)
from thumbnet.trainer.network.inputs import prepare_inputs


def make(*layers, features: int = 2) -> Sequential:
    model = Sequential(layers, seed=0)
    model.build(features)
    return model


def test_summary_counts_parameters() -> None:
    model = Sequential([Flatten(), Rescaling(1 / 255), Dense(16, "relu"), Dense(10, "softmax")])
    assert "Not built yet" in model.summary()
    model.build((28, 28))
    assert model.count_params() == 12730
    assert model.summary().splitlines()[-3] == "Total params: 12,730"
    assert "dense_1 (Dense)" in model.summary()
    assert "(None, 16)" in model.summary()
    assert "12,560" in model.summary()


def test_summary_tells_trainable_from_other_parameters() -> None:
    model = make(Dense(4), BatchNormalization(), features=3)
    assert model.summary().splitlines()[-3:] == [
        "Total params: 32",
        "Trainable params: 24",
        "Non-trainable params: 8",
    ]


def test_names_are_kerass() -> None:
    model = make(Dense(3), BatchNormalization(), Dropout(0.1), Dense(2))
    assert [layer.name for layer in model.layers] == [
        "dense",
        "batch_normalization",
        "dropout",
        "dense_1",
    ]
    assert [v.name for v in model.layers[3].variables] == ["dense_1/kernel", "dense_1/bias"]
    assert [layer.input_shape for layer in model.layers] == [(2,), (3,), (3,), (3,)]
    assert model.output_shape == (2,)


def test_a_layer_added_later_is_built_at_once() -> None:
    model = make(Dense(3))
    model.add(Dense(5))
    assert model.output_shape == (5,)
    assert model.predict([[1.0, 2.0]]).shape == (1, 5)


def test_the_xor_hidden_layer_of_the_text_book() -> None:
    hidden = Dense(2, "sigmoid", use_bias=False)
    model = make(hidden)
    hidden.set_weights([[[1, 1], [-0.5, -0.5]]])
    outputs = model.predict([[0, 0], [1, 0], [0, 1], [1, 1]])
    assert outputs.dtype == np.float32
    weights = make(Dense(2, "sigmoid", use_bias=False))
    weights.set_weights([np.array([[1, -0.5], [1, -0.5]])])
    rows = weights.predict([[0, 0], [1, 1], [1, 0], [0, 1]])
    assert_allclose(rows, [[0.5, 0.5], [0.88, 0.27], [0.73, 0.38], [0.73, 0.38]], atol=0.005)


def test_predictions_of_the_kinds_of_outputs() -> None:
    x = [[0.0], [2.0], [-2.0]]
    sigmoid = make(Dense(1, "sigmoid", kernel_initializer="ones"), features=1)
    assert_array_equal(sigmoid.predict_classes(x), [1, 1, 0])
    assert_allclose(sigmoid.predict_proba(x).sum(axis=1), 1)
    assert_allclose(sigmoid.predict_proba(x)[:, 1], sigmoid.predict(x)[:, 0])
    for activation in ("sign", "step", "tanh"):
        model = make(Dense(1, activation, kernel_initializer="ones"), features=1)
        assert_array_equal(model.predict_classes(x), [1, 1, 0])
    softmax = make(Dense(3), Activation("softmax"), features=1)
    assert_array_equal(softmax.predict_classes(x), softmax.predict(x).argmax(axis=1))
    assert_allclose(softmax.predict_proba(x).sum(axis=1), 1, rtol=1e-6)
    several = make(Dense(2, "sigmoid"), features=1)
    assert_array_equal(several.predict_proba(x), several.predict(x))
    assert several.predict_classes(x).dtype == np.int64


def test_prediction_in_slices_equals_prediction_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    model = make(Flatten(), Rescaling(0.5, 1), Dense(3, "tanh"), features=4)
    x = np.random.default_rng(0).standard_normal((10, 4))
    expected = model.predict(x)
    monkeypatch.setattr("thumbnet.trainer.network.batches.MOST_ROWS", 3)
    assert_allclose(model.predict(x), expected, rtol=1e-6)


def test_weights_go_out_and_in() -> None:
    one, other = make(Dense(3), Dense(2)), make(Dense(3), Dense(2))
    other.set_weights(one.get_weights())
    assert_array_equal(one.predict([[1, 2]]), other.predict([[1, 2]]))


def test_a_seed_fixes_the_weights() -> None:
    first, second = make(Dense(3), Dense(2)), make(Dense(3), Dense(2))
    for a, b in zip(first.get_weights(), second.get_weights(), strict=True):
        assert_array_equal(a, b)
    fresh = [Sequential([Dense(3)]) for _ in range(2)]
    for model in fresh:
        model.build(2)
    assert not np.array_equal(fresh[0].get_weights()[0], fresh[1].get_weights()[0])


LINEAR = make(Dense(1))
NOT_BUILT = Sequential([Dense(2)])


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (
            lambda: LINEAR.predict([[1, 2, 3]]),
            "x has examples of 3 features, the model takes 2 fea",
        ),
        (
            lambda: LINEAR.predict([1, 2]),
            "x has shape (2,), expected (examples, features): reshape",
        ),
        (lambda: LINEAR.predict(np.zeros((0, 2))), "x is empty, its shape is (0, 2): give data"),
        (lambda: LINEAR.predict([["a", "b"]]), "x holds <U1, not numbers: convert it first"),
        (lambda: LINEAR.predict([[1, 2], [3]]), "x has rows of unequal length: give all rows"),
        (lambda: LINEAR.predict([[1, 2], [3, np.nan]]), "x holds NaN or infinity at row 1: remove"),
        (lambda: LINEAR.predict([[1, -np.inf]]), "x holds NaN or infinity at row 0: remove that"),
        (
            lambda: LINEAR.predict_classes([[1, 2]]),
            "one linear output is a number, not a class: us",
        ),
        (lambda: LINEAR.predict_proba([[1, 2]]), "predict_proba needs a softmax or sigmoid at the"),
        (lambda: LINEAR.evaluate([[1, 2]], [1]), "the model is not compiled: call compile(optimiz"),
        (lambda: LINEAR.set_weights([]), "the model has 2 weights, not 0"),
        (
            lambda: NOT_BUILT.predict([[1, 2]]),
            "the model has no weights: call build((features,)) or",
        ),
        (lambda: NOT_BUILT.count_params(), "the model has no weights: call build((features,)) or"),
        (
            lambda: NOT_BUILT.compile("adamw", "mse"),
            "unknown optimizer 'adamw': choose one of sgd,",
        ),
        (lambda: NOT_BUILT.compile("adam", "mse", ["auc"]), "unknown metric 'auc': choose one of"),
    ],
)
def test_refused(action, message: str) -> None:
    with pytest.raises(ThumbnetError) as caught:
        action()
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_huge_finite_numbers_are_not_taken_for_infinity() -> None:
    assert prepare_inputs(np.full((3, 2), 1e308), (2,)).shape == (3, 2)
