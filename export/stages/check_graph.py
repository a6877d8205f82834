"""`verify(graph)` checks the conditions that a graph must meet after every stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from thumbnet.trainer import ThumbnetError

from ..graph.graph import FLOAT_STAGES, Graph, Node
from ..ops import names, operation
from ..ops.operation import Operation, common_faults


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
    if graph.input not in graph.tensors:
        raise _error(graph, None, f"the input {graph.input!r} has no tensor")
    for node in graph.nodes:
        for fault in _structure(graph, node, known, possible):
            raise _error(graph, node, fault)
        for fault in common_faults(operation(node), graph, node):
            raise _error(graph, node, fault)
        known.add(node.output)
    for name in graph.outputs:
        if name not in known:
            raise _error(graph, None, f"nothing writes the output {name!r}")
    return graph


def _error(graph: Graph, node: Node | None, fault: str) -> ThumbnetError:
    where = f"graph {graph.name} after {graph.stage}"
    if node is not None:
        before = [str(graph.tensors.get(name, name)) for name in node.inputs]
        after = [reader.op for reader in graph.consumers(node.output)] or ["the end"]
        where += f", {node.output} = {node.op}({', '.join(before)}) -> {', '.join(after)}"
    return ThumbnetError(f"{where}: {fault}")


def _structure(
    graph: Graph, node: Node, known: set[str], possible: Mapping[str, Operation]
) -> Iterator[str]:
    if node.op not in possible:
        yield f"unknown operation: use one of {', '.join(possible)}"
        return
    takes, gives, attributes = _signature(possible[node.op], graph.stage)
    if missing := attributes - set(node.attributes):
        yield f"attribute {sorted(missing)[0]!r} is missing: set it in the stage that adds the node"
    for name in node.inputs:
        if name not in known:
            yield f"{name!r} is read before it is written: move the node after its producer"
        elif graph.tensors[name].dtype != takes:
            yield f"{name!r} is {graph.tensors[name].dtype}, but {node.op} reads {takes}"
    if node.output in known:
        yield f"{node.output!r} is written twice: give each node its own output"
    elif node.output not in graph.tensors:
        yield f"{node.output!r} has no tensor: declare its shape and dtype"
    elif gives not in ("*", graph.tensors[node.output].dtype):
        yield f"{node.output!r} is {graph.tensors[node.output].dtype}, but {node.op} writes {gives}"


def _signature(op: Operation, stage: str) -> tuple[str, str, frozenset[str]]:
    """Return the dtypes that an operation reads and writes in a stage, and its attributes."""
    if stage in FLOAT_STAGES:
        return "float32", "float32", op.float_attributes or frozenset()
    return op.reads, op.writes, op.integer_attributes or frozenset()
