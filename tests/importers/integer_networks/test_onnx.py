"""Quantized ONNX networks: every integer of every output is that of onnxruntime."""

from __future__ import annotations

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

ENDS = {"quantize_levels", "scores_of_levels", "measure", "classify"}


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


@pytest.mark.parametrize("dtype", TYPES)
def test_softmax_is_a_classifier(dtype: str) -> None:
    net = Network(np.random.default_rng(0), dtype)
    y = STEPS["Gemm"](net, net.start((1, 5)))
    assert y is not None
    data = net.model(net.apply("Softmax", [y], net.shapes[y], (F(1 / 256), net.low)))
    task = imported_onnx(data).task
    assert (task.kind, len(task.labels)) == ("classifier", net.shapes[y][1])


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
        if "no integers give them all" in str(error):
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


# What is refused


def refused(
    op: str, shape: tuple[int, ...] = (1, 4), dtype: str = "uint8", **settings: Any
) -> Network:
    net = Network(np.random.default_rng(0), dtype, 17)
    net.apply(op, [net.start(shape)], shape, **settings)
    return net


def between(op: str) -> Network:
    net = Network(np.random.default_rng(0))
    net.apply("Tanh", [net.node(op, [net.start((1, 4))])], (1, 4))
    return net


def twice() -> Network:
    net = Network(np.random.default_rng(0))
    y = net.node("Tanh", [net.start((1, 4))])
    net.quantized(net.node("Add", [net.quantized(y, (1, 4), net.place()), y]), (1, 4), net.place())
    return net


def cut_off() -> Network:
    net = Network(np.random.default_rng(0))
    x = net.start((1, 2, 3, 3))
    weight = net.fixed(np.ones((1, 2, 1, 1), np.int8), F(0.1))
    y = net.node("Relu", [net.node("Conv", [x, weight])])
    net.quantized(y, (1, 1, 3, 3), (F(0.1), 100))
    return net


def wide_weights() -> Network:
    net = Network(np.random.default_rng(0))
    weight = net.fixed(np.array([[0], [255]], np.uint8), F(0.1), 100, axis=1)
    net.apply("MatMul", [net.start((1, 2)), weight], (1, 1))
    return net


def average(scale: float = 0.1, **settings: Any) -> Network:
    """Of two values, whose halves are exact if the scale is that of the input."""
    net = Network(np.random.default_rng(0))
    x = net.quantized("x", (1, 2, 4), (F(0.1), 3))
    net.input = (1, 2, 4)
    net.apply("AveragePool", [x], (1, 2, 3), (F(scale), 3), kernel_shape=[2], **settings)
    return net


def of_two_types(op: str) -> Network:
    net = Network(np.random.default_rng(0), "uint8")
    x = net.start((1, 2, 4))
    net.dtype = np.dtype(np.int8)
    net.apply(op, [x], (1, 2, 1), (F(0.1), 3))
    return net


def fine_softmax() -> Network:
    net = Network(np.random.default_rng(0))
    net.apply("Softmax", [net.start((1, 4))], (1, 4), (F(2.0**-12), 0))
    return net


def anew() -> Network:
    net = Network(np.random.default_rng(0))
    net.quantized(net.start((1, 4)), (1, 4), (F(0.1), 3))
    return net


REFUSED = {
    "operator 2, Exp: thumbnet has no integer form of it: use one of Abs, Add, ": refused("Exp"),
    "operator 3, Tanh: it reads what Neg 2 computes, in floats: put QuantizeLinear": between("Neg"),
    "operator 2, Tanh: its result is read 2 times before it is quantized: quantize it": twice(),
    ", Relu: it cuts off levels of -10 to 15.5, so onnxruntime computes in": cut_off(),
    ", MatMul: its weights and their zero points need 9 bits: quantize": wide_weights(),
    "operator 2, AveragePool: float32 rounds its means by the order of values, so that": average(),
    "operator 2, AveragePool: its windows at the edge have fewer": average(0.137, pads=[1, 0]),
    "operator 2, GlobalAveragePool: it computes int8 and uint8, so onnxruntime adds": of_two_types(
        "GlobalAveragePool"
    ),
    "operator 2, Softmax: its output has a scale of 0.000244141: use 1/256, or": fine_softmax(),
    "operator 2, QuantizeLinear: it quantizes anew what is quantized, and onnxruntime": anew(),
    "operator 2, Transpose: its settings do not fit (": refused("Transpose", perm=[0, 3]),
}


@pytest.mark.parametrize("message", REFUSED)
def test_refused_by_place(message: str) -> None:
    net = REFUSED[message]
    with pytest.raises(ThumbnetError) as caught:
        imported_onnx(net.model([*net.shapes][-1]))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_output_in_floats_is_refused() -> None:
    net = Network(np.random.default_rng(0))
    y = net.node("Tanh", [net.start((1, 4))])
    with pytest.raises(ThumbnetError, match="operator 2, Tanh: its result is an output in floats"):
        imported_onnx(net.model(y))
