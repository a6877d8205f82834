"""Stage 6, fuse: join the steps of each layer into one node per kernel call."""

from __future__ import annotations

from ..graph.graph import Graph, Node
from ..ops import operation


def fuse(graph: Graph) -> Graph:
    """Return the graph with each layer's steps in one node; every integer stays the same."""
    nodes: list[Node] = []
    for node in graph.nodes:
        before = nodes[-1] if nodes else None
        joined = None
        if before is not None and node.inputs == (before.output,):
            single = len(graph.consumers(before.output)) == 1
            joined = operation(before).fuse(before, node) if single else None
        if joined is None:
            nodes.append(node)
        else:
            nodes[-1] = joined
    return graph.rebuilt(nodes, stage="fuse")
