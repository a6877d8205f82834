"""SVDF of imported networks: a memory of 16-bit values for each filter, and weighted sums of it.

TFLite's operator becomes two operations. The memory is a state of the graph, of bytes: the lower
bytes of all values, then the upper ones; of each, the oldest values of all filters come first.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np

from ..boards.processors import Cycles
from ..graph.arithmetic import ACTIVATION_MAX, SMALL_INT_LIMIT, Ints
from ..graph.double_bytes import WORD_MAX, joined, parted, saturated
from ..graph.double_rounding import (
    EXPONENT_HIGH,
    EXPONENT_LOW,
    MANTISSA_HIGH,
    MANTISSA_LOW,
    factor_words,
    rescale_twice,
)
from ..graph.graph import Graph, Node
from ..kernels.build import Build
from ..kernels.call import Call
from ..kernels.kernel import Kernel
from .attribute_kinds import EACH_OUTPUT, WEIGHTS, Array, Whole
from .checks import accumulator_faults, most_sums
from .operation import Operation

FACTOR = ("factor_low", "factor_middle", "factor_high", "places")

SVDF_FEATURES = Kernel(
    "svdf_features",
    ("inputs", "outputs", "x_at", "y_at", "filters", "memory", "left", *FACTOR),
    ("bias",),
    layouts=dict.fromkeys(("plain", "viper", "thumb", "thumb_dsp"), "rows"),
)
SVDF_SUMS = Kernel(
    "svdf_sums",
    ("units", "rank", "memory", "x_at", "y_at", "zero_point", *FACTOR),
    ("high", "low"),
    repeated_for="unit",
)

_MANTISSA = Whole(MANTISSA_LOW, MANTISSA_HIGH)
_RESCALING_COST = 40
"""Instructions to rescale a sum, roughly."""


class SvdfFeatures(Operation):
    """Forget the oldest value of each filter, and add the newest: a rescaled sum of the inputs.

    It reads the inputs and the memory, and writes the memory in its place.
    """

    name = "svdf_features"
    title = "SVDF, features"
    takes = range(2, 3)
    updates = 1
    integer_attributes = {
        **{"weight": WEIGHTS, "bias": EACH_OUTPUT, "memory": Whole(1, 2**12)},
        **{"mantissa": _MANTISSA, "exponent": Whole(EXPONENT_LOW, EXPONENT_HIGH)},
    }
    weight_names = ("weight",)
    kernels = (SVDF_FEATURES,)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the bytes of the memory."""
        x, old = inputs
        acc = x.reshape(len(x), -1) @ attributes["weight"].astype(np.int64).T + attributes["bias"]
        new = saturated(rescale_twice(acc, attributes["mantissa"], attributes["exponent"]))
        planes = old.reshape(len(old), 2, attributes["memory"], -1)
        newest = np.stack(parted(new), axis=1)[:, :, None]
        return np.asarray(np.concatenate([planes[:, :, 1:], newest], axis=2).reshape(len(old), -1))

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield tensors of other sizes, and sums that could leave 31 bits."""
        a = node.attributes
        filters, inputs = a["weight"].shape
        sizes = [prod(graph.tensors[name].shape) for name in (*node.inputs, node.output)]
        needed = [inputs, *[2 * filters * a["memory"]] * 2]
        if sizes != needed:
            yield f"tensors of {sizes} values, but {needed} are needed"
        yield from accumulator_faults(a["weight"], a["bias"], (filters, inputs))
        most = int(most_sums(a["weight"], a["bias"]).max())
        if most << max(a["exponent"], 0) >= SMALL_INT_LIMIT:
            yield "a sum could reach 2**30 before it is rescaled: give the state a larger scale"

    def cycles(self, node: Node, outputs: int, cost: Cycles) -> float:
        """Return the cycles of moving the memory, and of rescaling the new values."""
        filters = len(node.attributes["weight"])
        return float(4 * outputs + _RESCALING_COST * filters) * cost.mac

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call."""
        source, target, a = node.inputs[0], node.output, node.attributes
        outputs, inputs = a["weight"].shape
        words = {
            **{"inputs": inputs, "outputs": outputs, "filters": outputs},
            **{"x_at": places.get(source, 0), "y_at": places.get(target, 0)},
            **{"memory": int(a["memory"]), "left": max(int(a["exponent"]), 0)},
            **dict(zip(FACTOR, factor_words(a["mantissa"], a["exponent"]), strict=True)),
        }
        bias = a["bias"].astype(np.int64)[:, None]
        head = SVDF_FEATURES.head(words)
        return [Call(SVDF_FEATURES, source, target, head, a["weight"], bias)]


