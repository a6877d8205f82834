"""Convolutions, dense layers and matrix products of a quantized ONNX file.

onnxruntime rescales their sums in float32 as XNNPACK does: the same operations of the graph.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.export import Node, Window, staircase

from ..tflite.model import Operator, Tensor
from .moving import places
from .onnx_arithmetic import rescaled
from .onnx_builder import OnnxBuilder, channels_last, from_channels_last
from .onnx_windows import moves
from .products import MOST_INNER
from .weighted import add_layer, dilated, ungrouped

Array = npt.NDArray[Any]


def conv(builder: OnnxBuilder, operator: Operator) -> None:
    """Add a Conv over one or two axes; weights (outputs, inputs of a group, places ...)."""
    x, *_ = operator.inputs
    weight, layout = _weights(builder, operator, 0), builder.layout(x)
    if layout.ndim != weight.ndim or not 3 <= layout.ndim <= 4 or layout.shape[0] != 1:
        builder.refuse(
            f"its input has shape {list(layout.shape)}, its weights {list(weight.shape)}",
            "use a convolution over one or two axes, of one row",
        )
    sizes, kernel = layout.shape[2:], weight.shape[2:]
    channels, outputs = layout.shape[1], len(weight)
    found = moves(builder, operator, sizes, kernel, channels)
    groups = int(operator.options.get("group", 1))
    rows = np.moveaxis(weight, 1, -1)
    if rows.ndim == 3:
        rows = rows[:, None]
    if groups * rows.shape[-1] != channels or outputs % groups:
        builder.refuse(f"{channels} channels do not make {groups} groups", "check the network")
    rows = dilated(np.ascontiguousarray(rows), found.dilations)
    builder.output_shape(operator, (1, outputs, *found.counts))
    image = builder.in_order(x, channels_last(layout), "channels_last")
    word = "x".join(map(str, kernel))
    numbers = _numbers(builder, operator)
    if groups == channels == outputs and groups > 1:
        op, words, matrix = "depthwise_conv_xnnpack", f"depthwise {word}", rows.reshape(outputs, -1)
    else:
        op, words = "conv_xnnpack", f"conv {word} {outputs}"
        matrix = ungrouped(builder, rows, channels).reshape(outputs, -1)
    add_layer(builder, _plain(operator), op, matrix, found.window, words, numbers, image)
    (y,) = operator.outputs
    builder.layouts[y] = from_channels_last(builder.dims(y))


def gemm(builder: OnnxBuilder, operator: Operator) -> None:
    """Add a Gemm: a dense layer."""
    options = operator.options
    alpha, beta = (float(options.get(name, 1)) for name in ("alpha", "beta"))
    if options.get("transA", 0) or alpha != 1 or beta != 1:
        builder.refuse("it turns or scales its input", "use transA 0, alpha 1 and beta 1")
    _dense(builder, operator, turned=bool(options.get("transB", 0)))


def matmul(builder: OnnxBuilder, operator: Operator) -> None:
    """Add a MatMul: a dense layer, or a product of two computed tensors."""
    _, w = operator.inputs
    if builder.is_constant(w) and builder.tensor(w).shape and len(builder.tensor(w).shape) == 2:
        _dense(builder, operator, turned=False)
    else:
        _product(builder, operator)


def _dense(builder: OnnxBuilder, operator: Operator, *, turned: bool) -> None:
    x, *_ = operator.inputs
    weight = _weights(builder, operator, 0 if turned else 1)
    weight = np.ascontiguousarray(weight if turned else weight.T)
    layout = builder.layout(x)
    outputs, inputs = weight.shape
    if layout.ndim < 2 or layout.shape[-1] != inputs:
        builder.refuse(
            f"its input has shape {list(layout.shape)}, its weights {inputs} inputs",
            "check the network",
        )
    shape = (*layout.shape[:-1], outputs)
    index = layout.reshape(-1, inputs)
    # One row in another order takes its weights in that order.
    order = index[0] - index[0].min()
    rows = np.arange(len(index))[:, None] * inputs
    if np.array_equal(np.sort(order), np.arange(inputs)) and np.array_equal(index, rows + order):
        weight = np.ascontiguousarray(weight[:, np.argsort(order)])
        index = rows + np.arange(inputs)
    image = builder.in_order(x, index, "rows")
    pixels = len(index)
    window = Window(1, pixels, inputs, 1, 1, 1, 1, 0, 0, 1, pixels)
    builder.output_shape(operator, shape)
    numbers = _numbers(builder, operator)
    words = f"dense {outputs}"
    add_layer(builder, _plain(operator), "conv_xnnpack", weight, window, words, numbers, image)
    builder.layouts[operator.outputs[0]] = places(shape)


def _product(builder: OnnxBuilder, operator: Operator) -> None:
    """Add a product of matrices of bytes; the second may be a constant."""
    (a, b), (y,) = operator.inputs, operator.outputs
    if builder.is_constant(a):
        builder.refuse("its first factor is a constant", "let the second be the constant")
    fixed = builder.is_constant(b)
    x, w = builder.layout(a), places(builder.tensor(b).shape) if fixed else builder.layout(b)
    if min(x.ndim, w.ndim) < 2 or x.shape[-1] != w.shape[-2] or x.shape[-1] > MOST_INNER:
        builder.refuse(
            f"it multiplies {list(x.shape)} by {list(w.shape)}",
            f"use matrices, and at most {MOST_INNER} products in a sum",
        )
    batch = np.broadcast_shapes(x.shape[:-2], w.shape[:-2])
    w = w.swapaxes(-1, -2)
    x, w = (np.broadcast_to(index, (*batch, *index.shape[-2:])) for index in (x, w))
    rows, inner, columns = x.shape[-2], x.shape[-1], w.shape[-2]
    (sa, za), (sb, zb), (sy, zy) = (builder.quantization(number) for number in (a, b, y))
    rule = partial(rescaled, ratio=np.float32(np.float32(sa * sb) / sy), zero=zy)
    most = 255 * 255 * inner
    attributes: dict[str, Any] = {
        **{"batches": prod(batch), "rows": rows, "inner": inner, "columns": columns},
        **{"x_zero_point": za, "w_zero_point": zb, "steps": staircase(rule, -most, most)},
    }
    sources = [builder.in_order(a, x, "left")]
    if fixed:
        attributes["constant"] = builder.levels(b).reshape(-1)[w.reshape(-1)].astype(np.uint8)
    else:
        sources.append(builder.in_order(b, w, "right"))
    builder.output_shape(operator, (*batch, rows, columns))
    spec = builder.spec(builder.name(), y)
    node = Node("matmul_levels", tuple(sources), spec.name, attributes)
    builder.put(node, spec, y, None, f"matmul {columns}")


def _weights(builder: OnnxBuilder, operator: Operator, axis: int) -> Array:
    """Return weights as int8 whose zero point is 0."""
    x, w = operator.inputs[:2]
    found, values = builder.tensor(w), builder.known(w)
    if values is None or found.dtype not in ("int8", "uint8"):
        builder.refuse(
            f"its weights are {'computed' if values is None else found.dtype}",
            "quantize them to 8 bits, with a DequantizeLinear behind them",
        )
    if builder.tensor(x).dtype == "int8" and found.dtype == "uint8":
        builder.refuse("its input is int8, its weights are uint8", "quantize both to int8")
    if len(found.scales) > 1 and found.axis % values.ndim != axis:
        builder.refuse(
            f"its weights are quantized along axis {found.axis}",
            f"quantize them per output: axis {axis}",
        )
    column = [-1 if k == axis else 1 for k in range(values.ndim)]
    zeros = found.zero_points.reshape(column) if len(found.scales) > 1 else found.zero_points[0]
    centred = values.astype(np.int64) - zeros
    if centred.min(initial=0) < -128 or centred.max(initial=0) > 127:
        builder.refuse(
            "its weights and their zero points need 9 bits", "quantize the weights to QInt8"
        )
    return np.ascontiguousarray(centred, np.int8)


def _numbers(builder: OnnxBuilder, operator: Operator) -> tuple[int, ...]:
    """Return the numbers of the input, of centred weights, and of integer biases."""
    x, w, *rest = operator.inputs
    found = builder.tensor(w)
    centred = builder.found(replace(found, zero_points=np.zeros_like(found.zero_points)))
    if not rest or rest[0] < 0:
        return x, centred
    bias = builder.known(rest[0])
    if bias is None or bias.dtype not in (np.int32, np.float32) or bias.ndim != 1:
        builder.refuse("its biases are no constants of int32 or float32", "export the biases")
    if bias.dtype == np.float32:
        # onnxruntime quantizes them when it loads the file.
        steps = np.rint(bias / (builder.scale(x) * found.scales))
        bias = np.clip(steps, -(2.0**31), 2.0**31 - 128).astype(np.int32)
    return x, centred, builder.found(Tensor("", bias.shape, "int32", bias))


def _plain(operator: Operator) -> Operator:
    return replace(operator, options={"fused_activation_function": "NONE"})
