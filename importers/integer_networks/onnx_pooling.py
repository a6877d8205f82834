"""Pooling in a quantized ONNX file."""

from __future__ import annotations

from functools import partial
from math import prod
from typing import Any

from thumbnet.export import Node, staircase

from ..tflite.model import Operator
from .onnx_arithmetic import F, rescaled
from .onnx_builder import OnnxBuilder, Real, channels_last, from_channels_last
from .onnx_windows import moves
from .reducing import MOST_SUM


def max_pool(builder: OnnxBuilder, operator: Operator) -> list[Real]:
    """Add a MaxPool, which has the scale of its input."""
    x, *_ = operator.inputs
    layout, kernel = builder.layout(x), operator.options.get("kernel_shape", [])
    if layout.shape[0] != 1 or not 3 <= layout.ndim <= 4:
        builder.refuse(f"its input has shape {list(layout.shape)}", "pool over one or two axes")
    channels = layout.shape[1]
    found = moves(builder, operator, layout.shape[2:], kernel, channels)
    if found.dilations != (1, 1):
        builder.refuse("it has dilations", "use a pooling without")
    if len(operator.outputs) > 1 or operator.options.get("storage_order", 0):
        builder.refuse("it gives indices", "use its first output only")
    y = builder.like(x, (1, channels, *found.counts))
    source = builder.in_order(x, channels_last(layout), "channels_last")
    shape = (found.window.out_height, found.window.out_width, channels)
    spec = builder.spec(builder.name(), y, shape)
    node = Node("max_pool", (source,), spec.name, {"window": tuple(found.window)})
    builder.put(node, spec, y, from_channels_last(builder.dims(y)), f"max {_word(kernel)}")
    return [Real(y)]


def global_max_pool(builder: OnnxBuilder, operator: Operator) -> list[Real]:
    """Add a GlobalMaxPool as a MaxPool of all."""
    layout = builder.layout(operator.inputs[0])
    operator.options["kernel_shape"] = list(layout.shape[2:])
    return max_pool(builder, operator)


def global_average_pool(builder: OnnxBuilder, operator: Operator) -> None:
    """Add a GlobalAveragePool: a sum of integers, rescaled in float32."""
    (x, *_), (y,) = operator.inputs, operator.outputs
    layout = builder.layout(x)
    if layout.ndim < 3 or layout.shape[0] != 1:
        builder.refuse(f"its input has shape {list(layout.shape)}", "give it an image")
    channels, count = layout.shape[1], prod(layout.shape[2:])
    (scale, zero), (out_scale, out_zero) = builder.quantization(x), builder.quantization(y)
    ratio = F(scale / F(out_scale * F(count)))
    rule = partial(rescaled, ratio=ratio, zero=out_zero)
    if 255 * count >= MOST_SUM:
        builder.refuse(f"it adds {count} values", f"at most {MOST_SUM // 255} can be added")
    attributes: dict[str, Any] = {
        **{"outer": 1, "count": count, "inner": channels, "x_zero_point": zero},
        "steps": staircase(rule, -zero * count, (255 - zero) * count),
    }
    index = channels_last(layout).reshape(1, count, channels)
    source = builder.in_order(x, index, "channels_last")
    builder.output_shape(operator, (1, channels, *(1 for _ in layout.shape[2:])))
    spec = builder.spec(builder.name(), y)
    builder.put(Node("sum_levels", (source,), spec.name, attributes), spec, y, None, "mean")


def _word(kernel: list[int]) -> str:
    return "x".join(map(str, kernel))
