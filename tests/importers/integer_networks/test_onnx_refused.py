"""Quantized ONNX networks that are refused: by name, position and remedy, in one line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.onnx_quantized import F, Network, imported_onnx

from thumbnet.trainer import ThumbnetError


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


def moved_softmax() -> Network:
    net = Network(np.random.default_rng(0))
    flat = net.node("Flatten", [net.start((1, 4, 1))])
    net.apply("Softmax", [flat], (1, 4), (F(1 / 255), 0))
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
    "average over a picture, export with dynamo=False, which": between("ReduceMean"),
    "operator 2, Tanh: its result is read 2 times before it is quantized: quantize it": twice(),
    ", Relu: it cuts off levels of -10 to 15.5, so onnxruntime computes in": cut_off(),
    ", MatMul: its weights and their zero points need 9 bits: quantize": wide_weights(),
    "operator 2, AveragePool: float32 rounds its means by the order of values, so that": average(),
    "operator 2, AveragePool: its windows at the edge have fewer": average(0.137, pads=[1, 0]),
    "operator 2, GlobalAveragePool: it computes int8 and uint8, so onnxruntime adds": of_two_types(
        "GlobalAveragePool"
    ),
    "operator 3, Softmax: what it reads is moved behind its DequantizeLinear": moved_softmax(),
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
