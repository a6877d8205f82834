"""Sums, curves and softmax in an 8-bit network."""

from __future__ import annotations

from thumbnet.export import Node, add_factors, exponentials

from ..tflite.model import Operator
from .builder import Builder


def add(builder: Builder, operator: Operator) -> None:
    """Add an ADD of two tensors of the same shape."""
    (a, b), (y,) = operator.inputs, operator.outputs
    if builder.shape(a) != builder.shape(b):
        builder.refuse("it adds tensors of different shapes", "thumbnet adds tensors of one shape")
    try:
        ka, kb, shift = add_factors(*(float(builder.scale(n)) for n in (a, b, y)))
    except ValueError as error:
        builder.refuse(str(error), "quantize the network anew")
    low, high = builder.limits(operator.options["fused_activation_function"], y)
    attributes = {
        **{"ka": ka, "kb": kb, "shift": shift},
        **{"x_zero_point": builder.zero_point(a), "w_zero_point": builder.zero_point(b)},
        **{"zero_point": builder.zero_point(y), "activation_min": low, "activation_max": high},
    }
    spec = builder.spec(builder.name(), y)
    sources = tuple(builder.source(n).name for n in (a, b))
    builder.add(Node("add_xnnpack", sources, spec.name, attributes), spec, y, "add")


def softmax(builder: Builder, operator: Operator) -> None:
    """Add a SOFTMAX over the last axis."""
    (x,), (y,) = operator.inputs, operator.outputs
    if operator.options["beta"] != 1.0:
        builder.refuse(f"its beta is {operator.options['beta']:g}", "use 1")
    if float(builder.scale(y)) != 2.0**-8 or builder.zero_point(y) != 0:
        builder.refuse("its output is not in steps of 1/256 from 0", "quantize the network anew")
    spec = builder.spec(builder.name(), y)
    attributes = {"exponentials": exponentials(float(builder.scale(x)))}
    node = Node("softmax_tflite", (builder.source(x).name,), spec.name, attributes)
    builder.add(node, spec, y, "softmax")
