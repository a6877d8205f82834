"""Multi-head attention: projections, products and a softmax, each an operation of its own."""

from __future__ import annotations

from math import prod, sqrt
from typing import Any

import numpy as np

from ..graph.matrix_product import MatrixProduct
from ..graph.window import Window
from .batch_matmul import BatchMatmul
from .conv import Conv
from .operation import Floats, Operation, Step, Steps
from .softmax_rows import SoftmaxRows
from .weighted import real


class Attention(Operation):
    """The attention of a sequence to itself, which exists in no stage: it becomes other nodes."""

    name = "attention"
    layers = {"MultiHeadAttention": "attention"}

    def describe(self, layer: Any, word: str) -> str:
        """Return the number of heads, and the size of each."""
        return f"{word} {layer.num_heads}x{layer.key_dim}"

    def lower(self, layer: Any) -> Steps:
        """Return the projections of each position, and two products with a softmax between them.

        The query is divided by sqrt(key_dim). The bias of the key adds the same number to all
        scores of a query, which no softmax notices, so it is left out.
        """
        steps, heads = layer.input_shape[0], layer.num_heads
        shrink = 1 / sqrt(layer.key_dim)
        query, keys = heads * layer.key_dim, heads * layer.key_dim
        values = heads * layer.value_dim
        scores = MatrixProduct(
            *(heads, steps, layer.key_dim, steps),
            *(layer.key_dim, query, 1),
            *(layer.key_dim, 1, keys),
            *(steps * steps, steps, 1),
        )
        read = MatrixProduct(
            *(heads, steps, steps, layer.value_dim),
            *(steps * steps, steps, 1),
            *(layer.value_dim, values, 1),
            *(layer.value_dim, values, 1),
        )
        each = (heads, steps, steps)
        return [
            _projection(layer, "query", 1, shrink),
            _projection(layer, "key", 1, has_bias=False),
            _projection(layer, "value", 1),
            Step(BatchMatmul.name, {"product": tuple(scores)}, "scores", ("query", "key"), each),
            Step(SoftmaxRows.name, {}, "shares", ("scores",), each),
            Step(
                *(BatchMatmul.name, {"product": tuple(read)}, "read", ("shares", "value")),
                (steps, values),
            ),
            _projection(layer, "output", 2, reads="read"),
        ]


def _projection(
    layer: Any,
    part: str,
    input_axes: int,
    factor: float = 1.0,
    has_bias: bool = True,
    reads: str = "",
) -> Step:
    """Return a dense layer of each position, as a convolution; input_axes: of its kernel."""
    kernel = real(getattr(layer, f"{part}_kernel"))
    kernel = kernel.reshape(prod(kernel.shape[:input_axes]), -1) * factor
    steps, (inputs, outputs) = layer.input_shape[0], kernel.shape
    bias: Floats = np.zeros(outputs)
    if layer.use_bias and has_bias:
        bias = real(getattr(layer, f"{part}_bias")).ravel() * factor
    window = Window(1, steps, inputs, 1, 1, 1, 1, 0, 0, 1, steps)
    attributes = {"kernel": kernel, "bias": bias, "window": window}
    return Step(Conv.name, attributes, part, (reads,), (steps, outputs))


OPERATIONS: tuple[Operation, ...] = (Attention(),)
