"""LSTM: long short-term memory with gates in units of 1/256 and a 16-bit cell."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from thumbnet.trainer import CURVES, affine

from ..graph.arithmetic import ACTIVATION_MAX, Ints
from ..graph.graph import Node
from ..kernels.call import Call
from ..kernels.kernel import Kernel
from ..quantizer.builder import Builder
from ..quantizer.output_scale import coarser
from .attribute_kinds import TABLE, Whole
from .conv import NARROW_CONV
from .dense import FULLY_CONNECTED
from .gates import gate_256ths, gate_table, odd, positive_tanh
from .operation import Floats, Operation
from .recurrent import COPY, RECURRENT, Recurrent, outputs_of, projection

_OWN_WORDS = ("cell_shift", "curve_shift", "factor", "factor_shift", "state_zero")
LSTM_CELL = Kernel(
    "lstm",
    ("units", "y_at", "reset", "shift", *_OWN_WORDS),
    writes_parameters=True,
)

TANH_STEP = 3.2 / ACTIVATION_MAX
"""Of the candidate's sum: beyond 3.2, tanh is flat. The gates take steps of four times this."""

STATE_ONE = 256 * ACTIVATION_MAX
"""1.0 as a gate times a tanh."""

CELL_MAX = 2**15 - 1
"""Largest value of the cell, in units of 1 / (255 * 2**cell_shift)."""

HEADROOM = 2.0
"""A cell holds this many times the largest value seen: unlike a state, it has no bound."""

MOST_CELL_SHIFT = 7
"""A cell holds 1.004 then. Sums of a cell stay within 2**24."""

MOST_CURVE_SHIFT = 7
"""The 256 entries of a cell's curve cover all of its 15 bits then."""

MOST_FACTOR_SHIFT = 23
"""For a state that reaches 1.0. `STATE_ONE * (2**14 - 1) + 2**22` is less than 2**30."""


