"""Every stage of the graph can be printed and executed, and all give one answer."""

from __future__ import annotations

import numpy as np
import pytest
from support.networks import run_module

from thumbnet.export import STAGES, Options, convert, run_until
from thumbnet.export.graph.graph import Graph
from thumbnet.export.stages.calibrate import run_float
from thumbnet.export.stages.check_graph import FLOAT_STAGES
from thumbnet.export.stages.pipeline import stages
from thumbnet.export.stages.reference import execute, to_counts
from thumbnet.trainer import (
    Activation,
    BatchNormalization,
    Dense,
    Dropout,
    Flatten,
    InputSpec,
    Normalization,
    Rescaling,
    Sequential,
    ThumbnetError,
)

RNG = np.random.default_rng(3)
X = RNG.normal(0, 2, (300, 2, 3)).astype(np.float32)


def every_layer() -> Sequential:
    model = Sequential(
        [
            Rescaling([-0.5, 0.4, 1.5], 0.25),
            Flatten(),
            BatchNormalization(),
            Dense(8, use_bias=False),
            BatchNormalization(),
            Activation("relu"),
            Dropout(0.3),
            Dense(7, activation="tanh"),
            BatchNormalization(),
            Dense(6, activation="leaky_relu"),
            Dense(5, activation="sigmoid"),
            Dense(4),
            Dense(3),
            Activation("softmax"),
        ]
    )
    model.build((2, 3))
    for layer in model.layers:
        for variable in layer.variables:
            shape = variable.numpy().shape
            value = RNG.uniform(0.5, 1.5, shape)
            if len(shape) == 2:
                value = RNG.normal(0, 1.2 / np.sqrt(shape[0]), shape)
            variable.assign(value.astype(np.float32))
    return model


def scores(graph: Graph) -> np.ndarray:
    """The values before the last softmax, in real units, whatever the stage."""
    if graph.stage in FLOAT_STAGES:
        last = graph.nodes[-1]
        assert last.attributes == {"function": "softmax"}
        return run_float(graph, X)[last.inputs[0]]
    values = execute(graph, to_counts(graph, X))
    return values["scores"] * graph.tensors["scores"].scale


def test_all_stages_give_one_answer() -> None:
    model = every_layer()
    logits = np.log(model.predict(X).astype(np.float64))
    answers = {}
    for graph, _ in stages(model, X, Options("net")):
        assert str(graph).startswith(f"graph net ({graph.stage})")
        answers[graph.stage] = scores(graph)
    assert tuple(answers) == STAGES
    for stage in FLOAT_STAGES:
        centred = answers[stage] - answers[stage].mean(axis=1, keepdims=True)
        wanted = logits - logits.mean(axis=1, keepdims=True)
        np.testing.assert_allclose(centred, wanted, atol=1e-4)
    assert np.array_equal(answers["quantize"], answers["fuse"])
    noise = np.sqrt(np.mean((answers["fuse"] - answers["fold"]) ** 2))
    assert noise < 0.05 * np.std(answers["fold"])


def test_integer_accuracy_through_every_layer() -> None:
    model = every_layer()
    program = convert(model, X, name="net")
    assert np.mean(program.predict(X) == model.predict_classes(X)) > 0.95
    module = run_module(program.module())
    counts = to_counts(program.graph, X)[:20] / program.graph.nodes[0].attributes["units"]
    got = [module["scores"](row.tolist()) for row in counts]
    assert got == program.scores(X[:20]).tolist()


def test_stop_after_any_stage() -> None:
    model = every_layer()
    for stage in STAGES:
        assert run_until(model, X, Options("net"), stage)[0].stage == stage
    with pytest.raises(ThumbnetError, match="unknown stage 'fly': use one of lower, fold, equa"):
        run_until(model, X, Options("net"), "fly")


def test_fold_leaves_dense_and_curves() -> None:
    graph, _ = run_until(every_layer(), X, Options("net"), "fold")
    ops = [node.op for node in graph.nodes]
    assert ops == ["scale_shift"] + ["dense", "activation"] * 4 + ["dense", "dense", "activation"]
    assert np.all(graph.nodes[0].attributes["scale"] > 0)


def test_fuse_leaves_one_node_a_layer() -> None:
    graph, _ = run_until(every_layer(), X, Options("net"))
    assert [node.op for node in graph.nodes] == [
        "quantize_sensors",
        *["fully_connected"] * 6,
        "classify",
        "softmax",
    ]


def test_constant_feature_and_dead_unit() -> None:
    x = np.stack([np.full(50, 7.0), np.linspace(-1, 1, 50)], axis=1)
    model = Sequential([Normalization(), Dense(3, activation="relu"), Dense(2)])
    model.layers[0].adapt(x)
    model.build((2,))
    model.labels = ("no", "yes")
    kernel = np.array([[1.0, 0.0, -1.0], [2.0, 0.0, 1.0]], dtype=np.float32)
    model.layers[1].kernel.assign(kernel)
    model.layers[2].kernel.assign(np.array([[1.0, -1.0], [5.0, 5.0], [-1.0, 1.0]], np.float32))
    program = convert(model, x, name="net")
    assert np.mean(program.predict(x) == model.predict_classes(x)) >= 0.96


