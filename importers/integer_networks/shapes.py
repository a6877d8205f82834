"""Operators of an 8-bit network that only name its values differently."""

from __future__ import annotations

from ..tflite.model import Operator
from .builder import Builder


def reshape(builder: Builder, operator: Operator) -> None:
    """Take the values in the same order: RESHAPE, SQUEEZE, EXPAND_DIMS."""
    builder.alias(operator.outputs[0], builder.source(operator.inputs[0]))


def dequantize(builder: Builder, operator: Operator) -> None:
    """Leave out a DEQUANTIZE: the network gives levels, and scores with their scale."""
    (x,), (y,) = operator.inputs, operator.outputs
    if any(y in other.inputs for other in builder.subgraph.operators):
        builder.refuse(
            "floats follow it",
            "quantize the whole network to int8, or import its float version with --data",
        )
    builder.alias(y, builder.source(x))
