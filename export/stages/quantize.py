"""Stage 5, quantize: turn the calibrated float graph into an integer graph."""

from __future__ import annotations

from dataclasses import replace

from ..graph.graph import Graph, Node
from ..ops import operation
from ..ops.answer import answer_nodes
from ..ops.input import quantize_input
from ..quantizer.builder import Builder
from ..quantizer.input_counts import Counts
from ..quantizer.task import Task
from .equalize import channels_of


def quantize(
    graph: Graph, counts: Counts, task: Task, bits: int = 8, fitted: bool = False
) -> Graph:
    """Return the integer graph: the input, integer nodes for each layer, and the answer.

    Parameters
    ----------
    graph
        The float graph after `fold` and `calibrate`.
    counts
        The resolution and range of the raw inputs.
    task
        How to interpret the scores; its nodes come last.
    bits
        The width of the weights, 8 or 4, in layers that support both.
    fitted
        Whether the model was trained for weights of this width.

    Raises
    ------
    ThumbnetError
        If a layer's accumulators could reach 2**29; the message names the layer and what to do.

    """
    builder = Builder(graph, bits, fitted, _curves(graph), _holding_zero(graph))
    # Positions that share weights also share their scaling: one line per channel.
    quantize_input(builder, counts, channels_of(graph) or None)
    scores = [node for node in graph.nodes if operation(node).gives_scores][-1]
    for node in graph.nodes[1:]:
        if node is scores:
            operation(node).quantize_scores(builder, node, task)
        elif node.output not in builder.tensors and not _reads_scores(node, scores):
            operation(node).quantize(builder, node)
    nodes, tensors, outputs = answer_nodes(builder.tensors["scores"], task)
    return replace(graph, outputs=("scores", *outputs)).rebuilt(
        [*builder.nodes, *nodes], {**builder.tensors, **tensors}, stage="quantize"
    )


def _reads_scores(node: Node, scores: Node) -> bool:
    """Return whether a node is the activation after the scores, which is not computed."""
    return operation(node).curve(node) is not None and node.inputs[0] == scores.output


def _curves(graph: Graph) -> dict[str, tuple[str, str]]:
    """Return the name and the output of the curve after each tensor that only a curve reads."""
    found = {}
    for node in graph.nodes:
        readers = graph.consumers(node.output)
        function = operation(readers[0]).curve(readers[0]) if len(readers) == 1 else None
        if function is not None:
            found[node.output] = (function, readers[0].output)
    return found


def _holding_zero(graph: Graph) -> set[str]:
    """Return the tensors whose zero point must be one of their 256 values."""
    found: set[str] = set()
    for node in reversed(graph.nodes):
        if operation(node).needs_zero(node, found):
            found.update(node.inputs)
    return found