def test_zero_network() -> None:
    model = Sequential([Dense(3, activation="tanh"), Dense(2, activation="softmax")])
    model.build((4,))
    for variable in model.trainable_variables:
        variable.assign(np.zeros(variable.numpy().shape, np.float32))
    program = convert(model, np.zeros((5, 4)), name="net")
    assert program.scores(np.zeros((1, 4))).tolist() == [[0, 0]]
    assert program.probabilities(np.zeros((1, 4))).tolist() == [[16384, 16384]]


def test_inputs_from_minus_one_to_one() -> None:
    x = RNG.uniform(-1, 1, (200, 5))
    x[0], x[1] = -1, 1
    model = Sequential([Dense(2, activation="softmax")])
    model.build((5,))
    graph = convert(model, x, name="net", margin=0).graph
    tensor = graph.tensors["x"]
    assert tensor.zero_point == 128
    q = execute(graph, to_counts(graph, np.array([[-1.0] * 5, [0.0] * 5, [1.0] * 5])))["x"]
    assert q[:, 0].tolist() == [1, 128, 255]
    np.testing.assert_allclose(tensor.scale * (q[:, 0] - 128), [-1, 0, 1], atol=1e-12)


@pytest.mark.parametrize(("level", "resolution"), [(1000, 0.01), (100000, 0.1)])
def test_range_far_from_zero_keeps_its_resolution(level: int, resolution: float) -> None:
    """In pascals, neither the input steps nor the rounding of weights grow with the distance."""
    x = RNG.uniform(level, level + 10, (400, 3))
    model = Sequential([Dense(8, activation="relu"), Dense(1)], dtype=np.float64, seed=1)
    model.build((3,))
    kernel = model.layers[0].kernel.numpy()
    model.layers[0].bias.assign(-kernel.sum(axis=0) * (level + 5))
    program = convert(model, x, name="net", resolution=resolution)
    wanted = model.predict(x)[:, 0]
    assert np.abs(program.predict(x) - wanted).max() < 0.02 * np.ptp(wanted)


def test_threshold() -> None:
    model = Sequential([Dense(1, activation="sigmoid")])
    model.build((1,))
    model.layers[0].kernel.assign(np.array([[1.0]], np.float32))
    x = np.linspace(-4, 4, 81)[:, None]
    for threshold in (0.2, 0.5, 0.9):
        program = convert(model, x, name="net", threshold=threshold)
        wanted = (1 / (1 + np.exp(-x[:, 0])) >= threshold).astype(int)
        assert np.sum(program.predict(x) != wanted) <= 1


def test_features_in_very_different_units() -> None:
    """With pascals next to volts, each feature keeps all of uint8."""
    x = np.stack([RNG.uniform(99000, 101000, 400), RNG.uniform(-0.01, 0.01, 400)], axis=1)
    model = Sequential([Dense(1)])
    model.build((2,))
    model.layers[0].kernel.assign(np.array([[0.001], [100.0]], np.float32))
    program = convert(model, x, name="net")
    wanted = x @ [0.001, 100.0]
    assert np.abs(program.predict(x) - wanted).max() < 0.01 * np.ptp(wanted)
    equal, _ = run_until(model, x, Options("net", margin=0), "equalize")
    scaled = run_float(equal, x)["x"]
    np.testing.assert_allclose(
        [scaled.min(axis=0), scaled.max(axis=0)], [[-1, -1], [1, 1]], atol=1e-3
    )


def test_pixels_share_one_scale() -> None:
    x = (RNG.integers(0, 200, (100, 30)) * (RNG.random(30) < 0.7)).astype(np.uint8)
    model = Sequential([Rescaling(1 / 255), Dense(2, activation="softmax")])
    model.build((30,))
    graph = convert(model, x, name="net").graph
    assert graph.nodes[0].op == "quantize_levels"
    assert graph.nodes[0].attributes == {"minimum": 0, "maximum": 255, "gain": 1}
    assert graph.tensors["x"].scale == pytest.approx(1 / 255)


def test_readings_beyond_the_training_range_up_to_the_margin() -> None:
    """Accepted inputs stay distinguishable: none saturates before it is rejected."""
    x = np.linspace(-10, 35, 451)[:, None]
    model = Sequential([Dense(1)])
    model.build((1,))
    model.layers[0].kernel.assign(np.array([[1.0]], np.float32))
    program = convert(model, x, name="net", resolution=0.1)
    beyond = np.array([[-15.0], [38.0], [40.0]])
    assert np.abs(program.predict(beyond) - beyond[:, 0]).max() < 0.2
    with pytest.raises(ThumbnetError, match=r"input 0 is 42, expected -15.6 to 40.6"):
        program.predict([[42.0]])
    wide = convert(model, x, name="net", resolution=0.1, margin=1.0)
    assert abs(wide.predict([[79.0]])[0] - 79) < 0.4
    with pytest.raises(ThumbnetError, match="margin=-1 must be 0 or more"):
        convert(model, x, name="net", margin=-1)


def test_a_declared_range_is_accepted_whole_and_saturates_outside_the_data() -> None:
    x = np.linspace(-1, 1, 201)[:, None]
    model = Sequential([Dense(1)])
    model.build((1,))
    model.layers[0].kernel.assign(np.array([[1.0]], np.float32))
    model.input_spec = InputSpec((1,), resolution=0.01, minimum=-16.0, maximum=16.0)
    program = convert(model, x, name="net")
    assert program.predict([[16.0]])[0] == pytest.approx(1.25, abs=0.02)
    assert np.abs(program.predict(x) - x[:, 0]).max() < 0.01
