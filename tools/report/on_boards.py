"""What the network takes on each board: in which tier and place it fits, or why it does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from thumbnet.export import BoardProfile
from thumbnet.export.board_fit.choose_build import choose_build
from thumbnet.export.board_fit.estimate import Estimate, estimate
from thumbnet.export.graph.graph import Graph
from thumbnet.export.board_fit.capacity import Request
from thumbnet.export.board_fit.capacity import fits as has_room
from thumbnet.trainer import ThumbnetError

from ..targets import JsonObject


@dataclass(frozen=True)
class Fit:
    """How the network fits a board; `need` is None where it does not, and `refusal` says why."""

    board: BoardProfile
    tier: str = ""
    weights: str = ""
    mpy: bool = False
    need: Estimate | None = None
    refusal: str = ""

    @property
    def options(self) -> str:
        """What `thumbnet export` needs to be told for it."""
        words = ["--board", self.board.name]
        if self.tier != self.board.tiers[0]:
            words += ["--tier", self.tier]
        return " ".join([*words, *(["--mpy"] if self.mpy else [])])

    def as_json(self) -> JsonObject:
        """What `--json` prints."""
        facts: JsonObject = {"board": self.board.name, "fits": self.need is not None}
        if self.need is None:
            return {**facts, "reason": self.refusal}
        return {
            **facts,
            "tier": self.tier,
            "weights": self.weights,
            "mpy": self.mpy,
            "seconds": self.need.seconds,
            "decision_seconds": self.need.decision,
            "files_bytes": self.need.flash + self.need.romfs,
            "heap_bytes_to_import": self.need.import_heap,
            "heap_bytes_kept": self.need.steady_heap,
        }


def decides(found: Iterable[Fit]) -> bool:
    """Whether what is timed is the push that fills a window of a `Stream`."""
    return any(fit.need is not None and fit.need.decision is not None for fit in found)


def fits(graph: Graph, boards: Iterable[BoardProfile]) -> list[Fit]:
    """One for each board: those that it fits by time, then those that it does not fit."""
    found = [fit(graph, board) for board in boards]
    return sorted(found, key=lambda f: (f.need is None, f.need.time if f.need else 0, f.board.name))


def fit(graph: Graph, board: BoardProfile) -> Fit:
    """The fastest tier that the network fits in, as source if it can be, else compiled."""
    for tier, mpy in _ways(board):
        if has_room(graph, board, Request(tier, None, mpy)):
            build = choose_build(graph, board, tier, None, mpy)
            need = estimate(graph, board, tier, build.weights, mpy, build.lanes)
            return Fit(board, tier, build.weights, mpy, need)
    try:
        choose_build(graph, board)
    except ThumbnetError as error:
        return Fit(board, refusal=str(error))
    raise AssertionError(f"{board.name} refuses and takes {graph.name}")


def _ways(board: BoardProfile) -> Iterator[tuple[str, bool]]:
    compiled = board.mpy and board.delivery != "hex"
    for mpy in (False, True) if compiled else (False,):
        for tier in board.tiers:
            yield tier, mpy
