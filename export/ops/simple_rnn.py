"""SimpleRNN: the state is a curve of the sum of two products."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from thumbnet.trainer import CURVES, FLAT_BEYOND, ThumbnetError, affine, curve_output

from ..graph.arithmetic import ACTIVATION_MAX, Ints
from ..graph.graph import Node
from ..kernels.call import Call
from ..kernels.kernel import Kernel
from ..quantizer.builder import Builder
from .attribute_kinds import TABLE, Whole
from .conv import NARROW_CONV
from .curve import table_of
from .dense import FULLY_CONNECTED
from .operation import Floats, Operation
from .recurrent import COPY, RECURRENT, Recurrent, outputs_of, projection, table_index

SIMPLE_RNN = Kernel(
    "simple_rnn",
    ("units", "y_at", "reset", "shift", "state_zero", "center"),
    writes_parameters=True,
)


class SimpleRNN(Recurrent):
    """`state = function(x kernel + state recurrent_kernel + bias)`, starting from zeros."""

    name = "simple_rnn"
    title = "recurrent"
    layers = {"SimpleRNN": "rnn"}
    integer_attributes = {
        **(Recurrent.integer_attributes or {}),
        **{"table": TABLE, "center": Whole(), "state_zero": Whole()},
    }
    most_shift = 12
    kernels = (RECURRENT, FULLY_CONNECTED, NARROW_CONV, COPY, SIMPLE_RNN)

    def float_forward(self, *inputs: Floats, **attributes: Any) -> Floats:
        """Return all states, or only the last."""
        (x,), a = inputs, attributes
        steps = x.reshape(len(x), a["steps"], -1)
        state = np.zeros((len(x), a["units"]))
        states = []
        for k in range(a["steps"]):
            total = steps[:, k] @ a["kernel"] + state @ a["recurrent_kernel"] + a["bias"]
            state = CURVES[a["function"]](total)
            states.append(state)
        return outputs_of(states, a["sequences"])

    def hidden_values(self, node: Node, x: Floats) -> Floats | None:
        """Return all states if the layer outputs only the last: all share its scale."""
        if node.attributes["sequences"]:
            return None
        return self.float_forward(x, **{**node.attributes, "sequences": True})

    def quantize(self, builder: Builder, node: Node) -> None:
        """Add the layer, whose state has the scale of its output."""
        function = node.attributes["function"]
        out = replace(builder.floats.tensors[node.output], dtype="uint8")
        low, high = out.range
        low, high = min(low, 0.0), max(high, 0.0)  # the state starts at 0
        if function in FLAT_BEYOND:
            edge = FLAT_BEYOND[function]
            scale, zero_point = curve_output(function, -1.0, 1.0)
            before = (-edge, edge)
        elif function in ("relu", "linear"):
            scale, zero_point = affine(0.0 if function == "relu" else low, high, True)
            before = (0.0 if function == "relu" else low, high)
        else:
            raise ThumbnetError(
                f"export: {node.output} has activation {function}: use tanh, sigmoid, relu or "
                "linear"
            )
        # If the step grows, the table covers more on both sides.
        step, center = affine(*before, True)
        state = (scale, zero_point)
        sides = self.quantize_sides(builder, node, node.attributes["bias"], np.zeros(0), state)
        step, shift, attributes = self.wide(sides, step)
        reals = CURVES[function](step * (np.arange(256, dtype=np.float64) - center))
        attributes |= {"step_shift": shift, "center": center, "state_zero": zero_point}
        attributes |= {
            "table": table_of(reals, scale, zero_point),
            **self.sequence_shape(builder, node),
        }
        out = replace(out, scale=scale, zero_point=zero_point)
        builder.add(Node(self.name, node.inputs, out.name, attributes), out)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Compute `state = table[W x + U state]` at every step; return all states, or the last."""
        (x,), a = inputs, attributes
        table = a["table"].astype(np.int64)
        steps = x.reshape(len(x), a["steps"], -1)
        state = np.full((len(x), a["units"]), a["state_zero"], dtype=np.int64)
        states = []
        for k in range(a["steps"]):
            total = projection(steps[:, k], "input", a) + projection(state, "state", a)
            state = table[table_index(total, a["step_shift"], a["center"])]
            states.append(state)
        return outputs_of(states, a["sequences"])

    def cell_faults(self, node: Node) -> Iterator[str]:
        """Yield the fault of a center or a zero point of the state that is out of range."""
        a = node.attributes
        if abs(a["center"]) >= 2**20 or not 0 <= a["state_zero"] <= ACTIVATION_MAX:
            yield "center or state_zero is out of range"

    def parameters(self, node: Node) -> int:
        """Return weights and biases, but not the state's bias: it contains only its zero point."""
        return super().parameters(node) - len(node.attributes["state_weight"])

    def cell_call(self, node: Node, wide: str, state: str, places: dict[str, int]) -> Call:
        """Return the call that adds both sums and looks up the state."""
        a = node.attributes
        head = (
            *(int(a["units"]), places.get(state, 0), 0, int(a["step_shift"])),
            *(int(a["state_zero"]), int(a["center"])),
        )
        return Call(SIMPLE_RNN, wide, state, head, table=a["table"].tobytes())


OPERATIONS: tuple[Operation, ...] = (SimpleRNN(),)
