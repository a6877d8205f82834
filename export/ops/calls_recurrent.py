"""The calls of a recurrent layer: one row of `LAYERS` that runs rows of its own at every step."""

from __future__ import annotations

from math import prod

import numpy as np

from ..kernels.build import Build
from ..kernels.call import CONV, COPY, GRU, HEADER, RECURRENT, SIMPLE_RNN, Call
from ..graph.graph import Graph, Node


def recurrent(graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
    """Return the one call of the layer; its rows load a step's inputs, multiply, and update.

    Scratch: NAME.step holds the inputs of a step, NAME.wide the sums (words, beside the arena),
    NAME.state the state, where it is not the layer's output.
    """
    (source,), target = node.inputs, node.output
    a = node.attributes
    steps, units = int(a["steps"]), int(a["units"])
    size = prod(graph.tensors[source].shape) // steps
    step, wide = f"{target}.step", f"{target}.wide"
    state = f"{target}.state" if a["sequences"] else target
    start, end = places.get(source, 0), places.get(target, 0)
    rows = [
        Call("copy", source, step, COPY, (size, start, places.get(step, 0))),
        _product(node, "input", step, wide, 0, places),
        _product(node, "state", state, wide, len(a["input_weight"]), places),
        _cell(node, wide, state, places),
    ]
    if a["sequences"]:
        rows.append(Call("copy", state, target, COPY, (units, places.get(state, 0), end)))
    head = (steps, start, size, end, units)
    return [Call("recurrent", source, target, RECURRENT, head, rows=tuple(rows))]


def words(node: Node) -> int:
    """Return the length of NAME.wide, in words: both sums, and of a GRU the state's 16 bits."""
    return 2 * len(node.attributes["input_weight"]) + (
        int(node.attributes["units"]) if node.op == "gru" else 0
    )


def _product(
    node: Node, side: str, source: str, target: str, y_at: int, places: dict[str, int]
) -> Call:
    a = node.attributes
    weight, limit = a[f"{side}_weight"], int(a["limit"])
    columns = [a[f"{side}_{name}"] for name in ("bias", "multiplier", "shift")]
    channels = np.stack(columns, axis=1).astype(np.int64)
    outputs, inputs = weight.shape
    head: tuple[int, ...] = (
        inputs,
        outputs,
        places.get(source, 0),
        y_at,
        0,
        -limit,
        limit,
        0,
        1,
        1,
    )
    if "bits" not in a:
        return Call("fully_connected", source, target, HEADER, head, weight, channels, wide=True)
    pixel = (1, inputs, 1, inputs, 1, inputs, 0, 0, 1, 1, outputs)
    head = (*head, *pixel, 0, places.get(f"{node.output}.patch", 0))
    return Call("conv_int4", source, target, CONV, head, weight, channels, wide=True)


def _cell(node: Node, wide: str, state: str, places: dict[str, int]) -> Call:
    a = node.attributes
    head: tuple[int, ...] = (int(a["units"]), places.get(state, 0), 0, int(a["step_shift"]))
    if node.op == "gru":
        tables = a["sigmoid_table"].tobytes() + a["tanh_table"].tobytes()
        return Call("gru", wide, state, GRU, head, table=tables)
    head = (*head, int(a["state_zero"]), int(a["center"]))
    return Call("simple_rnn", wide, state, SIMPLE_RNN, head, table=a["table"].tobytes())
