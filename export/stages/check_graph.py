"""`verify(graph)` checks the conditions that a graph must meet after every stage.

A graph that passes can be executed, estimated and emitted, whoever wrote it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from thumbnet.trainer import ThumbnetError

from ..graph.graph import FLOAT_STAGES, Graph, Node
from ..ops import names, operation
from ..ops.attribute_kinds import attribute_faults
from ..ops.operation import Operation, common_faults
from .check_program import program_faults, tensor_faults
from .check_sound import sound_faults
from .check_states import state_faults, update_faults


def verify(graph: Graph) -> Graph:
    """Check a graph and return it.

    Parameters
    ----------
    graph
        A graph after any stage.

    Returns
    -------
    Graph
        The same graph.

    Raises
    ------
    ThumbnetError
        At the first fault; the message names the stage, the node, its neighbours and what to do.

    """
    known, possible = {graph.input}, names(graph.stage)
    for fault in state_faults(graph):
        raise _error(graph, None, fault)
    known.update(state.before for state in graph.states)
    if graph.input not in graph.tensors:
        raise _error(graph, None, f"the input {graph.input!r} has no tensor")
    for fault in tensor_faults(graph):
        raise _error(graph, None, fault)
    for node in graph.nodes:
        for fault in _structure(graph, node, known, possible):
            raise _error(graph, node, fault)
        for fault in chain(common_faults(operation(node), graph, node), update_faults(graph, node)):
            raise _error(graph, node, fault)
        known.add(node.output)
    for name in graph.outputs:
        if name not in known:
            raise _error(graph, None, f"nothing writes the output {name!r}")
    if graph.stage not in FLOAT_STAGES:
        for fault in program_faults(graph):
            raise _error(graph, None, fault)
    for fault in sound_faults(graph):
        raise _error(graph, None, fault)
    return graph


def _error(graph: Graph, node: Node | None, fault: str) -> ThumbnetError:
    where = f"graph {graph.name} after {graph.stage}"
    if node is not None:
        before = [str(graph.tensors.get(name, name)) for name in node.inputs]
        after = [reader.op for reader in graph.consumers(node.output)] or ["the end"]
        where += f", {node.output} = {node.op}({_few(before)}) -> {_few(after)}"
    return ThumbnetError(f"{where}: {fault}")


def _few(names: list[str]) -> str:
    """Return the names, or only the first of many."""
    return ", ".join(names if len(names) <= 8 else [*names[:8], "..."])


def _structure(
    graph: Graph, node: Node, known: set[str], possible: Mapping[str, Operation]
) -> Iterator[str]:
    if node.op not in possible:
        yield f"unknown operation: use one of {', '.join(possible)}"
        return
    op = possible[node.op]
    takes, gives = _types(op, graph.stage)
    yield from _attributes(op, graph.stage, node)
    if len(node.inputs) not in op.takes:
        yield f"it reads {len(node.inputs)} tensors: {node.op} takes {_count(op.takes)}"
    for name in node.inputs:
        if name not in known:
            yield f"{name!r} is read before it is written: move the node after its producer"
        elif graph.tensors[name].dtype != takes:
            yield f"{name!r} is {graph.tensors[name].dtype}, but {node.op} reads {takes}"
    if node.output in known:
        yield f"{node.output!r} is written twice: give each node its own output"
    elif node.output not in graph.tensors:
        yield f"{node.output!r} has no tensor: declare its shape and dtype"
    elif not graph.tensors[node.output].shape and not op.answers:
        yield f"{node.output!r} has no axes: declare its shape"
    elif gives not in ("*", graph.tensors[node.output].dtype):
        yield f"{node.output!r} is {graph.tensors[node.output].dtype}, but {node.op} writes {gives}"


def _types(op: Operation, stage: str) -> tuple[str, str]:
    """Return the dtypes that an operation reads and writes in a stage."""
    return ("float32", "float32") if stage in FLOAT_STAGES else (op.reads, op.writes)


def _attributes(op: Operation, stage: str, node: Node) -> Iterator[str]:
    """Yield the faults of a node's attributes, each by itself."""
    if stage not in FLOAT_STAGES:
        yield from attribute_faults(op.integer_attributes or {}, node.attributes)
    elif missing := (op.float_attributes or frozenset()) - set(node.attributes):
        yield f"attribute {sorted(missing)[0]!r} is missing: set it in the stage that adds the node"


def _count(takes: range) -> str:
    return str(takes[0]) if len(takes) == 1 else f"{takes[0]} to {takes[-1]}"
