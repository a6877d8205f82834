"""What the exporter refuses, and what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from thumbnet.export import BoardProfile, convert, load_board
from thumbnet.trainer import (
    Activation,
    BatchNormalization,
    Dense,
    Flatten,
    InputSpec,
    Layer,
    Sequential,
    ThumbnetError,
)

X = np.random.default_rng(0).normal(size=(40, 3))


def built(*layers: Layer, shape: tuple[int, ...] = (3,)) -> Sequential:
    model = Sequential(list(layers))
    model.build(shape)
    return model


def refused(model: Sequential, x: Any = X, **options: Any) -> str:
    with pytest.raises(ThumbnetError) as caught:
        convert(model, x, **{"name": "net", **options})
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_accumulator_bound() -> None:
    model = built(Dense(2), shape=(17000,))
    model.layers[0].kernel.assign(np.ones((17000, 2), np.float32))
    text = refused(model, np.random.default_rng(0).uniform(0, 1, (30, 17000)))
    assert "layer dense" in text
    assert "output 0: an accumulator may reach " in text
    assert "2**29 = 536870912: use fewer inputs to this layer (17000 now)" in text


def test_accumulator_bound_is_tight() -> None:
    # 127 * 255 * 16577 = 536846 145 < 2**29 = 536870 912 < 127 * 255 * 16578
    for inputs, fits in ((16577, True), (16578, False)):
        model = built(Dense(1), shape=(inputs,))
        model.layers[0].kernel.assign(np.ones((inputs, 1), np.float32))
        x = np.zeros((2, inputs))
        x[1] = 255
        model.input_spec = InputSpec((inputs,), resolution=1.0, minimum=0.0, maximum=255.0)
        if fits:
            assert convert(model, x, name="net").scores(x)[1, 0] > 0
        else:
            assert "may reach 536878530" in refused(model, x)


def test_large_bias_is_kept_by_coarser_weights() -> None:
    model = built(Dense(1), shape=(1,))
    model.layers[0].kernel.assign(np.array([[1e-6]], np.float32))
    model.layers[0].bias.assign(np.array([1e6], np.float32))
    program = convert(model, np.array([[0.0], [1.0]]), name="net")
    assert program.predict([[1.0]])[0] == pytest.approx(1e6, rel=1e-5)


def test_layers_without_an_integer_form() -> None:
    class Wavelet(Dense):
        pass

    assert "no operation for layer 'wavelet" in refused(built(Wavelet(2)))
    assert "use one of Activation, BatchNormalization, Dense" in refused(built(Wavelet(2)))
    assert "leaky_relu cannot be the last" in refused(built(Dense(2, activation="leaky_relu")))
    assert "softmax over one output" in refused(built(Dense(1, activation="softmax")))
    middle = built(Dense(2, activation="softmax"), Dense(2))
    assert "is a softmax in the middle" in refused(middle)
    double = built(Dense(2, activation="tanh"), Activation("softmax"))
    assert "the last activation follows activation, not a Dense" in refused(double)
    after = built(Dense(2, activation="relu"), BatchNormalization())
    assert "put the normalization before the activation" in refused(after)
    assert "the model has no Dense layer" in refused(built(Flatten()))
    assert "is applied to the input itself" in refused(built(Activation("relu"), Dense(2)))


def test_unbuilt_model() -> None:
    assert "no input shape yet" in refused(Sequential([Dense(2)]))


def test_labels() -> None:
    model = built(Dense(3, activation="softmax"))
    model.labels = ("a", "b")
    assert "2 labels for 3 classes: set model.labels to 3 names" in refused(model)


def test_calibration_data() -> None:
    model = built(Dense(2))
    assert "no samples" in refused(model, np.zeros((0, 3)))
    assert "rows of 5 values, but the model takes 3" in refused(model, np.zeros((2, 5)))
    assert "row 1 holds NaN" in refused(model, np.array([[0.0] * 3, [1.0, np.nan, 0.0]]))
    model.layers[0].bias.assign(np.array([np.inf, 0], np.float32))
    assert "dense_dense is not finite on some row" in refused(model)


def test_resolution() -> None:
    model = built(Dense(2))
    assert "is not 1/N" in refused(model, resolution=0.3)
    assert "give a coarser resolution" in refused(model, 1000 * X, resolution=1e-6)


def test_threshold() -> None:
    sigmoid = built(Dense(1, activation="sigmoid"))
    assert "threshold=1.5 needs one sigmoid output" in refused(sigmoid, threshold=1.5)
    softmax = built(Dense(2, activation="softmax"))
    assert "threshold=0.3 needs one sigmoid output" in refused(softmax, threshold=0.3)


@pytest.mark.parametrize("name", ["2fast", "my-net", "class", "", "a" * 40, "naïve"])
def test_name(name: str) -> None:
    assert "cannot be imported on a board" in refused(built(Dense(2)), name=name)


def test_name_of_a_builtin_module() -> None:
    assert "would hide MicroPython's own module" in refused(built(Dense(2)), name="json")


def test_board() -> None:
    text = refused(built(Dense(2)), board="generik")
    assert text == "no board 'generik': did you mean 'generic'? use one of generic, unix"


def test_too_large_for_the_profile(tmp_path: Path) -> None:
    model = built(Dense(200, activation="relu"), Dense(200))
    program = convert(model, X, name="net", board="generic")
    with pytest.raises(ThumbnetError) as caught:
        program.write(tmp_path)
    text = str(caught.value)
    assert "net needs about 182,860 bytes of heap to import, board generic has 100,000" in text
    assert "about 21,500 weights fit, it has 40,600" in text
    assert list(tmp_path.iterdir()) == []
    small = BoardProfile("tiny", "A tiny board", ("plain",), heap=10**9, flash=1000)
    with pytest.raises(ThumbnetError, match="board tiny has room for 1,000"):
        convert(model, X, name="net", board=small).write(tmp_path)
    assert convert(model, X, name="net", board=load_board("unix")).write(tmp_path).intact


def test_inputs_out_of_range() -> None:
    model = built(Dense(2, activation="softmax"))
    model.input_spec = InputSpec((3,), minimum=0.0, maximum=9.0)
    program = convert(model, np.array([[0.0, 5.0, 9.0]]), name="net")
    for row, message in (
        ([0, 1, 10], "row 0, input 2 is 10, expected 0 to 9"),
        ([0, float("nan"), 1], "row 0, input 1 is nan, expected 0 to 9"),
        ([0, 1], "rows of 2 values, but the network takes 3"),
    ):
        with pytest.raises(ThumbnetError, match=message):
            program.scores([row])


def test_no_probabilities() -> None:
    program = convert(built(Dense(1, activation="sign")), X, name="net")
    with pytest.raises(ThumbnetError, match="net ends in sign: it has no probabilities"):
        program.probabilities(X)
