"""The softmax of a quantized ONNX file."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from thumbnet.export import MOST_SOFTMAX_FACTOR, Node, onnx_exponentials

from ..tflite.model import Operator
from .moving import places
from .onnx_builder import OnnxBuilder

FIRST_OF_ONE_AXIS = 13
"""The version since which a Softmax has one axis, by default the last; before, all from the 1st."""


def softmax(builder: OnnxBuilder, operator: Operator) -> None:
    """Add a Softmax, which onnxruntime computes of a table and in float32."""
    (x, *_), (y,) = operator.inputs, operator.outputs
    layout = builder.layout(x)
    # QLinearSoftmax says itself which version it follows.
    one = int(operator.options.get("opset", builder.opset)) >= FIRST_OF_ONE_AXIS
    axis = int(operator.options.get("axis", -1 if one else 1))
    if not -layout.ndim <= axis < layout.ndim:
        builder.refuse(f"it has axis {axis} of {layout.ndim}", "export the network again")
    axis %= layout.ndim
    scale, (out_scale, zero) = float(builder.scale(x)), builder.quantization(y)
    factor = int(np.floor(np.float32(1) / out_scale))
    if factor > MOST_SOFTMAX_FACTOR:
        builder.refuse(
            f"its output has a scale of {out_scale:g}", "use 1/256, or calibrate with other rows"
        )
    turned = np.moveaxis(layout, axis, -1) if one else layout
    channels = layout.shape[axis] if one else prod(layout.shape[axis:])
    attributes: dict[str, Any] = {
        **{"channels": channels, "factor": factor, "zero": zero},
        "exponentials": onnx_exponentials(scale, channels),
    }
    source = builder.in_order(x, turned, "rows")
    builder.output_shape(operator, layout.shape)
    spec = builder.spec(builder.name(), y)
    found = places(turned.shape)
    if one:
        found = np.moveaxis(found, -1, axis)
    node = Node("softmax_onnx", (source,), spec.name, attributes)
    builder.put(node, spec, y, found, "softmax")
