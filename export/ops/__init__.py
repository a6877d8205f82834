"""The operations: one file for each, or for a family of them, and the list of all.

The stages ask `operation(node)`; emission asks `call_part(node)`. Every stage knows the operations
in the list below. docs/architecture.md explains how to add one.
"""

from __future__ import annotations

from typing import Any

from ..graph.graph import FLOAT_STAGES, Node
from ..kernels.kernel import Kernel
from . import (
    add,
    add_constant,
    add_levels,
    answer,
    attention,
    batch_matmul,
    concatenate,
    conv,
    curve,
    dense,
    depthwise,
    embedding,
    gru,
    input,
    layer_normalization,
    lookup_channels,
    lstm,
    matmul_levels,
    move,
    multiply_levels,
    onnx_softmax,
    pixels,
    pool,
    probabilities_of_levels,
    scaling,
    scores_of_levels,
    simple_rnn,
    softmax,
    softmax_rows,
    sum_levels,
    svdf,
    tflite_average_pool,
    tflite_lstm,
    tflite_softmax,
    weighted,
    xnnpack_add,
    xnnpack_conv,
)
from .call_part import CallPart
from .depthwise import scaling_as_layer
from .operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *input.OPERATIONS,
    *scaling.OPERATIONS,
    *dense.OPERATIONS,
    *conv.OPERATIONS,
    *depthwise.OPERATIONS,
    *pool.OPERATIONS,
    *layer_normalization.OPERATIONS,
    *add.OPERATIONS,
    *concatenate.OPERATIONS,
    *curve.OPERATIONS,
    *simple_rnn.OPERATIONS,
    *gru.OPERATIONS,
    *lstm.OPERATIONS,
    *weighted.OPERATIONS,
    *xnnpack_conv.OPERATIONS,
    *xnnpack_add.OPERATIONS,
    *tflite_average_pool.OPERATIONS,
    *tflite_softmax.OPERATIONS,
    *onnx_softmax.OPERATIONS,
    *tflite_lstm.OPERATIONS,
    *svdf.OPERATIONS,
    *move.OPERATIONS,
    *lookup_channels.OPERATIONS,
    *multiply_levels.OPERATIONS,
    *add_levels.OPERATIONS,
    *sum_levels.OPERATIONS,
    *matmul_levels.OPERATIONS,
    *scores_of_levels.OPERATIONS,
    *answer.OPERATIONS,
    *softmax.OPERATIONS,
    *probabilities_of_levels.OPERATIONS,
    *pixels.OPERATIONS,
    *batch_matmul.OPERATIONS,
    *softmax_rows.OPERATIONS,
    *attention.OPERATIONS,
    *embedding.OPERATIONS,
    *add_constant.OPERATIONS,
)

_BY_NAME = {op.name: op for op in OPERATIONS}

LOWERED_BY = {layer: op for op in OPERATIONS for layer in op.layers}
"""The operation that each of the trainer's layers is lowered to."""

KERNELS: tuple[Kernel, ...] = tuple(
    dict.fromkeys(kernel for op in OPERATIONS for kernel in op.kernels)
)
"""Every kernel that a call may need."""


def operation(node: Node) -> Operation:
    """Find what the exporter knows of a node's operation.

    Parameters
    ----------
    node
        Of any stage.

    Returns
    -------
    Operation
        The operation.

    """
    return _BY_NAME[node.op]


def call_part(node: Node) -> CallPart:
    """Return the part of a node's operation that emission may read."""
    return _BY_NAME[node.op]


def operation_title(node: Node) -> str:
    """Return what a report calls a node's operation.

    Parameters
    ----------
    node
        Of any stage.

    Returns
    -------
    str
        Such as "max pooling".

    """
    return operation(node).title or node.op.replace("_", " ")


def describe(layer: Any) -> str:
    """Return a layer in the words of a module's header, "" if it is not mentioned."""
    kind = type(layer).__name__
    if kind not in LOWERED_BY:
        return ""
    return LOWERED_BY[kind].describe(layer, LOWERED_BY[kind].layers[kind])


def names(stage: str) -> dict[str, Operation]:
    """Return the operations that a stage may have, by name."""
    floats = stage in FLOAT_STAGES
    return {
        op.name: op
        for op in OPERATIONS
        if (op.float_attributes if floats else op.integer_attributes) is not None
    }


__all__ = [
    "KERNELS",
    "LOWERED_BY",
    "OPERATIONS",
    "CallPart",
    "Operation",
    "call_part",
    "describe",
    "names",
    "operation",
    "operation_title",
    "scaling_as_layer",
]
