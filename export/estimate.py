"""What a network will cost on a board before it is there: heap, flash and time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from .boards import BoardProfile
from .graph import Graph, Node
from .speed import CPUS

WEIGHTS = ("module", "romfs", "stream")
"""Where the weights live, the fastest first."""


@dataclass(frozen=True)
class Estimate:
    """Bytes and seconds; docs/boards.md says how far off they may be."""

    import_heap: int
    """Peak of the heap while the module is imported."""

    steady_heap: int
    """What the imported module keeps, buffers included."""

    predict_heap: int
    """What one `predict` allocates."""

    flash: int
    """All files of the module in the file system (ROMFS not counted)."""

    romfs: int
    """Bytes of mapped flash."""

    seconds: float
    """One inference."""


def estimate(
    graph: Graph, board: BoardProfile, tier: str, weights: str, mpy: bool = False
) -> Estimate:
    """Return what `graph` costs on `board`."""
    blobs = [_blob(node) for node in graph.nodes if _stored(node)]
    total = sum(map(len, blobs))
    largest = max(map(len, blobs), default=0)
    text = sum(map(_literal, blobs)) if not mpy else total
    code = {"plain": 12_000, "viper": 14_000, "thumb": 18_000}[tier]
    parameters = _parameters(graph)
    steady = code // 2 + parameters + arena(graph)
    peak = code + parameters + arena(graph)
    flash = code // 2
    mapped = 0
    if weights == "module":
        steady += total
        peak += total if mpy else 4 * total
        flash += text
    elif weights == "stream":
        steady += board.stream
        peak += board.stream
        flash += total + 16
    else:
        mapped = total + 16
    del largest
    return Estimate(peak, steady, 0 if tier != "plain" else 400, flash, mapped, seconds(graph, board, tier))


def arena(graph: Graph) -> int:
    """Return the bytes of two consecutive tensors, the largest such pair."""
    sizes = [_bytes(graph, graph.nodes[0].output)]
    sizes += [_bytes(graph, node.output) for node in graph.nodes if _stored(node)]
    return max([a + b for a, b in pairwise(sizes)], default=sizes[0])


def seconds(graph: Graph, board: BoardProfile, tier: str) -> float:
    """Return the time of one inference."""
    cost = CPUS[board.cpu]["thumb_dsp" if tier == "thumb" and board.dsp else tier]
    cycles = cost.input * graph.tensors[graph.input].shape[0]
    for node in graph.nodes:
        if _stored(node):
            outputs = graph.tensors[node.output].shape[0]
            cycles += cost.call + cost.output * outputs
            if "weight" in node.attributes:
                cycles += cost.mac * node.attributes["weight"].size
    return float(cycles / board.clock)


def _stored(node: Node) -> bool:
    return "weight" in node.attributes or node.op == "lookup"


def _blob(node: Node) -> npt.NDArray[np.uint8]:
    parts = []
    if "weight" in node.attributes:
        parts.append((node.attributes["weight"].astype(np.int16) + 128).astype(np.uint8).ravel())
    if "table" in node.attributes:
        parts.append(node.attributes["table"].astype(np.uint8).ravel())
    return np.concatenate(parts)


def _literal(blob: npt.NDArray[np.uint8]) -> int:
    plain = (blob >= 32) & (blob < 127)
    return int(np.sum(np.where(plain, 1, 4))) + 8 * (len(blob) // 24 + 1)


def _parameters(graph: Graph) -> int:
    channels = sum(
        graph.tensors[node.output].shape[0] for node in graph.nodes if "weight" in node.attributes
    )
    return 16 * channels


def _bytes(graph: Graph, tensor: str) -> int:
    found = graph.tensors[tensor]
    (size,) = found.shape
    return -(-size // 4) * 4 if found.dtype == "uint8" else 4 * int(size)
