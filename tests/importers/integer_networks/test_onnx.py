"""Quantized ONNX networks: every integer of every output is that of onnxruntime."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.imported_scores import rows
from support.kernels import SOME
from support.micropython import needs_micropython
from support.onnx_classifiers import NETWORKS, quantized
from support.onnx_quantized import (
    F,
    Network,
    imported_onnx,
    scores_of_onnxruntime,
    scores_of_reference,
    session,
)
from support.onnx_quantized_steps import STEPS, some_shape

from thumbnet.export import convert_graph
from thumbnet.importers.integer_networks.onnx_registry import COMPUTES, MADE, MOVES
from thumbnet.tools.targets import open_target
from thumbnet.trainer import ThumbnetError

SEEDS = st.integers(0, 2**32 - 1)

TYPES = ("uint8", "int8")

ENDS = {"quantize_levels", "scores_of_levels", "measure", "classify", "probabilities_of_levels"}


def assert_equal(data: bytes, rng: Any, **entries: str) -> set[str]:
    """Compare all scores; return the operations of the graph."""
    network = imported_onnx.__wrapped__(data)
    x = rows(rng, network, 4)
    found = scores_of_reference(network, x)
    wanted = scores_of_onnxruntime(session(data, **entries), network, x)
    assert found.tolist() == wanted.tolist()
    return {node.op for node in network.graph.nodes} - ENDS


@pytest.mark.parametrize("name", STEPS)
@given(seed=SEEDS)
@examples(40, SOME)
def test_operation(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    made = None
    while made is None:
        net = Network(rng, str(rng.choice(TYPES)), int(rng.choice((14, 17, 21))))
        made = STEPS[name](net, net.start(some_shape(rng, int(rng.integers(2, 5)))))
    data = net.model(made)
    if has_no_integers(data):
        return
    done = assert_equal(data, rng)
    names = {node.op_type for node in net.nodes} & MADE.keys()
    assert done <= {op for one in names for op in MADE[one]} | {"move"}


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("axis", [1, 2])
def test_softmax_of_old_files(axis: int, dtype: str) -> None:
    """Before version 13, a Softmax is over all axes from one on."""
    rng = np.random.default_rng(axis)
    net = Network(rng, dtype, 12)
    x = net.quantized("x", (1, 4, 3, 2), (F(0.02), net.low))
    net.input = (1, 4, 3, 2)
    name = net.apply("Softmax", [x], (1, 4, 3, 2), (F(1 / 512), net.low + 3), axis=axis)
    assert "softmax_onnx" in assert_equal(net.model(name), rng)


def test_softmax_close_to_a_half() -> None:
    """Of the second, 42.5: the last bits of exponentials and of sums decide, and their order."""
    net = Network(np.random.default_rng(0))
    net.input = (1, 3)
    x = net.quantized("x", net.input, (F(0.13350015878677368), 0))
    data = net.model(net.apply("Softmax", [x], (1, 3), (F(1 / 256), 0)))
    network, levels = imported_onnx(data), np.array([*permutations((212, 243, 255))])
    found = scores_of_reference(network, levels)
    assert found.tolist() == scores_of_onnxruntime(session(data), network, levels).tolist()


@pytest.mark.parametrize(
    ("scale", "zero", "found"),
    [(1 / 256, 0, "softmax"), (1 / 255, 0, "linear"), (0.02, 3, "linear")],
)
@pytest.mark.parametrize("dtype", TYPES)
def test_softmax_is_a_classifier(dtype: str, scale: float, zero: int, found: str) -> None:
    """Its results are no logits, whatever their scale."""
    net = Network(np.random.default_rng(0), dtype)
    y = STEPS["Gemm"](net, net.start((1, 5)))
    assert y is not None
    data = net.model(net.apply("Softmax", [y], net.shapes[y], (F(scale), net.low + zero)))
    task = imported_onnx(data).task
    assert (task.kind, len(task.labels)) == ("classifier", net.shapes[y][1])
    assert (task.function, task.nats) == (found, None)


@pytest.mark.parametrize("zero", [3, 6])
@pytest.mark.parametrize("op", ["AveragePool", "ReduceMean"])
def test_means_of_exact_halves(op: str, zero: int) -> None:
    """With a scale whose multiples float32 has, every sum is exact."""
    rng = np.random.default_rng(zero)
    net = Network(rng, opset=17)
    net.input = (1, 2, 4, 4)
    x = net.quantized("x", net.input, (F(0.375), zero))
    settings = {"kernel_shape": [2, 2]} if op == "AveragePool" else {"axes": [3]}
    shape = (1, 2, 3, 3) if op == "AveragePool" else (1, 2, 4, 1)
    data = net.model(net.apply(op, [x], shape, (F(0.375), zero), **settings))
    assert "sum_levels" in assert_equal(data, rng)


@given(seed=SEEDS, steps=st.integers(2, 10))
@examples(80, SOME)
def test_random_network(seed: int, steps: int) -> None:
    rng = np.random.default_rng(seed)
    data = random_network(rng, steps)
    if not has_no_integers(data):
        assert_equal(data, rng)


def has_no_integers(data: bytes) -> bool:
    """Whether a file is refused because float32 rounds so that no integers are always equal."""
    try:
        imported_onnx.__wrapped__(data)
    except ThumbnetError as error:
        if "no integers give them all" in str(error) or "is moved behind its" in str(error):
            return True
        raise
    return False


def random_network(rng: np.random.Generator, steps: int) -> bytes:
    net = Network(rng, str(rng.choice(TYPES)), int(rng.choice((14, 17, 21))))
    net.start(some_shape(rng, int(rng.integers(2, 5))))
    for _ in range(steps):
        x = list(net.shapes)[-int(rng.integers(1, min(len(net.shapes), 3) + 1))]
        small = np.prod(net.shapes[x]) < 2000
        names = [name for name in STEPS if small or name not in ("Pad", "Resize", "MatMul")]
        STEPS[str(rng.choice(names))](net, x)
    outputs = [*net.shapes][-int(rng.integers(1, 3)) :]
    return net.model(*outputs)


def test_every_operation_has_a_step_and_says_what_it_makes() -> None:
    assert MADE.keys() == MOVES.keys() | COMPUTES.keys()
    assert MADE.keys() == STEPS.keys() | {"Dropout", "Identity"}


# Whole networks, from onnxruntime's quantizer


@pytest.mark.parametrize("as_operators", [False, True], ids=["QDQ", "QOperator"])
@pytest.mark.parametrize("activations", ["QUInt8", "QInt8"])
@pytest.mark.parametrize("name", NETWORKS)
def test_whole_network(name: str, activations: str, as_operators: bool) -> None:
    data = quantized(name, activations, as_operators)
    assert "move" not in assert_equal(data, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("name", "activations"),
    [("resnet_8", "QUInt8"), ("ds_cnn", "QUInt8"), ("ds_cnn", "QInt8")],
)
def test_default_session(name: str, activations: str) -> None:
    """Of int8, if no tensor is read twice: then onnxruntime makes bytes without a sign of them."""
    data = quantized(name, activations)
    assert_equal(data, np.random.default_rng(1), **{"session.qdqisint8allowed": "0"})


@pytest.mark.parametrize("tier", ["plain", "viper"])
@pytest.mark.parametrize("seed", range(3))
def test_on_the_unix_port(tier: str, seed: int) -> None:
    needs_micropython()
    rng = np.random.default_rng(seed)
    data = random_network(rng, 12)
    network = imported_onnx(data)
    program = convert_graph(network.graph, network.task, network.layers, board="unix", tier=tier)
    x = rows(rng, network, 5)
    with open_target("unix") as target:
        target.put(program.files())
        said = [
            line["scores"] for line in target.run("selftest", "net", x.tolist()) if "scores" in line
        ]
    assert said == scores_of_onnxruntime(session(data), network, x).tolist()


# Layouts


def test_nothing_is_moved_between_layers_of_images() -> None:
    rng = np.random.default_rng(3)
    net = Network(rng)
    x = net.start((1, 3, 8, 8))
    a = STEPS["Conv"](net, x)
    assert a is not None
    shape = net.shapes[a]
    b = net.apply(
        "Transpose",
        [a],
        tuple(shape[k] for k in (0, 2, 3, 1)),
        net.quantization[a],
        perm=[0, 2, 3, 1],
    )
    c = net.apply(
        "Reshape",
        [b, net.constant(np.array([1, -1]))],
        (1, int(np.prod(shape))),
        net.quantization[b],
    )
    d = STEPS["Gemm"](net, c)
    e = STEPS["Gemm"](net, net.apply("Flatten", [a], (1, int(np.prod(shape))), net.quantization[a]))
    assert d is not None
    assert e is not None
    data = net.model(d, e)
    assert imported_onnx(data).source == "uint8 ONNX, rows with channels last"
    assert assert_equal(data, rng) == {"conv_xnnpack"}
