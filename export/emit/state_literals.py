"""The literals of what stays from one call to the next: where it is, and how it begins."""

from __future__ import annotations

from ..graph.graph import Graph
from ..kernels.weight_layouts import Section
from .literals import Literals, block, bytes_literal, tuple_literal
from .memory_plan import Plan


def state_literals(graph: Graph, made: Plan) -> Literals:
    """Return the literals that `reset` needs; none without states.

    INITIAL has the bytes of each state; if they repeat, only those that do. `check()` covers it.
    """
    if not graph.states:
        return {}
    places = [(made.offsets[state.before], len(state.initial)) for state in graph.states]
    initial = [_shortest(state.initial.tobytes()) for state in graph.states]
    texts = [bytes_literal([Section("", [part])]) for part in initial]
    lines = ["    # place in the arena, bytes", *(f"    {place}," for place in places)]
    return {"STATES": block(lines), "INITIAL": tuple_literal(texts)}


def _shortest(data: bytes) -> bytes:
    """Return the shortest bytes that become `data` if they are repeated a whole number of times."""
    size = (data + data).index(data, 1)
    return data[:size]
