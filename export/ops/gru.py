"""GRU: a gated recurrent unit with gates in units of 1/256 and a 16-bit state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from thumbnet.trainer import FLAT_BEYOND

from ..graph.arithmetic import ACTIVATION_MAX, Ints
from ..graph.graph import Node
from ..kernels.call import Call
from ..kernels.kernel import Kernel
from ..quantizer.builder import Builder
from .attribute_kinds import TABLE
from .conv import NARROW_CONV
from .dense import FULLY_CONNECTED
from .gates import gate_256ths, gate_table
from .operation import Floats, Operation
from .recurrent import COPY, RECURRENT, Recurrent, outputs_of, projection, table_index

GRU_CELL = Kernel("gru", ("units", "y_at", "reset", "shift"), writes_parameters=True)

SEEN_STATE = (256 / (127 * 258), 128)
"""Scale and zero point of the state as the weights see it: the upper byte of 16 bits.

1.0 is 127 * 258: 127 steps of the tanh table, with 258 units each.
"""


class GRU(Recurrent):
    """Gated recurrent unit (Cho et al. 2014), reset after the product; gates z, r, candidate."""

    name = "gru"
    title = "recurrent (GRU)"
    layers = {"GRU": "gru"}
    integer_attributes = {
        **(Recurrent.integer_attributes or {}),
        **{"sigmoid_table": TABLE, "tanh_table": TABLE},
    }
    gates = 3
    most_shift = 8
    kernels = (RECURRENT, FULLY_CONNECTED, NARROW_CONV, COPY, GRU_CELL)

    def float_forward(self, *inputs: Floats, **attributes: Any) -> Floats:
        """Return all states, or only the last."""
        (x,), a, units = inputs, attributes, attributes["units"]
        steps = x.reshape(len(x), a["steps"], -1)
        bias = np.broadcast_to(a["bias"], (2, 3 * units))
        state = np.zeros((len(x), units))
        states = []
        for k in range(a["steps"]):
            from_input = steps[:, k] @ a["kernel"] + bias[0]
            from_state = state @ a["recurrent_kernel"] + bias[1]
            gates = 0.5 + 0.5 * np.tanh(0.5 * (from_input + from_state)[:, : 2 * units])
            z, r = gates[:, :units], gates[:, units:]
            candidate = np.tanh(from_input[:, 2 * units :] + r * from_state[:, 2 * units :])
            state = z * state + (1 - z) * candidate
            states.append(state)
        return outputs_of(states, a["sequences"])

    def quantize(self, builder: Builder, node: Node) -> None:
        """Add the layer with the tables of its two curves."""
        biases = np.broadcast_to(node.attributes["bias"], (2, node.attributes["kernel"].shape[1]))
        sides = self.quantize_sides(builder, node, biases[0], biases[1], SEEN_STATE)
        step = FLAT_BEYOND["tanh"] / 127
        step, shift, attributes = self.wide(sides, step)
        attributes |= {"step_shift": shift, **self.sequence_shape(builder, node)}
        tanh = np.floor(127 * np.tanh(step * (np.arange(256, dtype=np.float64) - 128)) + 0.5) + 128
        # sigmoid(2 z) = (1 + tanh z) / 2: it varies over twice the range.
        attributes |= {"sigmoid_table": gate_table(2 * step), "tanh_table": tanh.astype(np.uint8)}
        scale, zero_point = SEEN_STATE
        out = replace(builder.floats.tensors[node.output], dtype="uint8")
        out = replace(out, scale=scale, zero_point=zero_point)
        builder.add(Node(self.name, node.inputs, out.name, attributes), out)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the state as the weights see it: its upper byte plus 128."""
        (x,), a, units = inputs, attributes, attributes["units"]
        steps, step_shift = x.reshape(len(x), a["steps"], -1), a["step_shift"]
        state = np.zeros((len(x), units), dtype=np.int64)
        seen = np.full((len(x), units), 128, dtype=np.int64)
        states = []
        for k in range(a["steps"]):
            from_input = projection(steps[:, k], "input", a)
            from_state = projection(seen, "state", a)
            total = (from_input + from_state)[:, : 2 * units]
            gates = gate_256ths(a["sigmoid_table"], total, step_shift + 1)
            z, r = gates[:, :units], gates[:, units:]
            wide = from_input[:, 2 * units :] + ((r * from_state[:, 2 * units :] + 128) >> 8)
            tanh = a["tanh_table"].astype(np.int64)[table_index(wide, step_shift, 128)]
            state = (z * state + (256 - z) * (tanh - 128) * 258 + 128) >> 8
            seen = np.minimum(((state + 128) >> 8) + 128, ACTIVATION_MAX)
            states.append(seen)
        return outputs_of(states, a["sequences"])

    def cell_faults(self, node: Node) -> Iterator[str]:
        """Yield a table of tanh that goes beyond -1.0."""
        if not node.attributes["tanh_table"].all():
            yield "the tanh_table contains a 0, which is below -1.0"

    def wide_scratch(self, node: Node) -> dict[str, int]:
        """Return the words of both sums and of the 16-bit state."""
        units = int(node.attributes["units"])
        return {name: size + units for name, size in super().wide_scratch(node).items()}

    def cell_call(self, node: Node, wide: str, state: str, places: dict[str, int]) -> Call:
        """Return the call that computes both gates, the candidate and the state."""
        a = node.attributes
        head = (int(a["units"]), places.get(state, 0), 0, int(a["step_shift"]))
        tables = a["sigmoid_table"].tobytes() + a["tanh_table"].tobytes()
        return Call(GRU_CELL, wide, state, head, table=tables)


OPERATIONS: tuple[Operation, ...] = (GRU(),)
