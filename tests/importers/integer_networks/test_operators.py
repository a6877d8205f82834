"""Each operator of 8-bit networks, and random networks of them: every integer is that of LiteRT."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.imported import imported, mixed_net
from support.imported_scores import interpreter, rows, scores_of_litert, scores_of_thumbnet
from support.kernels import SOME
from support.micropython import needs_micropython
from support.tflite_builder import Network, build
from support.tflite_graphs import random_network
from support.tflite_operators import OPERATORS
from support.tflite_values import int32s, place, scale

from thumbnet.export import convert_graph
from thumbnet.importers.integer_networks.constants import FOLDED
from thumbnet.importers.integer_networks.registry import MADE, TRANSLATORS
from thumbnet.tools.targets import open_target
from thumbnet.trainer import ThumbnetError

SEEDS = st.integers(0, 2**32 - 1)

WITHOUT_MAKERS = {
    *("DEQUANTIZE", "PADV2", "SPLIT_V"),
    *("ASSIGN_VARIABLE", "CALL_ONCE", "READ_VARIABLE", "VAR_HANDLE"),
}
"""Operators that a maker of another name makes, or a test of its own."""

ENDS = {"quantize_levels", "scores_of_levels", "measure", "classify", "probabilities_of_levels"}
"""Operations that no operator becomes."""


def assert_equal(net: Network, outputs: list[int], rng: np.random.Generator) -> set[str]:
    """Compare all scores; return the operations of the graph."""
    data = build(net.model(*outputs))
    network = imported.__wrapped__(data)
    x = rows(rng, network, 4)
    found = scores_of_thumbnet(network, x)
    assert found.tolist() == scores_of_litert(interpreter(data), x).tolist()
    return {node.op for node in network.graph.nodes}


@pytest.mark.parametrize("name", OPERATORS)
@given(seed=SEEDS)
@examples(40, SOME)
def test_operator(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    net, outputs = OPERATORS[name](rng)
    made = assert_equal(net, outputs, rng) - ENDS
    names = {operator.name for operator in net.operators}
    assert made <= {op for one in names for op in MADE[one]}


@given(seed=SEEDS, steps=st.integers(2, 14))
@examples(60, SOME)
def test_random_network(seed: int, steps: int) -> None:
    rng = np.random.default_rng(seed)
    net, outputs = random_network(rng, steps)
    if not outputs or max(scales(net, outputs)) > 2**28:
        return
    try:
        imported.__wrapped__(build(net.model(*outputs)))
    except ThumbnetError as error:
        if " are too far from " in str(error):  # scales that no quantizer would choose
            return
    assert_equal(net, outputs, rng)


def scales(net: Network, numbers: list[int]) -> list[float]:
    return [float(net.tensors[number].scales[0]) for number in numbers]


@pytest.mark.parametrize("tier", ["plain", "viper"])
@pytest.mark.parametrize("seed", range(4))
def test_on_the_unix_port(tier: str, seed: int) -> None:
    needs_micropython()
    rng = np.random.default_rng(seed)
    data = build(network_of(rng)) if seed else mixed_net()
    network = imported(data)
    program = convert_graph(network.graph, network.task, network.layers, board="unix", tier=tier)
    x = rows(rng, network, 6)
    with open_target("unix") as target:
        target.put(program.files())
        said = [
            line["scores"] for line in target.run("selftest", "net", x.tolist()) if "scores" in line
        ]
    assert said == scores_of_litert(interpreter(data), x).tolist()


def network_of(rng: np.random.Generator) -> object:
    net, outputs = random_network(rng, 12)
    return net.model(*outputs)


def test_every_operator_has_a_maker_and_says_what_it_makes() -> None:
    assert TRANSLATORS.keys() == MADE.keys() == OPERATORS.keys() | WITHOUT_MAKERS


# Ends in float, and sizes


def test_float_ends_are_left_out() -> None:
    rng = np.random.default_rng(0)
    net = Network()
    x = net.input((1, 20), (), 0, dtype="float32")
    a = net.apply("QUANTIZE", [x], (1, 20), 0.1, 3)
    b = net.apply("TANH", [a], (1, 20), 2.0**-7, 0)
    y = net.apply("DEQUANTIZE", [b], (1, 20), dtype="float32")
    network = imported(build(net.model(y)))
    assert network.source == "int8 .tflite with float ends, so levels go in and come out"
    levels = rng.integers(0, 256, (5, 20))
    found = scores_of_thumbnet(network, levels) * network.graph.tensors["scores"].scale
    made = interpreter(build(net.model(y)))
    (start,), (end,) = made.get_input_details(), made.get_output_details()
    for row, wanted in zip(levels, found, strict=True):
        made.set_tensor(start["index"], (np.float32(0.1) * (row - 131)).astype(np.float32)[None])
        made.invoke()
        assert made.get_tensor(end["index"])[0].tolist() == wanted.tolist()


def test_sizes_are_folded() -> None:
    """What Keras's Reshape becomes: SHAPE, STRIDED_SLICE, PACK, RESHAPE."""
    rng = np.random.default_rng(1)
    net = Network()
    x = net.input((1, 4, 6), *place(rng))
    at = scales(net, [x])[0], int(net.tensors[x].zero_points[0])
    size = net.tensor((3,), dtype="int32")
    net.operator("SHAPE", [x], [size], out_type="int32")
    batch = net.tensor((), dtype="int32")
    bounds = [net.constant(int32s(n)) for n in (0, 1, 1)]
    net.operator("STRIDED_SLICE", [size, *bounds], [batch], shrink_axis_mask=1)
    rest = [net.constant(np.array(n, np.int32)) for n in (8, 3)]
    wanted = net.tensor((3,), dtype="int32")
    net.operator("PACK", [batch, *rest], [wanted], values_count=3, axis=0)
    y = net.apply("RESHAPE", [x, wanted], (1, 8, 3), *at)
    z = net.apply("TANH", [y], (1, 8, 3), scale(rng), 5)
    assert assert_equal(net, [z], rng) == {
        "quantize_levels",
        "lookup",
        "scores_of_levels",
        "measure",
    }
    assert {"SHAPE", "PACK", "STRIDED_SLICE"} <= FOLDED.keys()


