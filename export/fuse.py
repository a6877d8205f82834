"""Stage 6, fuse: one node per kernel call, `matmul, requantize[, lookup] -> fully_connected`."""

from __future__ import annotations

from dataclasses import replace

from .graph import Graph, Node


def fuse(graph: Graph) -> Graph:
    """Return the graph with each layer's steps in one node; every integer stays the same."""
    nodes: list[Node] = []
    for node in graph.nodes:
        before = nodes[-1] if nodes else None
        single = before is not None and len(graph.consumers(before.output)) == 1
        if before is not None and single and (before.op, node.op) == ("matmul", "requantize"):
            nodes[-1] = replace(
                before.with_attributes(**node.attributes), op="fully_connected", output=node.output
            )
        elif (
            before is not None
            and single
            and (before.op, node.op) == ("fully_connected", "lookup")
            and "table" not in before.attributes
        ):
            nodes[-1] = replace(before.with_attributes(**node.attributes), output=node.output)
        else:
            nodes.append(node)
    return graph.rebuilt(nodes, stage="fuse")
