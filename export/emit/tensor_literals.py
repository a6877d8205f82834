"""The literals of the memory that layers use: the arena, views of it, and wide numbers."""

from __future__ import annotations

from math import prod

from ..graph.graph import Graph
from ..kernels.build import Build
from ..kernels.call import Call
from ..ops import call_part
from .literals import Literals
from .memory_plan import Plan


def tensor_literals(
    calls: list[Call], graph: Graph, made: Plan, build: Build, reach: int
) -> tuple[Literals, dict[str, str]]:
    """Return the literals, and the name of each tensor's and temporary buffer's memory.

    reach: the minimum size of the arena, in bytes.
    """
    size, first = max(made.size, reach), graph.nodes[0].output
    literals: Literals = {}
    names: dict[str, str] = {}
    if build.native:
        literals["ARENA"] = f"bytearray({size})"
        at, length = made.offsets[first], prod(graph.tensors[first].shape)
        literals["X0"] = f"memoryview(ARENA)[{at}:{at + length}]" if at else "ARENA"
    else:
        literals["ARENA"] = f"memoryview(bytearray({size}))"
    place = {state.after: state.before for state in graph.states}
    lengths = {name: n for name, n in _lengths(graph, build).items() if name not in place}
    for k, (name, length) in enumerate(lengths.items()):
        names[name] = "ARENA" if build.native else f"X{k}"
        if not build.native:
            at = made.offsets[name]
            literals[f"X{k}"] = f"ARENA[{at}:{at + length}]{_remark(graph, name)}"
    names.update({after: names[before] for after, before in place.items()})
    wide = [pair for node in graph.nodes for pair in call_part(node).wide_scratch(node).items()]
    for k, (name, length) in enumerate(wide):
        names[name] = f"A{k}"
        literals[f"A{k}"] = _words(length, build)
    for call in calls:
        if call.wide:
            names[call.y] = "SCORES"
            literals["SCORES"] = _words(prod(graph.tensors[call.y].shape), build)
    return literals, names


def _lengths(graph: Graph, build: Build) -> dict[str, int]:
    """Return the bytes of each tensor and temporary buffer in the arena, in order."""
    lengths: dict[str, int] = {}
    for node in graph.nodes:
        if graph.tensors[node.output].dtype == "uint8":
            lengths[node.output] = prod(graph.tensors[node.output].shape)
        lengths.update(call_part(node).scratch(graph, node, build.native))
    lengths.update({state.before: len(state.initial) for state in graph.states})
    return lengths


def _remark(graph: Graph, name: str) -> str:
    """Return a comment that says what lies in a piece of the arena."""
    if name == graph.nodes[0].output:
        return "  # the input"
    if not name.isprintable():  # a layer's name is the user's
        return ""
    shape = graph.tensors[name].shape if name in graph.tensors else ()
    return f"  # {name}: {'x'.join(map(str, shape))}" if shape else f"  # {name}"


def _words(count: int, build: Build) -> str:
    zeros = f"[0] * {count}"
    return f'array("i", {zeros})' if build.native else zeros