class SvdfSums(Operation):
    """Return a level for each unit: the rescaled, weighted sum of the values of its filters.

    Sums have 32 bits, which wrap.
    """

    name = "svdf_sums"
    title = "SVDF, sums over time"
    integer_attributes = {
        "time_weight": Array(axes=("filters", "memory"), low=-WORD_MAX - 1, high=WORD_MAX),
        **{"time_bias": Array(axes=("units",)), "rank": Whole(1, 2**12)},
        **{"mantissa": _MANTISSA, "exponent": Whole(EXPONENT_LOW, -1)},
        "zero_point": Whole(0, ACTIVATION_MAX),
    }
    kernels = (SVDF_SUMS,)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the levels."""
        weight, bias = attributes["time_weight"], attributes["time_bias"]
        low, high = inputs[0].reshape(len(inputs[0]), 2, -1).swapaxes(0, 1)
        values = joined(low, high)
        products = values.reshape(len(values), *weight.T.shape) * weight.T
        sums = products.sum(axis=1).reshape(len(values), len(bias), -1).sum(axis=2) + bias
        wrapped = (sums + 2**31) % 2**32 - 2**31
        q = rescale_twice(wrapped, attributes["mantissa"], attributes["exponent"])
        return np.asarray(np.clip(q + attributes["zero_point"], 0, ACTIVATION_MAX))

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield tensors of other sizes, and units that do not share the filters."""
        a = node.attributes
        sizes = [prod(graph.tensors[name].shape) for name in (*node.inputs, node.output)]
        if sizes != [2 * a["time_weight"].size, len(a["time_bias"])]:
            yield f"tensors of {sizes} values do not fit weights of {a['time_weight'].shape}"
        if len(a["time_weight"]) != a["rank"] * len(a["time_bias"]):
            yield f"{len(a['time_weight'])} filters are not {a['rank']} for each unit"

    def macs(self, node: Node) -> int:
        """Return the products of one inference."""
        return int(node.attributes["time_weight"].size)

    def parameters(self, node: Node) -> int:
        """Return the number of weights and biases."""
        return self.macs(node) + len(node.attributes["time_bias"])

    def product_cost(self, node: Node, cost: Cycles) -> float:
        """Return the cost of a product of two 16-bit integers, which both are two bytes."""
        return 4.0

    def cycles(self, node: Node, outputs: int, cost: Cycles) -> float:
        """Return the cycles of rescaling the sums."""
        return float(_RESCALING_COST) * outputs * cost.mac

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call; a weight is two bytes, like a value of the memory."""
        (source,), target, a = node.inputs, node.output, node.attributes
        weight, bias = a["time_weight"].T.astype(np.int64).ravel(), a["time_bias"].astype(np.int64)
        words = {
            **{"units": len(bias), "rank": int(a["rank"]), "memory": a["time_weight"].shape[1]},
            **{"x_at": places.get(source, 0), "y_at": places.get(target, 0)},
            "zero_point": int(a["zero_point"]),
            **dict(zip(FACTOR, factor_words(a["mantissa"], a["exponent"]), strict=True)),
        }
        table = np.concatenate([weight & 0xFF, (weight >> 8) + 128]).astype(np.uint8).tobytes()
        halves = np.stack([bias >> 8, bias & 0xFF], axis=1)
        return [
            Call(SVDF_SUMS, source, target, SVDF_SUMS.head(words), channels=halves, table=table)
        ]


OPERATIONS: tuple[Operation, ...] = (SvdfFeatures(), SvdfSums())
