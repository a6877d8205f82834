"""Pooling in an 8-bit network."""

from __future__ import annotations

from thumbnet.export import Node

from ..tflite.model import Operator
from .builder import Builder
from .weighted import window_of


def average_pool_2d(builder: Builder, operator: Operator) -> None:
    """Add an AVERAGE_POOL_2D."""
    _pool(builder, operator, "average_pool_tflite", "average")


def max_pool_2d(builder: Builder, operator: Operator) -> None:
    """Add a MAX_POOL_2D."""
    _pool(builder, operator, "max_pool", "max")


def _pool(builder: Builder, operator: Operator, op: str, word: str) -> None:
    options, (x,), (y,) = operator.options, operator.inputs, operator.outputs
    kernel = options["filter_height"], options["filter_width"]
    strides = options["stride_h"], options["stride_w"]
    window = window_of(builder, operator, builder.shape(x), kernel, strides)
    attributes: dict[str, object] = {"window": tuple(window)}
    low, high = builder.limits(options["fused_activation_function"], y)
    if op == "average_pool_tflite":
        attributes |= {"activation_min": low, "activation_max": high}
    elif (low, high) != (0, 255):
        builder.refuse("an activation is fused to it", "put it behind the layer before")
    if (builder.scale(x), builder.zero_point(x)) != (builder.scale(y), builder.zero_point(y)):
        builder.refuse("input and output have different scales", "quantize the network anew")
    spec = builder.spec(builder.name(), y)
    node = Node(op, (builder.source(x).name,), spec.name, attributes)
    builder.add(node, spec, y, f"{word} {kernel[0]}x{kernel[1]}")