class LSTM(Recurrent):
    """Long short-term memory (Hochreiter and Schmidhuber 1997); gates i, f, candidate, o."""

    name = "lstm"
    title = "recurrent (LSTM)"
    layers = {"LSTM": "lstm"}
    integer_attributes = {
        **(Recurrent.integer_attributes or {}),
        **{"sigmoid_table": TABLE, "tanh_table": TABLE, "cell_table": TABLE},
        **{name: Whole() for name in _OWN_WORDS},
    }
    gates = 4
    most_shift = 8
    kernels = (RECURRENT, FULLY_CONNECTED, NARROW_CONV, COPY, LSTM_CELL)

    def float_forward(self, *inputs: Floats, **attributes: Any) -> Floats:
        """Return all states, or only the last."""
        states, _ = _states_and_cells(inputs[0], attributes)
        return outputs_of(states, attributes["sequences"])

    def hidden_values(self, node: Node, x: Floats) -> Floats | None:
        """Return all states if the layer outputs only the last: all share its scale."""
        if node.attributes["sequences"]:
            return None
        return np.stack(_states_and_cells(x, node.attributes)[0])

    def calibrated(self, node: Node, x: Floats) -> Node:
        """Return the node with the largest value of a cell."""
        _, cells = _states_and_cells(x, node.attributes)
        return node.with_attributes(largest_cell=float(np.abs(cells).max()))

    def quantize(self, builder: Builder, node: Node) -> None:
        """Add the layer with the tables of its curves, and the scales of cell and state."""
        out = replace(builder.floats.tensors[node.output], dtype="uint8")
        # The state starts at 0 and cannot exceed 1, whatever range training has kept.
        low, high = np.clip(out.range, (-1.0, 0.0), (0.0, 1.0)).tolist()
        scale, zero_point = affine(low, high, True)
        scale, zero_point = coarser(scale, zero_point, 1 / STATE_ONE)
        factor, factor_shift = factor_of(scale)
        bias, state = node.attributes["bias"], (scale, zero_point)
        sides = self.quantize_sides(builder, node, bias, np.zeros(0), state)
        step, shift, attributes = self.wide(sides, TANH_STEP)
        attributes |= {"step_shift": shift, **self.sequence_shape(builder, node)}
        attributes |= {"sigmoid_table": gate_table(4 * step), "tanh_table": positive_tanh(step)}
        attributes |= cell_numbers(node.attributes["largest_cell"])
        attributes |= {"factor": factor, "factor_shift": factor_shift, "state_zero": zero_point}
        out = replace(out, scale=scale, zero_point=zero_point)
        builder.add(Node(self.name, node.inputs, out.name, attributes), out)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return all states, or only the last. A cell saturates at `CELL_MAX`."""
        (x,), a, units = inputs, attributes, attributes["units"]
        steps, step_shift = x.reshape(len(x), a["steps"], -1), a["step_shift"]
        cell = np.zeros((len(x), units), dtype=np.int64)
        state = np.full((len(x), units), a["state_zero"], dtype=np.int64)
        half = 1 << (a["factor_shift"] - 1)
        states = []
        for k in range(a["steps"]):
            total = projection(steps[:, k], "input", a) + projection(state, "state", a)
            i, f, g, o = np.split(total, 4, axis=1)
            i, f, o = (gate_256ths(a["sigmoid_table"], v, step_shift + 2) for v in (i, f, o))
            new = (i * odd(a["tanh_table"], g, step_shift)) << a["cell_shift"]
            cell = np.clip((f * cell + new + 128) >> 8, -CELL_MAX, CELL_MAX)
            real = o * odd(a["cell_table"], cell, a["curve_shift"])
            state = ((real * a["factor"] + half) >> a["factor_shift"]) + a["state_zero"]
            state = np.clip(state, 0, ACTIVATION_MAX)
            states.append(state)
        return outputs_of(states, a["sequences"])

    def cell_faults(self, node: Node) -> Iterator[str]:
        """Yield the numbers by which a cell or a state could exceed 31 bits."""
        limits = {
            "cell_shift": (0, MOST_CELL_SHIFT),
            "curve_shift": (1, 15),
            "factor": (0, 2**14 - 1),
            "factor_shift": (1, MOST_FACTOR_SHIFT),
            "state_zero": (0, ACTIVATION_MAX),
        }
        for name, (low, high) in limits.items():
            if not low <= node.attributes[name] <= high:
                yield f"{name} is {node.attributes[name]}: it must be {low} to {high}"

    def parameters(self, node: Node) -> int:
        """Return weights and biases, but not the state's bias: it contains only its zero point."""
        return super().parameters(node) - len(node.attributes["state_weight"])

    def wide_scratch(self, node: Node) -> dict[str, int]:
        """Return the words of both sums and of the cell."""
        units = int(node.attributes["units"])
        return {name: size + units for name, size in super().wide_scratch(node).items()}

    def cell_call(self, node: Node, wide: str, state: str, places: dict[str, int]) -> Call:
        """Return the call that computes the gates, the cell and the state."""
        a = node.attributes
        head = (int(a["units"]), places.get(state, 0), 0, int(a["step_shift"]))
        tables = b"".join(a[f"{name}_table"].tobytes() for name in ("sigmoid", "tanh", "cell"))
        own = (int(a[name]) for name in _OWN_WORDS)
        return Call(LSTM_CELL, wide, state, (*head, *own), table=tables)


def _states_and_cells(x: Floats, a: dict[str, Any]) -> tuple[list[Floats], list[Floats]]:
    """Return the states and the cells after each step."""
    steps, sigmoid = x.reshape(len(x), a["steps"], -1), CURVES["sigmoid"]
    state, cell = (np.zeros((len(x), a["units"])) for _ in range(2))
    states, cells = [], []
    for k in range(a["steps"]):
        total = steps[:, k] @ a["kernel"] + state @ a["recurrent_kernel"] + a["bias"]
        i, f, g, o = np.split(total, 4, axis=1)
        cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
        state = sigmoid(o) * np.tanh(cell)
        states.append(state)
        cells.append(cell)
    return states, cells


def cell_numbers(largest: float) -> dict[str, Any]:
    """Return the shift of a cell whose values reach `largest`, and the table of its tanh.

    The table has the finest steps that reach 4.0, where the curve is flat, or the cell's end.
    """
    least = ACTIVATION_MAX * HEADROOM * largest
    fitting = (k for k in range(MOST_CELL_SHIFT, 0, -1) if 2**k * least <= CELL_MAX)
    cell_shift = next(fitting, 0)
    curve_shift = min(cell_shift + 2, MOST_CURVE_SHIFT)
    table = positive_tanh(2.0 ** (curve_shift - cell_shift) / ACTIVATION_MAX)
    return {"cell_shift": cell_shift, "curve_shift": curve_shift, "cell_table": table}


def factor_of(scale: float) -> tuple[int, int]:
    """Return what makes a state of a gate times a tanh: a factor of 14 bits, and its shift."""
    mantissa, exponent = math.frexp(1 / (STATE_ONE * scale))
    factor = min(round(mantissa * 2**14), 2**14 - 1)
    return factor, 14 - exponent


OPERATIONS: tuple[Operation, ...] = (LSTM(),)
