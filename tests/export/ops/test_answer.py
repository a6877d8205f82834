"""The operations after the scores: thresholds, probabilities, units."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.handmade import handmade, the_node
from support.networks import run_module
from support.operations import integer_forward

from thumbnet.export import Graph, TensorSpec, convert
from thumbnet.export.graph.graph import Node
from thumbnet.export.kernels.build import Build
from thumbnet.export.ops import operation
from thumbnet.export.ops.answer import answer_nodes, decimal_steps
from thumbnet.export.quantizer.task import Task
from thumbnet.trainer import Sequential, ThumbnetError

X = np.linspace(-4, 4, 81)[:, None]


def neuron(activation: str) -> Sequential:
    return handmade(([[1.0]], 0.0, activation))


def test_threshold_is_met_by_the_score_that_equals_it() -> None:
    program = convert(handmade((np.zeros((2, 1)), 0.0, "sigmoid")), np.ones((3, 2)), name="net")
    assert program.scores([[1, 1]]).tolist() == [[0]]
    assert program.predict([[1, 1]])[0] == 1
    assert run_module(program.module())["predict"]([1, 1]) == 1


def decision(logit: float, scale: float = 0.3) -> int:
    task = Task("decision", "sigmoid", ("0", "1"), 1.0, logit)
    nodes, _, _ = answer_nodes(TensorSpec("scores", (1,), "int32", scale=scale), task)
    return int(nodes[0].attributes["threshold"])


def test_threshold_is_the_nearest_score() -> None:
    assert [decision(logit) for logit in (0.0, 0.5, 1.0, -0.5, -1.0)] == [0, 2, 3, -2, -3]


def test_threshold_beyond_every_score() -> None:
    assert decision(1.0, scale=1 / (2**28 - 1)) == 2**28 - 1
    for logit in (1.0, -1.0):
        with pytest.raises(ThumbnetError, match=r"the decision threshold: use one nearer to 0.5"):
            decision(logit, scale=2.0**-28)


def softmax_scaling(scale: float) -> dict[str, int]:
    task = Task("classifier", "softmax", ("0", "1"), 1.0)
    nodes, _, _ = answer_nodes(TensorSpec("scores", (2,), "int32", scale=scale), task)
    return nodes[-1].attributes


@pytest.mark.parametrize("scale", [1e-7, 1e-3, 0.7, 100.0])
def test_softmax_scaling_is_in_256ths_of_a_nat(scale: float) -> None:
    a = softmax_scaling(scale)
    assert a["multiplier"] * 2.0 ** (a["left_shift"] - a["shift"]) == pytest.approx(
        256 * scale, rel=2**-15
    )
    assert 12 <= a["limit"] * scale <= 12 + 2 * scale


def test_largest_and_smallest_step_of_the_softmax() -> None:
    a = softmax_scaling(0.99 * 2**18)
    assert (a["limit"], a["left_shift"]) == (2, 27)
    with pytest.raises(ThumbnetError, match=r"is worth 3e.05 nats, .*: training diverged, or"):
        softmax_scaling(1.01 * 2**18)
    assert softmax_scaling(1e-12)["limit"] == 2**29 - 1


def test_tanh_is_worth_two_nats() -> None:
    program = convert(neuron("tanh"), X, name="net")
    got = program.probabilities(X)[:, 1] / 2**15
    np.testing.assert_allclose(got, (1 + np.tanh(X[:, 0])) / 2, atol=0.02)


@pytest.mark.parametrize(
    ("activation", "outputs", "classes"),
    [("sigmoid", 1, 2), ("tanh", 1, 2), ("sigmoid", 3, 3), ("tanh", 3, 3), ("softmax", 3, 3)],
)
def test_number_of_probabilities(activation: str, outputs: int, classes: int) -> None:
    program = convert(handmade((np.ones((1, outputs)), 0.0, activation)), X, name="net")
    assert program.graph.tensors["probabilities"].shape == (classes,)
    assert program.probabilities(X).shape == (81, classes)
    assert len(run_module(program.module())["predict_proba"]([0.0])) == classes


def test_several_sigmoids_need_not_sum_to_one() -> None:
    program = convert(handmade(([[0.0, 0.0, 0.0]], 3.0, "sigmoid")), X, name="net")
    np.testing.assert_allclose(program.probabilities(X) / 2**15, 0.9526, atol=0.001)


def test_decimal_steps_are_powers_of_ten() -> None:
    finest = np.array([0.0, 1.0, 1.01, 9.9, 0.0011, 2e-9])
    assert decimal_steps(finest) == pytest.approx([1, 1, 10, 10, 0.01, 1e-8])


@pytest.mark.parametrize(("finest", "power"), [(1.1e9, 10), (2e-11, -10), (3e24, 25)])
def test_regression_step_beyond_a_boards_integers(finest: float, power: int) -> None:
    with pytest.raises(ThumbnetError, match=f"in steps of 1e{power}, but a board's limit is 1e9"):
        decimal_steps(np.array([1.0, finest]))


def test_measure_holds_a_unit_for_each_output() -> None:
    model = handmade(([[1e6, 1.0, 0.0]], 0.0, "linear"))
    a = the_node(convert(model, X, name="net").graph, "measure").attributes
    assert a["step"].tolist() == [1000, 1, 1]
    assert a["units"].tolist() == [1, 1000, 1]


def test_sign_scores_have_no_probabilities() -> None:
    for activation in ("sign", "step"):
        program = convert(neuron(activation), X, name="net")
        assert [node.op for node in program.graph.nodes][-1] == "decide"


def test_threshold_of_half_is_zero() -> None:
    for threshold in (None, 0.5):
        program = convert(neuron("sigmoid"), X, name="net", threshold=threshold)
        assert the_node(program.graph, "decide").attributes["threshold"] == 0


def test_measured_values_are_scores_times_step_over_units() -> None:
    scores = np.array([[3, -5]])
    scaling = {"step": np.array([10, 1]), "units": np.array([1, 4])}
    assert integer_forward("measure", scores, **scaling).tolist() == [[30.0, -1.25]]


@pytest.mark.parametrize(
    ("outputs", "file", "step"), [(1, "measure", 10), (2, "measure_all", (10, 10))]
)
def test_one_measurement_is_a_number_and_several_are_a_tuple(
    outputs: int, file: str, step: int | tuple[int, ...]
) -> None:
    scaling = {"step": np.full(outputs, 10), "units": np.ones(outputs, int)}
    node = Node("measure", ("scores",), "prediction", scaling)
    tensors = {"scores": TensorSpec("scores", (outputs,), "int32")}
    graph = Graph("net", "fuse", "input", ("scores",), (node,), tensors)
    sources = operation(node).sources(graph, node, Build())
    assert (sources.files, sources.answers) == ((file,), file)
    literals = operation(node).literals(graph, node)
    assert literals == {"OUTPUT_STEP": step, "OUTPUT_UNITS": 1 if outputs == 1 else (1, 1)}


@pytest.mark.parametrize(
    ("kind", "function", "outputs", "op", "classes"),
    [
        ("classifier", "softmax", 3, "softmax", 3),
        ("classifier", "linear", 3, "softmax", 3),
        ("classifier", "sigmoid", 3, "logistic_all", 3),
        ("decision", "sigmoid", 1, "logistic", 2),
        ("decision", "linear", 1, "logistic", 2),
    ],
)
def test_probabilities_of_a_task(
    kind: str, function: str, outputs: int, op: str, classes: int
) -> None:
    task: Any = Task(kind, function, ("0", "1"), 1.0)
    scores = TensorSpec("scores", (outputs,), "int32", scale=0.3)
    nodes, tensors, names = answer_nodes(scores, task)
    assert (nodes[-1].op, names) == (op, ("prediction", "probabilities"))
    wanted = TensorSpec("probabilities", (classes,), "int32", scale=1 / 32768)
    assert tensors["probabilities"] == wanted


def test_far_beyond_the_limits_is_refused_as_just_beyond() -> None:
    with pytest.raises(ThumbnetError, match="the decision threshold"):
        decision(1.0, scale=2.0**-30)
    with pytest.raises(ThumbnetError, match="so every probability would be 0 or 1"):
        softmax_scaling(2.0**22)
    assert decimal_steps(np.array([1e9, 1e-9])).tolist() == [1e9, 1e-9]


def test_left_shift_of_the_softmax() -> None:
    edge = 0.5 * (1 - 2**-15) / 256
    assert softmax_scaling(edge)["left_shift"] == 1
    assert softmax_scaling(edge * (1 - 1e-9))["left_shift"] == 0