# What is refused


def one(
    name: str, shape: tuple[int, ...] = (1, 4), start: tuple[float, int] = (0.1, 0), **more: object
) -> Network:
    net = Network()
    x = net.input(shape, *start)
    net.apply("RELU", [x], shape, *start)
    net.apply(name, [x + 1], shape, **{"scale": 0.1, "zero_point": 0, **more})
    return net


def constant_operands() -> Network:
    net = Network()
    net.input((1, 4), 0.1)
    pair = [net.constant(np.ones((1, 4), np.int8), 0.1, 0) for _ in range(2)]
    net.apply("ADD", pair, (1, 4), 0.1, 0)
    return net


def joined(**more: object) -> Network:
    net = Network()
    x = net.input((1, 4), 0.1)
    y = net.apply("RELU", [x], (1, 4), 0.2)
    net.apply("CONCATENATION", [x, y], (1, 8), 0.1, 0, axis=1, **more)
    return net


def asymmetric() -> Network:
    net = Network()
    x = net.input((1, 4), 0.1)
    w = net.constant(np.ones((4, 4), np.int8), 0.1, 5)
    net.apply("FULLY_CONNECTED", [x, w], (1, 4), 0.1, 0)
    return net


def pooled(name: str) -> Network:
    net = Network()
    x = net.input((1, 4, 4, 1), 0.1, 0)
    window = {"filter_height": 2, "filter_width": 2, "stride_h": 2, "stride_w": 2}
    net.apply(name, [x], (1, 2, 2, 1), 0.2, 0, padding="VALID", **window)
    return net


def reduced() -> Network:
    net = Network()
    x = net.input((1, 4, 4, 1), 0.1, 0)
    net.apply("REDUCE_MAX", [x, net.constant(np.array([1], np.int32))], (1, 4, 1), 0.1, 7)
    return net


