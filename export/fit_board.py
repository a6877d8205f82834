"""Does the module fit the board? Estimates in bytes, and a refusal that says what would fit."""

from __future__ import annotations

from thumbnet.trainer import ThumbnetError

from .boards import BoardProfile
from .graph import Graph
from .header import macs

CODE_HEAP = 14_000
"""Heap that the functions need while they are compiled, on a 32-bit board."""

PARAMETER_HEAP = 16
"""Heap per output channel: bias, multiplier, shift, and the output itself."""

SCALING_HEAP = 60
"""Heap per feature that has an input scaling of its own."""

IMPORT_FACTOR = 4
"""A bytes literal needs about this many times its size while its source file is compiled."""


def import_heap(graph: Graph) -> int:
    """Return the estimated peak of heap while the module is imported from source, in bytes."""
    channels = sum(graph.tensors[node.output].shape[0] for node in graph.only("fully_connected"))
    tables = sum("table" in node.attributes for node in graph.nodes)
    lines = sum(int(node.attributes["units"].size) for node in graph.only("quantize_sensors"))
    return (
        IMPORT_FACTOR * (macs(graph) + 256 * tables)
        + PARAMETER_HEAP * channels
        + SCALING_HEAP * lines
        + CODE_HEAP
    )


def check_fits(graph: Graph, module_bytes: int, board: BoardProfile) -> None:
    """Raise ThumbnetError if the module needs more heap or flash than `board` has."""
    need = import_heap(graph)
    if need > board.heap:
        weights = max((board.heap - CODE_HEAP) // IMPORT_FACTOR, 0)
        raise ThumbnetError(
            f"{graph.name} needs about {need:,} bytes of heap to import, board {board.name} has "
            f"{board.heap:,}: train it with fewer or smaller hidden layers (about {weights:,} "
            f"weights fit, it has {macs(graph):,}) or export for a larger board"
        )
    if module_bytes > board.flash:
        raise ThumbnetError(
            f"{graph.name}.py has {module_bytes:,} bytes, board {board.name} has room for "
            f"{board.flash:,}: "
            "train it with fewer or smaller hidden layers, or export for a larger board"
        )
