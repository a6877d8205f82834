"""Checks of what stays from one inference to the next."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from ..graph.graph import FLOAT_STAGES, Graph, Node, State
from ..ops import operation


def state_faults(graph: Graph) -> Iterator[str]:
    """Yield the faults of the states of a graph.

    Both tensors of a state lie in the same memory. What is checked makes this safe: nothing reads
    `before` once `after` is written, nothing writes `after` again, and no memory has two owners.
    """
    if graph.states and graph.stage in FLOAT_STAGES:
        yield "it has a state before it has integers: add states to the integer graph"
        return
    if graph.states and graph.stream is not None:
        yield "it has states and a Stream: thumbnet takes one of them"
    tensors = [name for state in graph.states for name in (state.before, state.after)]
    for name in tensors:
        if name not in graph.tensors:
            yield f"the state {name!r} has no tensor: declare its shape and dtype"
            return
        if tensors.count(name) > 1:
            yield f"{name!r} belongs to two states: give each its own tensors"
            return
    for state in graph.states:
        yield from _faults(graph, state)


def _faults(graph: Graph, state: State) -> Iterator[str]:
    before, after = graph.tensors[state.before], graph.tensors[state.after]
    writes = [k for k, node in enumerate(graph.nodes) if node.output == state.after]
    reads = [k for k, node in enumerate(graph.nodes) if state.before in node.inputs]
    size = prod(before.shape)
    if (before.dtype, after.dtype) != ("uint8", "uint8") or state.initial.dtype != "uint8":
        yield f"the state {state.before!r} is {before.dtype}, then {after.dtype}: it must be uint8"
    elif prod(after.shape) != size or state.initial.shape != (size,):
        yield (
            f"the state {state.before!r} has {size} bytes, but begins with {state.initial.size} "
            f"and goes on with {prod(after.shape)}"
        )
    elif state.before in (graph.input, *graph.outputs, *(node.output for node in graph.nodes)):
        yield f"{state.before!r} is a state, but also an input, an output or a result"
    elif len(writes) != 1 or writes == [0]:
        yield f"the state {state.after!r} must be the result of one node behind the input"
    elif any(k > writes[0] for k in reads) or (
        writes[0] in reads and _updated(graph.nodes[writes[0]]) != state.before
    ):
        yield f"{state.before!r} is read when {state.after!r} is written over it: read it before"


def update_faults(graph: Graph, node: Node) -> Iterator[str]:
    """Yield the fault of a node that changes a tensor where it lies, if that is no state."""
    pairs = [(state.before, state.after) for state in graph.states]
    if (before := _updated(node)) and (before, node.output) not in pairs:
        yield f"it turns {before!r} into {node.output!r}: these must be a state, before and after"


def _updated(node: Node) -> str:
    """Return the input that a node turns into its output, where it lies; "" if none."""
    which = operation(node).updates
    return "" if which is None or which >= len(node.inputs) else node.inputs[which]
