"""The softmax of quantized ONNX networks: bytes to bytes, as onnxruntime's QLinearSoftmax.

Boards add in float32 with 31-bit integers, see `firmware/plain/softmax_onnx.py`.
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
from .attribute_kinds import Array, Whole
from .checks import size_faults
from .operation import Operation
from .stepped import LEVEL

SOFTMAX_ONNX = Kernel(
    "softmax_onnx", ("values", "channels", "factor", "zero", "x_at", "y_at"), allocates=True
)

MOST_SOFTMAX_FACTOR = 2**11 - 1
"""Levels of a probability of 1, at most."""

_SMALLEST = 2.0**-126
_RESERVE = 5.0
_COST = 250
"""Instructions of an emulated sum in float32 and a division bit by bit, roughly."""


class OnnxSoftmax(Operation):
    """Return `factor` times the softmax over rows of `channels`, rounded half to even.

    `zero` is added, and the level is at most 255. `exponentials` has a multiple of
    exp(-d * scale) for each distance d from the largest level, as the bits of float32.
    """

    name = "softmax_onnx"
    title = "softmax"
    integer_attributes = {
        "exponentials": Array(axes=(256,), low=0, high=0x7F7FFFFF),
        "channels": Whole(1, 2**24),
        "factor": Whole(0, MOST_SOFTMAX_FACTOR),
        "zero": LEVEL,
    }
    kernels = (SOFTMAX_ONNX,)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the levels of the probabilities."""
        x = inputs[0].reshape(len(inputs[0]), -1, attributes["channels"])
        table = attributes["exponentials"].astype(np.uint32).view(np.float32)
        terms = table[x.max(axis=-1, keepdims=True) - x]
        total = np.zeros(terms.shape[:-1], np.float32)
        for k in range(terms.shape[-1]):  # one after the other: each sum is rounded
            total = total + terms[..., k]
        # Products of 24 and 11 bits are exact, and no quotient is so close to a half that
        # rounding it to float64 matters.
        quotients = terms.astype(np.float64) * attributes["factor"] / total[..., None]
        levels = np.rint(quotients) + attributes["zero"]
        return np.asarray(np.minimum(levels, 255), dtype=np.int64).reshape(inputs[0].shape)

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield tensors of different sizes, and exponentials that are none."""
        yield from size_faults(graph, node)
        size, channels = prod(graph.tensors[node.output].shape), int(node.attributes["channels"])
        if size % channels:
            yield f"{size} values do not make rows of {channels}"
        bits = node.attributes["exponentials"]
        if not bits[0] or np.any(np.diff(bits) > 0) or np.any((bits > 0) & (bits < 0x00800000)):
            yield "the exponentials must never rise, and have no subnormal numbers"
        if not np.isfinite(bits[:1].astype(np.uint32).view(np.float32)[0] * np.float32(channels)):
            yield "a sum of exponentials could exceed float32"

    def cycles(self, node: Node, outputs: int, cost: Cycles) -> float:
        """Return the cycles of a sum and a quotient for each output."""
        return _COST * outputs * cost.mac

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call."""
        (source,), target, attributes = node.inputs, node.output, node.attributes
        words = {
            **{name: int(attributes[name]) for name in ("channels", "factor", "zero")},
            **{"x_at": places.get(source, 0), "y_at": places.get(target, 0)},
            "values": prod(graph.tensors[source].shape),
        }
        table = attributes["exponentials"].astype("<u4").tobytes()
        return [Call(SOFTMAX_ONNX, source, target, SOFTMAX_ONNX.head(words), table=table)]


def onnx_exponentials(scale: float, channels: int) -> npt.NDArray[np.int64]:
    """Make the table of exponentials of a softmax of ONNX.

    Parameters
    ----------
    scale
        The scale of its input.
    channels
        How many values are in a row.

    Returns
    -------
    numpy.ndarray
        int64 (256,): the bits of a float32 for each distance from the largest level.

    Notes
    -----
    onnxruntime multiplies exponentials so that a sum of a row almost reaches the largest float32.
    """
    most = np.finfo(np.float32).max / np.float32(channels)
    room = max(0.0, float(np.float32(np.log(np.float64(most)))) - _RESERVE)
    distances = np.arange(256, dtype=np.float64)
    values = np.exp((room / scale - distances) * scale).astype(np.float32)
    values[values < _SMALLEST] = 0
    return np.asarray(values.view(np.uint32), dtype=np.int64)


OPERATIONS: tuple[Operation, ...] = (OnnxSoftmax(),)
