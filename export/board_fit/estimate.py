"""Estimate the heap, flash and time that a network takes on a board."""

from __future__ import annotations

import ast
import math
from dataclasses import dataclass

from ..boards.build_for import build_for
from ..boards.processors import CPUS
from ..boards.profile import BoardProfile
from ..cost.cycles import WeightStream, decision_seconds, seconds, sound_load
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
"""Bytes that a module takes in addition to its contents."""

SMALL_MODULE = 64
"""The same for a part with one or two functions, as those of the probabilities."""


@dataclass(frozen=True)
class Estimate:
    """Estimated bytes and seconds; docs/boards.md describes the method and its errors."""

    import_heap: int
    """The peak of the heap while the module is imported."""

    steady_heap: int
    """Heap that the imported module keeps, including weights and buffers."""

    predict_heap: int
    """Heap that one `predict` takes in addition, until the next garbage collection."""

    flash: int
    """Size of the module's files in the file system."""

    romfs: int
    """Size of its files in mapped flash."""

    seconds: float
    """Time of one `predict` without zero inputs; zeros take less."""

    decision: float | None = None
    """Time of the `push` that fills a window; None without a `Stream`."""

    load: float | None = None
    """Share of the board's time that sound takes; None without sound, or if not known."""

    @property
    def time(self) -> float:
        """Time of the call that a program on the board makes: that push, or `predict`."""
        return self.seconds if self.decision is None else self.decision


def estimate(
    graph: Graph,
    board: BoardProfile,
    tier: str,
    weights: str,
    mpy: bool = False,
    lanes: bool = False,
    facts: Facts | None = None,
) -> Estimate:
    """Return what `graph` costs on `board`, estimated from the contents of its files.

    Parameters
    ----------
    graph
        A fused graph.
    board
        Its processor, clock and word length are used; its memory sizes are not.
    tier
        One of the board's tiers.
    weights
        One of `build.WEIGHTS`.
    mpy
        The module is compiled by mpy-cross.
    lanes
        Use big-integer lanes where they are faster (tier plain).
    facts
        The content of the header; by default almost nothing, and no labels.

    """
    build = build_for(board, tier, weights, lanes)
    facts = facts or Facts(board=board.name, version="")
    files = emit_files(graph, build, facts) if build.parts else emit(graph, build, facts)
    texts = {name[:-3]: data.decode() for name, data in files.items() if name.endswith(".py")}
    word = _word(board)
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
        load=sound_load(graph, board, tier, build.viper, read),
    )


def _word(board: BoardProfile) -> int:
    """Return the bytes of a pointer: by its native code, if it runs any."""
    if board.arch:
        return 8 if board.arch in ("x64", "rv64imc") else 4
    return CPUS[board.cpu].word


def _in_parts(texts: dict[str, str], graph: Graph) -> Heap:
    """Return the heap of a module that imports its parts one by one.

    Parts that are first imported by `predict_proba` are not counted as kept, but they must fit
    together with a list of readings; a list that grew by `append` takes twice its words.
    """
    imports = (node for node in ast.parse(texts[graph.name]).body if isinstance(node, ast.Import))
    at_once = [alias.name for node in imports for alias in node.names if alias.name in texts]
    peak = kept = 0
    for part in at_once:
        cost = import_cost(texts[part], short=True)
        peak = max(peak, kept + cost.peak)
        # The check of the weights is dropped after it has run.
        kept += MODULE + (0 if part == "weights_file" else cost.kept)
    later = kept + _readings(graph)
    for part in [name for name in texts if name not in (graph.name, "main", *at_once)]:
        cost = import_cost(texts[part], short=True)
        peak = max(peak, later + cost.peak)
        later += SMALL_MODULE + cost.kept
    return Heap(max(peak, kept), kept)


def _readings(graph: Graph) -> int:
    """Return the heap of one input on a 32-bit board: bytes for levels, otherwise a list."""
    sensors = takes_readings(graph)
    return math.prod(graph.tensors[graph.input].shape) * (2 * 4 if sensors else 1)


def _stream(graph: Graph, build: Build) -> WeightStream | None:
    """Return what one inference reads; None if nothing is streamed."""
    if build.weights != "stream":
        return None
    graph = share_kernels(graph, build)
    parts = streamed(kernel_calls(graph, plan(graph, build), build), build)
    return WeightStream(
        reads=sum(part.blocks * (1 + part.pieces) for part in parts),
        calls=sum(part.blocks * part.pieces or 1 for part in parts),
        bytes=sum(len(part.data) for part in parts),
    )
