"""Does the network fit the board? A choice of where its weights live, and a refusal that helps."""

from __future__ import annotations

from thumbnet.trainer import ThumbnetError

from .boards import BoardProfile
from .estimate import WEIGHTS, Estimate, estimate
from .graph import Graph
from .header import macs


def choose_weights(graph: Graph, board: BoardProfile, tier: str, mpy: bool = False) -> str:
    """Return the fastest place for the weights that fits, "stream" if none does."""
    for weights in WEIGHTS:
        if weights == "romfs" and not board.romfs:
            continue
        need = estimate(graph, board, tier, weights, mpy)
        if need.import_heap <= board.heap and need.flash <= board.flash and need.romfs <= board.romfs:
            return weights
    return "stream"


def check_fits(
    graph: Graph, board: BoardProfile, tier: str, weights: str, mpy: bool = False
) -> Estimate:
    """Return the estimate; ThumbnetError if the module needs more than `board` has."""
    need = estimate(graph, board, tier, weights, mpy)
    if need.import_heap > board.heap:
        raise ThumbnetError(
            f"{graph.name} needs about {need.import_heap:,} bytes of heap to import, board "
            f"{board.name} has {board.heap:,}: it has {macs(graph):,} weights"
        )
    return need


def import_heap(graph: Graph) -> int:
    """Return the estimated peak of heap while the module is imported from source, in bytes."""
    channels = sum(graph.tensors[node.output].shape[0] for node in graph.only("fully_connected"))
    return 4 * macs(graph) + 16 * channels + 14_000
