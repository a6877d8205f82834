"""The operations of ONNX: what each becomes in the float graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from ..onnx_files.read_onnx import OnnxNode
from .computing import concatenated, dense, reduced, softmax
from .float_graph import Pads
from .onnx_context import Context, Results
from .onnx_curves import CURVES
from .onnx_recurrent import gru, lstm, simple_rnn
from .onnx_settings import constant, ints, window_settings
from .onnx_shapes import SHAPES
from .sequences import layer_normalization
from .windows import convolution, padded, pool

Array = npt.NDArray[Any]


def _conv(c: Context, node: OnnxNode, inputs: Sequence[Any]) -> Results:
    x, kernel = inputs[0], constant(inputs, 1, "weights")
    bias = constant(inputs, 2, "bias") if len(inputs) > 2 and inputs[2] is not None else None
    x = c.tracer.materialize(x)
    sizes = x.shape[2:]
    window = tuple(kernel.shape[2:])
    strides, pads, dilations = window_settings(node, sizes, window)
    rank = kernel.ndim - 2
    kernel = kernel.transpose(*range(2, 2 + rank), 1, 0)
    groups = int(node.attributes.get("group", 1))
    return [
        convolution(
            c.tracer, x, kernel, bias, strides, pads, channel=1, dilations=dilations, groups=groups
        )
    ]


def _pool(kind: str) -> Callable[[Context, OnnxNode, Sequence[Any]], Results]:
    def take(c: Context, node: OnnxNode, inputs: Sequence[Any]) -> Results:
        x = c.tracer.materialize(inputs[0])
        window = tuple(ints(node, "kernel_shape", []))
        strides, pads, dilations = window_settings(node, x.shape[2:], window)
        if any(d != 1 for d in dilations):
            raise ThumbnetError("has dilations: use a pooling without")
        counts = bool(node.attributes.get("count_include_pad", 0))
        if node.attributes.get("ceil_mode", 0):
            wider = _ceiled(x.shape[2:], window, strides, pads)
            if counts and wider != pads:
                raise ThumbnetError("has ceil_mode and count_include_pad: use one of them")
            pads = wider
        return [pool(c.tracer, x, kind, window, strides, pads, channel=1, counts_padding=counts)]

    return take


def _ceiled(
    sizes: Sequence[int], window: Sequence[int], strides: Sequence[int], pads: Pads
) -> Pads:
    """Return the padding with what ceil_mode adds at the end."""
    result = []
    for n, k, s, (before, after) in zip(sizes, window, strides, pads, strict=True):
        count = -(-(n + before + after - k) // s) + 1
        if (count - 1) * s >= n + before:  # the last window would see only padding
            count -= 1
        result.append((before, max(after, (count - 1) * s + k - n - before)))
    return tuple(result)


def _reduce(kind: str) -> Callable[[Context, OnnxNode, Sequence[Any]], Results]:
    def take(c: Context, node: OnnxNode, inputs: Sequence[Any]) -> Results:
        x = c.tracer.materialize(inputs[0])
        given = (
            constant(inputs, 1, "axes").tolist()
            if len(inputs) > 1 and inputs[1] is not None
            else None
        )
        axes = given if given is not None else node.attributes.get("axes")
        if axes is None:
            raise ThumbnetError("reduces all axes, the batch too: give axes")
        return [reduced(c.tracer, x, kind, axes, bool(node.attributes.get("keepdims", 1)))]

    return take


def _global(kind: str) -> Callable[[Context, OnnxNode, Sequence[Any]], Results]:
    def take(c: Context, node: OnnxNode, inputs: Sequence[Any]) -> Results:
        x = c.tracer.materialize(inputs[0])
        return [reduced(c.tracer, x, kind, range(2, len(x.axes)), True)]

    return take


def _gemm(c: Context, node: OnnxNode, inputs: Sequence[Any]) -> Results:
    a, kernel = inputs[0], constant(inputs, 1, "weights")
    settings = node.attributes
    if settings.get("transA", 0):
        raise ThumbnetError("transposes its input: export it without transA")
    if isinstance(a, np.ndarray) or kernel.ndim != 2:
        raise ThumbnetError("needs an input tensor and a matrix of weights")
    kernel = kernel.T if settings.get("transB", 0) else kernel
    kernel = kernel.astype(np.float64) * settings.get("alpha", 1.0)
    bias = constant(inputs, 2, "bias") if len(inputs) > 2 and inputs[2] is not None else None
    if bias is not None:
        bias = bias.astype(np.float64) * settings.get("beta", 1.0)
    return [dense(c.tracer, a, kernel, bias)]


def _matmul(c: Context, node: OnnxNode, inputs: Sequence[Any]) -> Results:
    kernel = constant(inputs, 1, "second operand")
    if kernel.ndim != 2:
        raise ThumbnetError("multiplies by a constant that is no matrix: use a matrix of weights")
    return [dense(c.tracer, inputs[0], kernel, None)]


def _batch_normalization(c: Context, node: OnnxNode, inputs: Sequence[Any]) -> Results:
    names = ("scale", "bias", "mean", "variance")
    gamma, beta, mean, variance = (
        constant(inputs, i + 1, name).astype(np.float64) for i, name in enumerate(names)
    )
    x = c.tracer.materialize(inputs[0])
    scale = gamma / np.sqrt(variance + float(node.attributes.get("epsilon", 1e-5)))
    shape = (-1,) + (1,) * (len(x.axes) - 2)
    rows = (v.reshape(shape) for v in (scale, beta - scale * mean))
    return [c.tracer.scaled(x, *rows)]


def _layer_normalization(c: Context, node: OnnxNode, inputs: Sequence[Any]) -> Results:
    x = c.tracer.materialize(inputs[0])
    gamma = constant(inputs, 1, "scale")
    beta = constant(inputs, 2, "bias") if len(inputs) > 2 else np.zeros(1)
    axes = range(int(node.attributes.get("axis", -1)) % len(x.axes), len(x.axes))
    epsilon = float(node.attributes.get("epsilon", 1e-5))
    return [layer_normalization(c.tracer, x, axes, gamma, beta, epsilon)]


def _arithmetic(op: str) -> Callable[[Context, OnnxNode, Sequence[Any]], Results]:
    def take(c: Context, node: OnnxNode, inputs: Sequence[Any]) -> Results:
        result = inputs[0]
        for other in inputs[1:]:
            result = c.tracer.arithmetic(op, result, other)
        return [result]

    return take


def _concat(c: Context, node: OnnxNode, inputs: Sequence[Any]) -> Results:
    if any(isinstance(x, np.ndarray) for x in inputs):
        raise ThumbnetError("joins a tensor and a constant: export the network without")
    return [concatenated(c.tracer, inputs, int(node.attributes["axis"]))]


def _softmax(c: Context, node: OnnxNode, inputs: Sequence[Any]) -> Results:
    default = -1 if c.opset >= 13 else 1
    return [softmax(c.tracer, inputs[0], int(node.attributes.get("axis", default)))]


def _log_softmax(c: Context, node: OnnxNode, inputs: Sequence[Any]) -> Results:
    raise ThumbnetError("is not supported: leave it out, or use softmax; the classes are the same")


def _pad(c: Context, node: OnnxNode, inputs: Sequence[Any]) -> Results:
    x = c.tracer.materialize(inputs[0])
    rank = len(x.axes)
    value = node.attributes.get("value", 0.0)
    if len(inputs) > 2 and inputs[2] is not None:
        value = float(constant(inputs, 2, "value").reshape(-1)[0])
    if node.attributes.get("mode", "constant") != "constant" or value != 0:
        raise ThumbnetError(
            "pads with something else than zeros: pad with zeros, or before the network"
        )
    given = ints(node, "pads", [])
    if len(inputs) > 1:
        given = [int(n) for n in constant(inputs, 1, "pads").reshape(-1)]
    axes = list(range(rank))
    if len(inputs) > 3 and inputs[3] is not None:
        axes = [int(n) % rank for n in constant(inputs, 3, "axes").reshape(-1)]
    amounts = [(0, 0)] * rank
    for k, i in enumerate(axes):
        amounts[i] = (given[k], given[k + len(axes)])
    wide = [i for i, pair in enumerate(amounts) if any(pair)]
    channel = next((i for i in range(rank) if i != x.batch and i not in wide and i == 1), rank - 1)
    return [padded(c.tracer, x, amounts, channel)]


def _same(c: Context, node: OnnxNode, inputs: Sequence[Any]) -> Results:
    return [inputs[0]]


def _cast(c: Context, node: OnnxNode, inputs: Sequence[Any]) -> Results:
    if int(node.attributes["to"]) not in (1, 10, 11):
        raise ThumbnetError("converts to integers: export the network in float32")
    return [inputs[0]]


def _quantized(c: Context, node: OnnxNode, inputs: Sequence[Any]) -> Results:
    raise ThumbnetError(
        "quantizes: the file is an integer network, which `thumbnet import` reads as it is"
    )


OPERATIONS: dict[str, Callable[[Context, OnnxNode, Sequence[Any]], Results]] = {
    **CURVES,
    **SHAPES,
    "Add": _arithmetic("+"),
    "Sub": _arithmetic("-"),
    "Mul": _arithmetic("*"),
    "Div": _arithmetic("/"),
    "Sum": _arithmetic("+"),
    "Conv": _conv,
    "MaxPool": _pool("max_pool"),
    "AveragePool": _pool("average_pool"),
    "GlobalAveragePool": _global("average_pool"),
    "GlobalMaxPool": _global("max_pool"),
    "ReduceMean": _reduce("average_pool"),
    "ReduceMax": _reduce("max_pool"),
    "Gemm": _gemm,
    "MatMul": _matmul,
    "BatchNormalization": _batch_normalization,
    "LayerNormalization": _layer_normalization,
    "Identity": _same,
    "Dropout": _same,
    "Cast": _cast,
    "Concat": _concat,
    "Softmax": _softmax,
    "LogSoftmax": _log_softmax,
    "Pad": _pad,
    "GRU": gru,
    "RNN": simple_rnn,
    "LSTM": lstm,
    "QuantizeLinear": _quantized,
    "DequantizeLinear": _quantized,
}
"""By the name of the operation: reads a node and what it reads, and returns its outputs."""