def averaged(height: int, width: int) -> Network:
    net = Network()
    x = net.input((1, height, width), 0.1, 0)
    net.apply("MEAN", [x, net.constant(int32s(1, 2))], (1,), 0.1, 0)
    return net


def quantized_twice() -> Network:
    net = Network()
    x = net.input((1, 4), dtype="float32")
    both = [net.apply("QUANTIZE", [x], (1, 4), 0.1, 3) for _ in range(2)]
    net.apply("ADD", both, (1, 4), 0.1, 3)
    return net


def turned(order: list[int]) -> Network:
    net = Network()
    x = net.input((1, 4), 0.1)
    y = net.apply("RELU", [x], (1, 4), 0.1, 0)
    net.apply("TRANSPOSE", [y, net.constant(int32s(*order))], (1, 4), 0.1, 0)
    return net


REFUSED = {
    "operator 0, FULLY_CONNECTED: its weights are not quantized symmetrically": asymmetric(),
    "operator 0, MAX_POOL_2D: input and output have different scales": pooled("MAX_POOL_2D"),
    "operator 0, AVERAGE_POOL_2D: input and output have diff": pooled("AVERAGE_POOL_2D"),
    "operator 0, REDUCE_MAX: input and output have different scales": reduced(),
    "operator 1, SOFTMAX: its output is not in steps of 1/256 from 0": one("SOFTMAX", beta=1.0),
    "SOFTMAX: its output is not in steps of 1/256 from 0: quant": one(
        "SOFTMAX", beta=1.0, scale=2.0**-8
    ),
    "operator 1, TANH: a tensor is uint8: quantize the network to int8": one("TANH", dtype="uint8"),
    "operator 1, TANH: a tensor is int16: quantize the whole network to int8": one(
        "TANH", dtype="int16"
    ),
    "operator 1, COS: thumbnet has no integer form of it: use one of ABS, ": one("COS"),
    "operator 1, SOFTMAX: its beta is 2: use 1": one("SOFTMAX", beta=2.0),
    "operator 1, RSQRT: its input can be negative: quantize it from 0.0 on": one("RSQRT"),
    "operator 1, HARD_SWISH: its output has much smaller steps than its input": one(
        "HARD_SWISH", start=(1.0, 0), scale=0.001
    ),
    "operator 0, ADD: both inputs are constants: compute it before": constant_operands(),
    "operator 1, CONCATENATION: an activation is fused to it: put it behind": joined(
        fused_activation_function="RELU"
    ),
    "operator 1, CONCATENATION: input and output have different scales: ": joined(),
    "operator 1, CAST: it casts int8 to int32: quantize instead, to int8": one(
        "CAST", dtype="int32", scale=(), in_data_type="int8", out_data_type="int32"
    ),
    "operator 0, MEAN: it adds 2105377 values: at most 2105376 can be added": averaged(1, 2105377),
    "it has 2,105,376 inputs, but 131,072 is the most": averaged(1, 2105376),
    "its input is float32 and not quantized at once: quantize the whole network": quantized_twice(),
    "operator 1, TRANSPOSE: its order [1, 1] is none of 2 axes: export the network": turned([1, 1]),
    "operator 1, TRANSPOSE: its order [0] is none of 2 axes: export the network again": turned([0]),
    "net.tflite: its input has 2 rows: give it a batch of 1": one("TANH", (2, 4)),
}


@pytest.mark.parametrize("message", REFUSED)
def test_refused_by_place(message: str) -> None:
    net = REFUSED[message]
    with pytest.raises(ThumbnetError) as caught:
        imported(build(net.model(len(net.tensors) - 1)))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_floats_inside_are_refused() -> None:
    net = Network()
    x = net.input((1, 4), 0.1)
    a = net.apply("DEQUANTIZE", [x], (1, 4), dtype="float32")
    b = net.apply("TANH", [a], (1, 4), dtype="float32")
    with pytest.raises(ThumbnetError, match="operator 0, DEQUANTIZE: floats follow it: quantize"):
        imported(build(net.model(b)))
