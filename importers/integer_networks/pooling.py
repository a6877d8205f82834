"""Pooling in an 8-bit network."""

from __future__ import annotations

import numpy as np

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
    window = window_of(builder, operator, builder.image(x), kernel, strides)
    attributes: dict[str, object] = {"window": tuple(window)}
    # XNNPACK takes no windows that leave gaps.
    by_xnnpack = op == "max_pool" and strides[0] <= kernel[0] and strides[1] <= kernel[1]
    activation = options["fused_activation_function"]
    low, high = builder.limits(activation, y, by_xnnpack=by_xnnpack)
    if op == "average_pool_tflite":
        attributes |= {"activation_min": low, "activation_max": high}
    if (builder.scale(x), builder.zero_point(x)) != (builder.scale(y), builder.zero_point(y)):
        builder.refuse("input and output have different scales", "quantize the network anew")
    spec = builder.spec(builder.name(), y)
    sources: tuple[str, ...] = (builder.source(x).name,)
    if op == "max_pool" and (low, high) != (0, 255):
        place = builder.quantization(y)
        sources = (builder.add_part(op, sources, attributes, "max", place, spec.shape),)
        op, attributes = "lookup", {"table": np.clip(np.arange(256), low, high).astype(np.uint8)}
    node = Node(op, sources, spec.name, attributes)
    builder.add(node, spec, y, f"{word} {kernel[0]}x{kernel[1]}")
