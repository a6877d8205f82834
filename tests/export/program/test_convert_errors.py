"""What the exporter rejects, and its messages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.handmade import drawn, handmade

from thumbnet.export import Program, convert
from thumbnet.trainer import (
    Activation,
    BatchNormalization,
    Dense,
    Flatten,
    InputSpec,
    Layer,
    Normalization,
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
    assert "output 0: an accumulator could reach " in text
    assert "2**29 = 536870912: use fewer inputs to this layer (it has 17000)" in text


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
            assert "could reach 536878530" in refused(model, x)


def test_large_bias_is_kept_by_coarser_weights() -> None:
    model = built(Dense(1), shape=(1,))
    model.layers[0].kernel.assign(np.array([[1e-6]], np.float32))
    model.layers[0].bias.assign(np.array([1e6], np.float32))
    program = convert(model, np.array([[0.0], [1.0]]), name="net")
    assert program.predict([[1.0]])[0] == pytest.approx(1e6, rel=1e-5)


def test_layers_without_an_integer_form() -> None:
    class Wavelet(Dense):
        pass

    assert "layer 'wavelet" in refused(built(Wavelet(2)))
    assert "use one of Activation, Add, AveragePooling1D" in refused(built(Wavelet(2)))
    assert "leaky_relu cannot be the last" in refused(built(Dense(2, activation="leaky_relu")))
    assert "softmax over one output" in refused(built(Dense(1, activation="softmax")))
    double = built(Dense(2, activation="tanh"), Activation("softmax"))
    assert "the last activation follows activation, not a Dense" in refused(double)
    after = built(Dense(2, activation="relu"), BatchNormalization())
    assert "put the normalization before the activation" in refused(after)
    assert "the model has no Dense layer" in refused(built(Flatten()))


def test_unbuilt_model() -> None:
    assert "no input shape yet" in refused(Sequential([Dense(2)]))


def test_two_layers_of_one_name() -> None:
    model = built(Dense(2), Dense(2))
    model.layers[1].name = model.layers[0].name
    text = f"two layers are called '{model.layers[0].name}': give each its own name"
    assert text in refused(model)


def test_labels() -> None:
    model = built(Dense(3, activation="softmax"))
    model.labels = ("a", "b")
    assert "2 labels for 3 classes: set model.labels to 3 names" in refused(model)


def test_calibration_data() -> None:
    model = built(Dense(2))
    assert "no samples" in refused(model, np.zeros((0, 3)))
    assert "rows have 5 values, but the model takes 3" in refused(model, np.zeros((2, 5)))
    assert "row 1 contains NaN" in refused(model, np.array([[0.0] * 3, [1.0, np.nan, 0.0]]))
    model.layers[0].bias.assign(np.array([np.inf, 0], np.float32))
    assert "dense/bias contains NaN or infinity: training diverged: train again" in refused(model)


def test_resolution() -> None:
    model = built(Dense(2))
    assert "is not 1/N" in refused(model, resolution=0.3)
    said = refused(model, 1000 * X, resolution=1e-6)
    finest = float(re.search("coarser resolution, such as (.*)$", said)[1])  # type: ignore[index]
    convert(model, 1000 * X, name="net", resolution=finest)
    assert "coarser" in refused(model, 1000 * X, resolution=finest / 10)
    assert "train it in a larger unit" in refused(model, 1e7 * X, resolution=1)


def test_threshold() -> None:
    sigmoid = built(Dense(1, activation="sigmoid"))
    assert "threshold=1.5: it must be between 0 and 1" in refused(sigmoid, threshold=1.5)
    softmax = built(Dense(2, activation="softmax"))
    assert "threshold=0.3: it must be between 0 and 1, for one" in refused(softmax, threshold=0.3)


@pytest.mark.parametrize("threshold", [0.0, 1.0, -0.5, float("nan")])
def test_threshold_that_is_no_probability(threshold: float) -> None:
    text = refused(built(Dense(1, activation="sigmoid")), threshold=threshold)
    assert f"threshold={threshold}: it must be between 0 and 1, for one sigmoid output" in text


@pytest.mark.parametrize("activation", ["tanh", "sign", "step", "linear", "relu"])
def test_threshold_without_a_sigmoid(activation: str) -> None:
    text = refused(built(Dense(1, activation=activation)), threshold=0.3)
    assert "threshold=0.3: it must be between 0 and 1, for one sigmoid output" in text


@pytest.mark.parametrize("name", ["2fast", "my-net", "", "a" * 40, "naïve"])
def test_name(name: str) -> None:
    assert "cannot be imported on a board" in refused(built(Dense(2)), name=name)


def test_name_of_a_builtin_module() -> None:
    text = refused(built(Dense(2)), name="json")
    assert "called 'json': MicroPython has a module of that name" in text
    assert text.endswith("use another name, such as --name json_net")
    assert "the firmware of microbit" in refused(built(Dense(2)), name="music", board="microbit")


def test_board() -> None:
    text = refused(built(Dense(2)), board="generik")
    assert text.startswith("unknown board 'generik': did you mean 'generic'? use one of ")
    assert text.endswith("unix, unix_arm64, wasm, or your own profile: --board FILE.toml")


def test_inputs_out_of_range() -> None:
    model = built(Dense(2, activation="softmax"))
    model.input_spec = InputSpec((3,), minimum=0.0, maximum=9.0)
    program = convert(model, np.array([[0.0, 5.0, 9.0]]), name="net")
    for row, message in (
        ([0, 1, 10], "row 0, input 2 is 10, expected 0 to 9"),
        ([0, float("nan"), 1], "row 0, input 1 is nan, expected 0 to 9"),
        ([0, 1], "rows have 2 values, but the network takes 3"),
    ):
        with pytest.raises(ThumbnetError, match=message):
            program.scores([row])


def test_no_probabilities() -> None:
    program = convert(built(Dense(1, activation="sign")), X, name="net")
    with pytest.raises(ThumbnetError, match="net ends with sign, so it has no probabilities"):
        program.probabilities(X)


def classes() -> Program:
    model = built(Dense(3, activation="softmax"))
    model.labels = ("red", "green", "blue")
    return convert(model, X, name="net")


def test_label_that_training_never_saw() -> None:
    text = "label 'pink' was not in training: use one of red, green, blue"
    with pytest.raises(ThumbnetError, match=text):
        classes().evaluate(X, ["red"] * 39 + ["pink"])


@pytest.mark.parametrize("rows", [0, 39, 41])
def test_targets_of_another_length(rows: int, tmp_path: Path) -> None:
    text = f"{rows} targets for 40 rows: pass one target per row"
    with pytest.raises(ThumbnetError, match=text):
        classes().evaluate(X, np.zeros(rows))
    with pytest.raises(ThumbnetError, match=text):
        classes().write(tmp_path, X, np.zeros(rows))
    assert list(tmp_path.iterdir()) == []


def test_labels_that_are_equal() -> None:
    model = built(Dense(3, activation="softmax"))
    model.labels = ("a", "b", "a")
    assert "two labels are equal in ('a', 'b', 'a'): give each class its own" in refused(model)


@pytest.mark.parametrize(
    ("outputs", "activation", "said"),
    [
        (2, "relu", "2 relu outputs with labels: end with softmax, or set model.labels to None"),
        (1, "relu", "1 relu output with labels: end with sigmoid, or set model.labels to None"),
        (1, "linear", "1 linear output with labels: end with sigmoid, or set model.labels to None"),
    ],
)
def test_labels_on_a_measurement(outputs: int, activation: str, said: str) -> None:
    model = built(Dense(outputs, activation=activation))
    model.labels = ("a", "b")
    assert said in refused(model)


def test_resolutions_of_another_number() -> None:
    text = refused(built(Dense(2)), X * [1, 100, 10_000], resolution=(0.1, 0.5))
    assert "2 resolutions for 3 features: set one for all, or one for each" in text


@pytest.mark.parametrize("resolution", [0.0, -0.1, 2.0, float("nan"), (0.1, 0.3, 0.1)])
def test_resolution_that_is_no_fraction(resolution: Any) -> None:
    assert "is not 1/N: use 1, 0.5, 0.1, 0.01" in refused(built(Dense(2)), resolution=resolution)


def test_range_that_is_empty() -> None:
    model = built(Dense(2))
    model.input_spec = InputSpec((3,), resolution=1.0, minimum=-0.2, maximum=0.2)
    assert "an input's minimum is not below its maximum" in refused(model)


@pytest.mark.parametrize("margin", [-0.1, float("nan"), float("inf")])
def test_margin(margin: float) -> None:
    assert f"margin={margin} must be 0 or more" in refused(built(Dense(2)), margin=margin)


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        ([["a", "b", "c"]], "the samples are not numbers: pass rows of numbers"),
        ([1.0, 2.0, 3.0], "samples of shape (3,): pass rows, (n, features)"),
        (7.0, "samples of shape (): pass rows, (n, features)"),
        (None, "samples of shape (): pass rows, (n, features)"),
    ],
)
def test_samples_that_are_no_rows(samples: Any, said: str) -> None:
    assert refused(built(Dense(2)), samples) == f"calibration: {said}"


@pytest.mark.parametrize(("unit", "power"), [(1e25, 22), (1e-30, -33)])
def test_output_in_a_unit_beyond_a_boards_integers(unit: float, power: int) -> None:
    text = refused(handmade((np.full((3, 1), unit), 0.0, "linear")))
    assert f"an output is measured in steps of 1e{power}, but a board's limit is 1e9" in text


@pytest.mark.parametrize("sign", [1, -1])
def test_counts_limit_is_exact(sign: int) -> None:
    model = built(Dense(1), shape=(1,))
    for most, fits in ((2**20 - 1, True), (2**20, False)):
        low, high = sorted((0.0, float(sign * most)))
        model.input_spec = InputSpec((1,), resolution=1.0, minimum=low, maximum=high)
        x = np.array([[0.0], [sign * most]])
        if fits:
            convert(model, x, name="net")
        else:
            assert "inputs reach 1048576 counts of their resolution" in refused(model, x)


def test_scaling_beyond_29_bits() -> None:
    scaling = Normalization(np.array([1e6]), np.array([-1e15]))
    x = np.array([[0.0], [1.0]])
    text = refused(built(scaling, Dense(1), shape=(1,)), x, resolution=0.001)
    assert "exceeds 29 bits: standardize the inputs" in text


def test_scores_worth_too_many_nats() -> None:
    program = convert(drawn(Dense(3, activation="softmax"), inputs=3, gain=1e10), X, name="net")
    (winner,) = set(program.probabilities(X[:1])[0].tolist()) - {0}
    assert winner == 2**15


def test_scores_worth_next_to_nothing() -> None:
    program = convert(drawn(Dense(3, activation="softmax"), inputs=3, gain=1e-9), X, name="net")
    assert np.array_equal(program.probabilities(X).sum(axis=1), np.full(40, 2**15))


def test_threshold_beyond_every_score() -> None:
    model = handmade((np.full((3, 1), 1e-9), 0.0, "sigmoid"))
    text = refused(model, threshold=0.9)
    assert "no score can reach the decision threshold: use one nearer to 0.5" in text
