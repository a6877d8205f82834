"""Operators of an 8-bit network that only name its values differently."""

from __future__ import annotations

from ..tflite.model import Operator
from .builder import Builder


def reshape(builder: Builder, operator: Operator) -> None:
    """Take the values in the same order: RESHAPE, SQUEEZE, EXPAND_DIMS."""
    builder.alias(operator.outputs[0], builder.source(operator.inputs[0]))
