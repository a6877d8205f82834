"""What a graph must be to become a module, beyond what every stage demands."""

from __future__ import annotations

from thumbnet.trainer import ThumbnetError

from ..graph.graph import Graph
from ..kernels.build import Build
from ..ops import call_part

_SCORES = "scores"


def check_emittable(graph: Graph) -> Graph:
    """Return a verified graph, if kernels compute all of it.

    Raises
    ------
    ThumbnetError
        If a node has no kernel, a layer in the middle has 32-bit results, or a layer has the name
        of a temporary buffer.

    """
    for node in graph.nodes[1:]:
        part, dtype = call_part(node), graph.tensors[node.output].dtype
        if not part.kernels and not part.sources(graph, node, Build()).files:
            raise ThumbnetError(
                f"export: no kernel computes {node.output!r} ({node.op}): fuse it with its layer"
            )
        if part.kernels and (dtype == "uint8") == (node.output == _SCORES):
            raise ThumbnetError(
                f"export: {node.output!r} is {dtype}, but scores are int32, and all before uint8"
            )
    for node in graph.nodes:
        part = call_part(node)
        for name in (*part.scratch(graph, node, True), *part.wide_scratch(node)):
            if name in graph.tensors:
                raise ThumbnetError(
                    f"export: a layer is called {name!r}, as the temporary buffer of another: "
                    "give it another name"
                )
    return graph
