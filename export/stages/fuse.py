"""Stage 6, fuse: one node per kernel call: products, `requantize` and `lookup` become a layer."""

from __future__ import annotations

from dataclasses import replace

from ..graph.graph import Graph, Node

FUSED = {
    "matmul": "fully_connected",
    "convolve": "conv",
    "convolve_depthwise": "depthwise_conv",
}
"""Products -> the layer that they and their requantization are."""


def fuse(graph: Graph) -> Graph:
    """Return the graph with each layer's steps in one node; every integer stays the same."""
    nodes: list[Node] = []
    for node in graph.nodes:
        before = nodes[-1] if nodes else None
        single = before is not None and len(graph.consumers(before.output)) == 1
        joined = before is not None and single and node.inputs == (before.output,)
        if before is not None and joined and before.op in FUSED and node.op == "requantize":
            nodes[-1] = replace(
                before.with_attributes(**node.attributes), op=FUSED[before.op], output=node.output
            )
        elif (
            before is not None
            and joined
            and before.op in FUSED.values()
            and node.op == "lookup"
            and "table" not in before.attributes
        ):
            nodes[-1] = replace(before.with_attributes(**node.attributes), output=node.output)
        else:
            nodes.append(node)
    return graph.rebuilt(nodes, stage="fuse")
