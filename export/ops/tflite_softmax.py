"""The softmax of imported networks: bytes to bytes, each step in float32 as TFLite computes it.

Boards follow the steps with 31-bit integers, see `firmware/plain/softmax_tflite.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from ..boards.processors import Cycles
from ..graph.arithmetic import Ints
from ..graph.graph import Graph, Node
from ..kernels.build import Build
from ..kernels.call import Call
from ..kernels.kernel import Kernel
from .attribute_kinds import Array, Whole, optional
from .checks import size_faults
from .operation import Operation

SOFTMAX_TFLITE = Kernel("softmax_tflite", ("values", "channels", "x_at", "y_at"), allocates=True)

PROBABILITY_SCALE = 2.0**-8
"""TFLite's scale of a softmax of bytes: level 0 is 0.0."""

_SMALLEST = 2.0**-126
_STEP_COST = 150
"""Instructions of an emulated step in float32, roughly."""


class TfliteSoftmax(Operation):
    """Return 256 times the softmax over `channels` values, rounded, at most 255.

    By default, `channels` is the last axis of the tensor.

    `exponentials` has exp(-d * scale) for each distance d from the largest level, as the bits of
    float32.
    """

    name = "softmax_tflite"
    title = "softmax"
    integer_attributes = {
        "exponentials": Array(axes=(256,), low=0, high=0x3F800000),
        "channels": optional(Whole(1, 2**24)),
    }
    kernels = (SOFTMAX_TFLITE,)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the levels of the probabilities."""
        (x,) = inputs
        if "channels" in attributes:
            x = x.reshape(len(x), -1, attributes["channels"])
        table = attributes["exponentials"].astype(np.uint32).view(np.float32)
        terms = table[x.max(axis=-1, keepdims=True) - x]
        total = np.zeros(terms.shape[:-1], np.float32)
        for k in range(terms.shape[-1]):  # one after the other: each sum is rounded
            total = total + terms[..., k]
        inverse = np.float32(1) / (total * np.float32(PROBABILITY_SCALE))
        levels = np.floor(terms * inverse[..., None] + np.float32(0.5))
        return np.asarray(np.minimum(levels, 255), dtype=np.int64).reshape(inputs[0].shape)

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield tensors of different sizes, and exponentials that are none."""
        yield from size_faults(graph, node)
        size, channels = prod(graph.tensors[node.output].shape), _channels(graph, node)
        if size % channels:
            yield f"{size} values do not make rows of {channels}"
        bits = node.attributes["exponentials"]
        if bits[0] != 0x3F800000 or np.any((bits > 0) & (bits < 0x00800000)):
            yield "the exponentials must begin with 1.0, and have no subnormal numbers"

    def cycles(self, node: Node, outputs: int, cost: Cycles) -> float:
        """Return the cycles of a sum, a product and a rounding for each output."""
        return 3 * _STEP_COST * outputs * cost.mac

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call."""
        (source,), target = node.inputs, node.output
        values = prod(graph.tensors[source].shape)
        head = (values, _channels(graph, node), places.get(source, 0), places.get(target, 0))
        table = node.attributes["exponentials"].astype("<u4").tobytes()
        return [Call(SOFTMAX_TFLITE, source, target, head, table=table)]


def _channels(graph: Graph, node: Node) -> int:
    return int(node.attributes.get("channels", graph.tensors[node.inputs[0]].shape[-1]))


def exponentials(scale: float) -> npt.NDArray[np.int64]:
    """Make the table of exponentials of a softmax.

    Parameters
    ----------
    scale
        The scale of its input.

    Returns
    -------
    numpy.ndarray
        int64 (256,): the bits of the float32 of exp(-d * scale) for each distance d.

    Notes
    -----
    TFLite calls expf for each product, in float32; NumPy's exp of float64, rounded, is the nearest
    float32, which expf of the common C libraries gives as well.
    """
    exponents = np.float32(-scale) * np.arange(256, dtype=np.float32)
    values = np.exp(exponents.astype(np.float64)).astype(np.float32)
    values[values < _SMALLEST] = 0
    return np.asarray(values.view(np.uint32), dtype=np.int64)


OPERATIONS: tuple[Operation, ...] = (TfliteSoftmax(),)
