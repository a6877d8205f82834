"""Every kind of layer gives the same answer after every stage, and in the module."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from support.examples import examples
from support.layer_models import MODELS, chain, convolutional, randomized, readings
from support.networks import module_text, run_module

from thumbnet.export import convert
from thumbnet.export.graph.graph import Graph
from thumbnet.export.program.quality import layer_quality
from thumbnet.export.stages.calibrate import run_float
from thumbnet.export.stages.pipeline import Options, stages
from thumbnet.export.stages.reference import execute, to_counts
from thumbnet.trainer import (
    GRU,
    Activation,
    BatchNormalization,
    Dense,
    Flatten,
    Layer,
    LayerNormalization,
    MaxPooling1D,
    Model,
    Rescaling,
)

EVERY = pytest.mark.parametrize("kind", MODELS)
FLOAT = ("lower", "fold", "equalize", "calibrate")


def made(kind: str) -> tuple[Model, np.ndarray[Any, Any]]:
    rng = np.random.default_rng(0)
    model = randomized(MODELS[kind](), rng)
    return model, readings(model, rng)


def graphs(model: Model, x: np.ndarray[Any, Any], **options: Any) -> dict[str, Graph]:
    return {graph.stage: graph for graph, _ in stages(model, x, Options("net", **options))}


@EVERY
def test_float_stages_compute_what_the_trainer_does(kind: str) -> None:
    model, x = made(kind)
    wanted = model.predict(x)
    found = graphs(model, x)
    for stage in FLOAT:
        graph = found[stage]
        got = run_float(graph, x)[graph.outputs[0]]
        assert np.allclose(got.reshape(wanted.shape), wanted, atol=1e-5), stage


@EVERY
@pytest.mark.parametrize("bits", [8, 4])
def test_integer_stages_agree_with_each_other_and_with_the_module(kind: str, bits: int) -> None:
    model, x = made(kind)
    found = graphs(model, x, bits=bits)
    graph = found["fuse"]
    counts = to_counts(graph, x)
    apart, fused = (execute(found[stage], counts) for stage in ("quantize", "fuse"))
    for name in set(apart) & set(fused):
        assert np.array_equal(apart[name], fused[name]), name
    module = run_module(module_text(graph))
    rows = [[float(v) for v in row.ravel()] for row in x[:6]]
    assert [module["scores"](row) for row in rows] == fused["scores"][:6].tolist()


@pytest.mark.parametrize("name", ["input", "x", "scores", "prediction", "probabilities"])
@pytest.mark.parametrize("first", [MaxPooling1D, LayerNormalization, BatchNormalization, GRU])
def test_a_layer_may_have_any_name(first: type[Layer], name: str) -> None:
    settings = {"units": 3} if first is GRU else {}
    model = chain((8, 3), first(**settings, name=name), Flatten(), Dense(3, "softmax"))
    x = readings(model, np.random.default_rng(0))
    module = run_module(module_text(graphs(model, x)["fuse"]))
    row = [float(v) for v in x[0].ravel()]
    assert module["scores"](row) == convert(model, x, name="net").scores(x[:1])[0].tolist()


@pytest.mark.parametrize("function", ["step", "sign"])
def test_a_threshold_of_the_input_is_exact(function: str) -> None:
    """Whatever the ranges: no reading is on the wrong side, and one at the threshold is above."""
    thresholds = np.array([0.7, -300.0, 0.0])
    x = thresholds + np.random.default_rng(0).normal(0, [1, 100, 0.01], (400, 3)).round(3)
    for row, distance in enumerate((0, 0.001, -0.001, 0.002, -0.002)):
        x[row] = thresholds + distance
    model = chain((3,), Rescaling(1.0, -thresholds), Activation(function), Dense(2, "softmax"))
    graph = convert(model, x, name="net", resolution=0.001).graph
    curve = graph.nodes[1].output
    got = execute(graph, to_counts(graph, x), [curve])[curve]
    assert np.array_equal(got == 255, x >= thresholds - 1e-9)


@pytest.mark.parametrize("function", ["tanh", "sigmoid"])
def test_a_curve_of_the_input_resolves_where_it_varies(function: str) -> None:
    """However far the readings go: one far out does not cost the others their precision."""
    x = np.random.default_rng(0).normal(0, [1, 300], (200, 2)).round(2)
    model = chain((2,), Activation(function), Dense(2, "softmax"))
    program = convert(model, x, name="net")
    found = {layer.tensor: layer.sqnr for layer in layer_quality(program.floats, program.graph, x)}
    assert found[program.graph.nodes[1].output] > 38
    module = module_text(program.graph)
    assert "answers as at the edge" not in module


def test_scales_of_each_number_after_a_flatten() -> None:
    model = chain(
        (4, 3),
        Flatten(),
        Rescaling(np.arange(1, 13), np.arange(12)),
        LayerNormalization(),
        Dense(3, "softmax"),
    )
    x = readings(model, np.random.default_rng(0))
    program = convert(model, x, name="net")
    for layer in layer_quality(program.floats, program.graph, x):
        assert layer.sqnr > 30, layer


@EVERY
def test_quantization_costs_little(kind: str) -> None:
    """Every tensor within 30 dB of the float graph's, so no scale or zero point is wrong."""
    model, x = made(kind)
    program = convert(model, x, name="net")
    for layer in layer_quality(program.floats, program.graph, x):
        assert layer.sqnr > 30, layer


@given(made=convolutional())
@examples(60)
def test_any_stack_of_windows(made: tuple[Model, np.ndarray[Any, Any]]) -> None:
    model, x = made
    found = graphs(model, x)
    floats, graph = found["calibrate"], found["fuse"]
    assert np.allclose(run_float(floats, x)[floats.outputs[0]], model.predict(x), atol=1e-4)
    wanted = execute(graph, to_counts(graph, x[:3]), ["scores"])["scores"]
    module = run_module(module_text(graph))
    assert [module["scores"]([float(v) for v in row.ravel()]) for row in x[:3]] == wanted.tolist()
