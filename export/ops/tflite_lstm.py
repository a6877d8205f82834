"""The LSTM of imported networks: int8 inputs and states, 16-bit gates and cells, as in TFLite.

The input and the state are multiplied by int8 weights; each sum is rescaled to 16 bits. The file
has the gates in the order input, forget, cell, output; the first may be missing.
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
from ..graph.fixed_curves import ONE, sigmoid, tanh
from ..graph.graph import Graph, Node
from ..kernels.build import Build
from ..kernels.call import Call
from ..kernels.kernel import Kernel
from .attribute_kinds import Array, Whole
from .checks import accumulator_faults, most_sums
from .operation import Operation
from .recurrent import COPY, SIDES

_HEAD = ("units", "inputs", "steps", "x_at", "y_at", "gates", "whole", "cell_shift", "clip")
LSTM_TFLITE = Kernel(
    "lstm_tflite",
    (*_HEAD, "zero_point"),
    ("low", "middle", "high", "places", "left"),
    repeated_for="scale",
)

_GATE_WHOLE = 3
"""Bits before the point of the sum of a gate."""

_CURVE_COST, _RESCALING_COST = 80, 40
"""Instructions for a value of a curve, and to rescale a sum, roughly."""


class TfliteLstm(Operation):
    """Return the cell and the state before, and the state after each step.

    It reads the inputs of all steps, and what stays: the cell, 16-bit integers of which the lower
    bytes of all units come first, and the state. The output begins with the cell after the last
    step, where the input has the cell before the first.
    """

    name = "lstm_tflite"
    title = "recurrent (LSTM)"
    takes = range(2, 3)
    integer_attributes = {
        **{f"{side}_weight": Array("int8", ("outputs", f"{side}s")) for side in SIDES},
        **{f"{side}_bias": Array(axes=("outputs",)) for side in SIDES},
        "mantissa": Array(axes=("scales",), low=MANTISSA_LOW, high=MANTISSA_HIGH),
        "exponent": Array(axes=("scales",), low=EXPONENT_LOW, high=EXPONENT_HIGH),
        **{"steps": Whole(1, 2**16), "cell_exponent": Whole(-15, -9)},
        **{"clip": Whole(0, WORD_MAX), "zero_point": Whole(0, ACTIVATION_MAX)},
    }
    weight_names = tuple(f"{side}_weight" for side in SIDES)
    kernels = (LSTM_TFLITE, COPY)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the bytes of the cell and of the states."""
        (x, kept), a = inputs, attributes
        units = a["state_weight"].shape[1]
        gates = len(a["state_weight"]) // units
        low, high, state = np.split(kept.reshape(len(x), -1), 3, axis=1)
        cell = joined(low, high)
        states = [state]
        for step in np.split(x.reshape(len(x), a["steps"], -1), a["steps"], axis=1):
            sums = [
                v @ a[f"{side}_weight"].astype(np.int64).T + a[f"{side}_bias"]
                for side, v in zip(SIDES, (step[:, 0], state), strict=True)
            ]
            sides = [np.split(total, gates, axis=1) for total in sums]
            *first, forget, new, out = (_gate(a, sides, k) for k in range(gates))
            forget, new, out = sigmoid(forget), tanh(new, _GATE_WHOLE), sigmoid(out)
            come = sigmoid(first[0]) if first else ONE - forget
            added = _divided(come * new, 30 + a["cell_exponent"])
            cell = saturated(_divided(forget * cell, 15) + added)
            if a["clip"]:
                cell = np.clip(cell, -a["clip"], a["clip"])
            real = out * tanh(cell, 15 + a["cell_exponent"])
            state = rescale_twice(real, a["mantissa"][-1], a["exponent"][-1]) + a["zero_point"]
            state = np.clip(state, 0, ACTIVATION_MAX)
            states.append(state)
        return np.concatenate([*parted(cell), *states], axis=1)

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield tensors of other sizes, and sums that could leave 31 bits."""
        a = node.attributes
        (outputs, inputs), units = a["input_weight"].shape, a["state_weight"].shape[1]
        if outputs not in (3 * units, 4 * units):
            yield f"{outputs} rows of weights are not 3 or 4 for each of {units} units"
            return
        scales = 2 * outputs // units + 1
        if len(a["mantissa"]) != scales or a["exponent"][-1] > 0:
            yield f"it needs {scales} scales, of which the last is below 1"
            return
        sizes = [prod(graph.tensors[name].shape) for name in (*node.inputs, node.output)]
        needed = [a["steps"] * inputs, 3 * units, (3 + a["steps"]) * units]
        if sizes != needed:
            yield f"tensors of {sizes} values, but {needed} are needed"
        for k, side in enumerate(SIDES):
            weight, bias = a[f"{side}_weight"], a[f"{side}_bias"]
            yield from accumulator_faults(weight, bias, weight.shape)
            left = np.maximum(a["exponent"][k:-1:2], 0)
            if np.any(most_sums(weight, bias) << left.repeat(units) >= SMALL_INT_LIMIT):
                yield "a sum could reach 2**30 before it is rescaled: use smaller weights"

    def times(self, node: Node) -> int:
        """Return how many steps use each weight."""
        return int(node.attributes["steps"])

    def time_steps(self, node: Node) -> int:
        """Return how many steps run one after the other."""
        return int(node.attributes["steps"])

    def cycles(self, node: Node, outputs: int, cost: Cycles) -> float:
        """Return the cycles of rescaling the sums, and of the curves."""
        rows, units = node.attributes["state_weight"].shape
        each = rows * (2 * _RESCALING_COST + _CURVE_COST) + units * (_RESCALING_COST + _CURVE_COST)
        return float(self.times(node) * each) * cost.mac

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return a call that copies what stays to the output, and the call that continues it."""
        (source, kept), target, a = node.inputs, node.output, node.attributes
        units = a["state_weight"].shape[1]
        end = places.get(target, 0)
        words = {
            **{"units": units, "inputs": a["input_weight"].shape[1], "steps": int(a["steps"])},
            **{"x_at": places.get(source, 0), "y_at": end, "clip": int(a["clip"])},
            **{"gates": len(a["state_weight"]) // units, "whole": 16 + int(a["cell_exponent"])},
            **{"cell_shift": 30 + int(a["cell_exponent"]), "zero_point": int(a["zero_point"])},
        }
        scales = [
            (*factor_words(mantissa, exponent), max(exponent, 0))
            for mantissa, exponent in np.stack([a["mantissa"], a["exponent"]], axis=1).tolist()
        ]
        return [
            Call(COPY, kept, target, (3 * units, places.get(kept, 0), end)),
            Call(
                LSTM_TFLITE,
                source,
                target,
                LSTM_TFLITE.head(words),
                channels=np.array(scales, np.int64),
                table=_table(a, units),
            ),
        ]


def _gate(a: dict[str, Any], sides: list[list[Ints]], k: int) -> Ints:
    """Return the sum of a gate in 16 bits: first that of the input, then the state's on top."""
    total = np.int64(0)
    for side, sums in enumerate(sides):
        at = 2 * k + side
        total = saturated(total + rescale_twice(sums[k], a["mantissa"][at], a["exponent"][at]))
    return np.asarray(total)


def _divided(x: Ints, places: int) -> Ints:
    """Return x / 2**places, rounded half away from zero."""
    return np.asarray(x + (1 << places - 1) - (x < 0) >> places)


def _table(a: dict[str, Any], units: int) -> bytes:
    """Return for each unit, gate and side: the bias in four bytes, and the weights + 128."""
    parts = []
    for side in SIDES:
        bias = a[f"{side}_bias"].astype("<i4")[:, None].view(np.uint8)
        weight = (a[f"{side}_weight"].astype(np.int64) + 128).astype(np.uint8)
        parts.append(np.concatenate([bias, weight], axis=1))
    rows = np.concatenate(parts, axis=1)
    return bytes(rows.reshape(-1, units, rows.shape[1]).swapaxes(0, 1).tobytes())


OPERATIONS: tuple[Operation, ...] = (TfliteLstm(),)
