"""What a network will cost on a board before it is there: heap, flash and time."""

from __future__ import annotations

import ast
import math
from dataclasses import dataclass

from ..boards.profile import BoardProfile
from ..cost.cycles import WeightStream, decision_seconds, seconds
from ..cost.import_heap import Heap, compiled_size, import_cost
from ..cost.predict_heap import predict_heap
from ..emit.header import Facts
from ..emit.kernel_calls import kernel_calls, share_kernels
from ..emit.memory_plan import plan
from ..emit.module import emit
from ..emit.weights_file import streamed
from ..graph.graph import Graph
from ..kernels.build import Build
from ..microbit.module_files import emit_files
from ..ops.input import takes_readings

MODULE = 128
"""Bytes that a module takes beside what is in it."""


@dataclass(frozen=True)
class Estimate:
    """Bytes and seconds; docs/boards.md says how they are found and how far off they may be."""

    import_heap: int
    """The most heap while the module is imported."""

    steady_heap: int
    """What the imported module keeps, weights and buffers included."""

    predict_heap: int
    """What one `predict` takes beside that, until the next garbage collection."""

    flash: int
    """All files of the module in the file system."""

    romfs: int
    """What of them lies in mapped flash instead."""

    seconds: float
    """One `predict`, no input zero; zeros take less."""

    decision: float | None = None
    """Seconds of the `push` that fills a window, where there is a `Stream`."""

    @property
    def time(self) -> float:
        """Seconds of what a program on the board calls: that push, or `predict`."""
        return self.seconds if self.decision is None else self.decision


def build_for(
    graph: Graph, board: BoardProfile, tier: str, weights: str, lanes: bool = False
) -> Build:
    """Return the build that the board's profile leads to."""
    return Build(
        tier="thumb_dsp" if tier == "thumb" and board.dsp else tier,
        weights=weights,
        buffer=board.stream,
        lanes=lanes,
        parts=board.delivery == "hex",
        viper=tier != "plain" and "viper" in board.tiers,
    )


def estimate(
    graph: Graph,
    board: BoardProfile,
    tier: str,
    weights: str,
    mpy: bool = False,
    lanes: bool = False,
    facts: Facts | None = None,
) -> Estimate:
    """Return what `graph` costs on `board`: the files are made, and judged by what is in them.

    Parameters
    ----------
    graph
        A fused graph.
    board
        Its processor, clock and word length count, its sizes do not.
    tier
        One of the board's.
    weights
        One of `build.WEIGHTS`.
    mpy
        The module is compiled by mpy-cross.
    lanes
        Big-integer lanes where they win (tier plain).
    facts
        What the header says; by default next to nothing, and no labels.

    """
    build = build_for(graph, board, tier, weights, lanes)
    facts = facts or Facts(board.name, "")
    files = emit_files(graph, build, facts) if build.parts else emit(graph, build, facts)
    texts = {name[:-3]: data.decode() for name, data in files.items() if name.endswith(".py")}
    word = 8 if board.arch in ("x64", "rv64imc") else 4
    if build.parts:
        heap = _in_parts(texts, graph)
    else:
        heap = import_cost(texts[graph.name], word, compiled=mpy)
    code = sum(compiled_size(t) if mpy else len(t.encode()) for t in texts.values())
    binary = sum(len(data) for name, data in files.items() if not name.endswith(".py"))
    mapped = binary if weights == "romfs" else 0
    read = _stream(graph, build)
    return Estimate(
        import_heap=heap.peak,
        steady_heap=heap.kept,
        predict_heap=predict_heap(graph, tier, word),
        flash=code + binary - mapped,
        romfs=mapped,
        seconds=seconds(graph, board, tier, read),
        decision=decision_seconds(graph, board, tier, build.viper, read),
    )


def _in_parts(texts: dict[str, str], graph: Graph) -> Heap:
    """Return the heap of a module that imports its parts one by one, and what is kept of them.

    Parts that are not imported before `predict_proba` is called are not kept, but there must be
    room for them beside a list of readings: one that grew by `append` has twice its words.
    """
    imports = (node for node in ast.parse(texts[graph.name]).body if isinstance(node, ast.Import))
    peak = kept = 0
    for part in (alias.name for node in imports for alias in node.names):
        if part in texts:
            cost = import_cost(texts[part], short=True)
            peak = max(peak, kept + cost.peak)
            # The check of the weights is dropped as soon as it is done.
            kept += MODULE + (0 if part == "weights_file" else cost.kept)
    if "probabilities" in texts:
        peak = max(
            peak, kept + _readings(graph) + import_cost(texts["probabilities"], short=True).peak
        )
    return Heap(max(peak, kept), kept)


def _readings(graph: Graph) -> int:
    """Return the heap of one input of a board of 32 bits: bytes for levels, else a list."""
    sensors = takes_readings(graph)
    return math.prod(graph.tensors[graph.input].shape) * (2 * 4 if sensors else 1)


def _stream(graph: Graph, build: Build) -> WeightStream | None:
    """Return what one inference reads, None where nothing is streamed."""
    if build.weights != "stream":
        return None
    graph = share_kernels(graph, build)
    parts = streamed(kernel_calls(graph, plan(graph, build.native), build), build)
    return WeightStream(
        reads=sum(part.blocks * (1 + part.pieces) for part in parts),
        calls=sum(part.blocks * part.pieces for part in parts),
        bytes=sum(len(part.data) for part in parts),
    )
