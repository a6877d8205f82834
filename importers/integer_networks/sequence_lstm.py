"""UNIDIRECTIONAL_SEQUENCE_LSTM with int8 inputs and states, and 16-bit cells."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.export import Node, TensorSpec

from ..tflite.lstm_inputs import (
    BIASES,
    CELL,
    INPUT_WEIGHTS,
    INPUTS,
    NOT_SUPPORTED,
    STATE,
    STATE_WEIGHTS,
)
from ..tflite.model import Operator
from .boxes import Ints, boxes, move_attributes
from .builder import Builder
from .kept import MOST_LEFT, keep, kept_tensor, multiplier, one_scale

GATE_SCALE = np.float32(2.0**-12)
CELL_EXPONENTS = range(-15, -8)


def sequence_lstm(builder: Builder, operator: Operator) -> None:
    """Add an LSTM: all steps of it, what it keeps, and the states of the steps."""
    numbers = [*operator.inputs, *[-1] * (INPUTS - len(operator.inputs))]
    for what, part in NOT_SUPPORTED.items():
        if any(number >= 0 for number in numbers[part]):
            builder.refuse(f"it has {what}", "use an LSTM without, such as Keras's")
    x, (y,) = numbers[0], operator.outputs
    state, cell = numbers[STATE], numbers[CELL]
    # Without an input gate, it is 1 - forget gate.
    first_gate = (numbers[at] for at in (INPUT_WEIGHTS, STATE_WEIGHTS, BIASES))
    gates = range(4) if max(first_gate) >= 0 else range(1, 4)
    steps, inputs = _sequence(builder, x, time_major=bool(operator.options["time_major"]))
    weights = {
        side: [_constant(builder, numbers[at + k], "int8", "weights") for k in gates]
        for side, at in (("input", INPUT_WEIGHTS), ("state", STATE_WEIGHTS))
    }
    biases = [_constant(builder, numbers[BIASES + k], "int32", "biases") for k in gates]
    units = int(np.prod(builder.dims(state))) if state >= 0 else 0
    shapes = [one.shape for one in (*weights["input"], *weights["state"], *biases)]
    count = len(gates)
    if shapes != [(units, inputs)] * count + [(units, units)] * count + [(units,)] * count:
        builder.refuse("its weights and biases do not fit", "export the network again")
    if int(np.prod(builder.dims(y))) != steps * units:
        builder.refuse(f"it has an output of {list(builder.dims(y))}", "export the network again")
    kept_tensor(builder, state, "int8", units, "state")
    kept_tensor(builder, cell, "int16", units, "cell")
    hidden_scale, hidden_zero = _hidden(builder, operator)
    scales = []
    for k in gates:
        for at, source in ((INPUT_WEIGHTS, x), (STATE_WEIGHTS, state)):
            found = one_scale(builder, numbers[at + k], "weights", "int8")
            pair = found, builder.scale(source)
            scales.append(multiplier(builder, pair, GATE_SCALE, "sums of a gate", MOST_LEFT))
    pair = np.float32(2.0**-15), np.float32(2.0**-15)
    scales.append(multiplier(builder, pair, hidden_scale, "states", 0))
    mantissas, exponents = np.array(scales, np.int64).T
    cell_exponent = _cell_exponent(builder, cell)
    zeros = {"input": builder.zero_point(x), "state": builder.zero_point(state)}
    attributes: dict[str, Any] = {}
    for side, rows in weights.items():
        weight = np.concatenate(rows)
        attributes[f"{side}_weight"] = np.ascontiguousarray(weight, np.int8)
        # The file's inputs are centred on the zero point; ours are not.
        attributes[f"{side}_bias"] = -zeros[side] * weight.astype(np.int64).sum(axis=1)
    attributes["input_bias"] = attributes["input_bias"] + np.concatenate(biases).astype(np.int64)
    attributes |= {"mantissa": mantissas, "exponent": exponents, "steps": steps}
    attributes |= {"cell_exponent": cell_exponent, "zero_point": hidden_zero}
    attributes["clip"] = _clip(operator.options["cell_clip"], cell_exponent)
    first = np.zeros(3 * units, np.uint8)
    first[2 * units :] = zeros["state"]
    before, after = keep(builder, (state, cell), first)
    # The cell, the state before, and the states after each step.
    size = (3 + steps) * units
    whole = TensorSpec(builder.name("steps"), (size,), "uint8", scale=1.0, zero_point=hidden_zero)
    builder.tensors[whole.name] = whole
    sources = (builder.source(x).name, before.name)
    builder.nodes.append(Node("lstm_tflite", sources, whole.name, attributes))
    places = np.arange(size)
    last = np.concatenate([places[: 2 * units], places[-units:]])
    builder.nodes.append(_moved(whole.name, after.name, last))
    spec = builder.spec(builder.name(), y)
    moved = _moved(whole.name, spec.name, places[3 * units :])
    builder.add(moved, spec, y, f"lstm {units}")


def _sequence(builder: Builder, x: int, *, time_major: bool) -> tuple[int, int]:
    """Return the number of steps and that of inputs."""
    first, second, inputs = builder.dims(x)
    steps, rows = (first, second) if time_major else (second, first)
    if rows != 1:
        builder.refuse(f"its input has {rows} rows", "give it a batch of 1")
    return steps, inputs


def _constant(builder: Builder, number: int, dtype: str, what: str) -> npt.NDArray[Any]:
    if number < 0:
        builder.refuse(f"some of its {what} are missing", "export the network again")
    return builder.constant(number, dtype, what)


def _hidden(builder: Builder, operator: Operator) -> tuple[np.float32, int]:
    """Return the scale and the zero point with which a state is rounded."""
    hidden = operator.intermediates[4] if len(operator.intermediates) == 5 else -1
    if hidden < 0 or builder.tensor(hidden).dtype != "int8":
        builder.refuse(
            "the scales between its parts are missing", "convert it with full integer quantization"
        )
    return builder.quantization(hidden)


def _cell_exponent(builder: Builder, cell: int) -> int:
    """Return the exponent of the scale of the cell, which is a power of two."""
    scale = float(one_scale(builder, cell, "cells", "int16"))
    exponent = int(np.rint(np.log2(scale)))
    if scale != 2.0**exponent or exponent not in CELL_EXPONENTS:
        builder.refuse(
            f"its cell has the scale {scale:g}",
            "TensorFlow's converter gives it a power of two, 2**-15 to 2**-9",
        )
    return exponent


def _clip(most: float, exponent: int) -> int:
    """Return the largest size of a cell in units of its scale; 0 for any."""
    return int(min(np.float32(most) / np.float32(2.0**exponent), 32767)) if most > 0 else 0


def _moved(source: str, target: str, index: Ints) -> Node:
    return Node("move", (source,), target, move_attributes([boxes(index)]))
