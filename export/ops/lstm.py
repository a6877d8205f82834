"""LSTM: long short-term memory with gates in units of 1/256 and a 16-bit cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from thumbnet.trainer import CURVES, FLAT_BEYOND

from ..graph.arithmetic import ACTIVATION_MAX, Ints
from ..graph.graph import Node
from ..kernels.call import Call
from ..kernels.kernel import Kernel
from ..quantizer.builder import Builder
from .attribute_kinds import TABLE, Whole
from .conv import NARROW_CONV
from .dense import FULLY_CONNECTED
from .gates import gate_256ths, gate_tables
from .operation import Floats, Operation
from .recurrent import COPY, RECURRENT, Recurrent, outputs_of, projection, table_index

LSTM_CELL = Kernel(
    "lstm",
    ("units", "y_at", "reset", "shift", "cell_shift", "curve_shift"),
    writes_parameters=True,
)

STATE = (1 / 127.5, 128)
"""Scale and zero point of the state: a gate of 256 times a tanh of 255 is 127.5 * 512."""

CELL_MAX = 2**15 - 1
"""Largest value of the cell, in units of 1 / (127 * 2**cell_shift)."""

MOST_CELL_SHIFT = 8
"""Cells are below 1.01 then."""

MOST_CURVE_SHIFT = 7
"""The 256 entries of its curve cover all values of a cell then."""


class LSTM(Recurrent):
    """Long short-term memory (Hochreiter and Schmidhuber 1997); gates i, f, candidate, o."""

    name = "lstm"
    title = "recurrent (LSTM)"
    layers = {"LSTM": "lstm"}
    integer_attributes = {
        **(Recurrent.integer_attributes or {}),
        **{"sigmoid_table": TABLE, "tanh_table": TABLE, "cell_table": TABLE},
        **{"cell_shift": Whole(), "curve_shift": Whole()},
    }
    gates = 4
    most_shift = 8
    kernels = (RECURRENT, FULLY_CONNECTED, NARROW_CONV, COPY, LSTM_CELL)

    def float_forward(self, *inputs: Floats, **attributes: Any) -> Floats:
        """Return all states, or only the last."""
        (x,) = inputs
        states, _ = _states_and_cells(x, attributes)
        return outputs_of(states, attributes["sequences"])

    def hidden_values(self, node: Node, x: Floats) -> Floats:
        """Return the cells: they widen the range of the states, which has no other use."""
        return np.stack(_states_and_cells(x, node.attributes)[1])

    def quantize(self, builder: Builder, node: Node) -> None:
        """Add the layer with the tables of its curves, and a cell that covers what was seen."""
        float_out = builder.floats.tensors[node.output]
        bias = node.attributes["bias"]
        sides = self.quantize_sides(builder, node, bias, np.zeros(0), STATE)
        step, shift, attributes = self.wide(sides, FLAT_BEYOND["tanh"] / 127)
        largest = max(map(abs, float_out.range))
        cell_shift = _cell_shift(largest)
        curve_shift = min(cell_shift + 1, MOST_CURVE_SHIFT)
        cells = np.arange(256) * 2.0 ** (curve_shift - cell_shift) / 127
        curve = np.floor(ACTIVATION_MAX * CURVES["tanh"](cells) + 0.5)
        attributes |= {"step_shift": shift, **self.sequence_shape(builder, node)}
        attributes |= {**gate_tables(step), "cell_table": curve.astype(np.uint8)}
        attributes |= {"cell_shift": cell_shift, "curve_shift": curve_shift}
        scale, zero_point = STATE
        out = replace(float_out, dtype="uint8", scale=scale, zero_point=zero_point)
        builder.add(Node(self.name, node.inputs, out.name, attributes), out)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the states. A cell saturates at `CELL_MAX`; its curve is odd."""
        (x,), a, units = inputs, attributes, attributes["units"]
        steps, step_shift = x.reshape(len(x), a["steps"], -1), a["step_shift"]
        cell = np.zeros((len(x), units), dtype=np.int64)
        state = np.full((len(x), units), 128, dtype=np.int64)
        tanh, curve = (a[name].astype(np.int64) for name in ("tanh_table", "cell_table"))
        states = []
        for k in range(a["steps"]):
            total = projection(steps[:, k], "input", a) + projection(state, "state", a)
            i, f, g, o = np.split(total, 4, axis=1)
            i, f, o = (gate_256ths(a["sigmoid_table"], v, step_shift + 1) for v in (i, f, o))
            new = i * (tanh[table_index(g, step_shift, 128)] - 128)
            cell = (f * cell + (new << a["cell_shift"]) + 128) >> 8
            cell = np.clip(cell, -CELL_MAX, CELL_MAX)
            seen = o * curve[table_index(np.abs(cell), a["curve_shift"], 0)]
            state = ((np.where(cell < 0, -seen, seen) + 256) >> 9) + 128
            state = np.minimum(state, ACTIVATION_MAX)
            states.append(state)
        return outputs_of(states, a["sequences"])

    def cell_faults(self, node: Node) -> Iterator[str]:
        """Yield shifts by which a sum of the cell, or a place in its curve, exceeds its bits."""
        a = node.attributes
        # f * cell + (i * g << cell_shift) is at most 256 * 2**15 + 256 * 128 * 2**8 = 2**24.
        if not 0 <= a["cell_shift"] <= MOST_CELL_SHIFT or not 1 <= a["curve_shift"] <= 15:
            yield (
                f"cell_shift {a['cell_shift']} or curve_shift {a['curve_shift']} is out of range: "
                f"use 0 to {MOST_CELL_SHIFT} and 1 to 15"
            )

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
        head = (
            *(int(a["units"]), places.get(state, 0), 0, int(a["step_shift"])),
            *(int(a["cell_shift"]), int(a["curve_shift"])),
        )
        tables = b"".join(a[f"{name}_table"].tobytes() for name in ("sigmoid", "tanh", "cell"))
        return Call(LSTM_CELL, wide, state, head, table=tables)


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


def _cell_shift(largest: float) -> int:
    """Return the largest shift with which a cell can hold `largest`; 0 if there is none."""
    fitting = (k for k in range(MOST_CELL_SHIFT, 0, -1) if 127 * 2**k * largest <= CELL_MAX)
    return next(fitting, 0)


OPERATIONS: tuple[Operation, ...] = (LSTM(),)
