"""How the network fits each board: the tier and the place of the weights, or why it does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from thumbnet.export import BoardProfile, Estimate, Graph, best_fit

from ...json_lines import JsonObject


@dataclass(frozen=True)
class Fit:
    """How the network fits a board.

    Attributes
    ----------
    tier, weights, mpy
        The export that fits.
    need
        The estimated cost; None if the network does not fit.
    refusal
        Why it does not fit.

    """

    board: BoardProfile
    tier: str = ""
    weights: str = ""
    mpy: bool = False
    need: Estimate | None = None
    refusal: str = ""

    @property
    def options(self) -> str:
        """The options of `thumbnet export` for it."""
        words = ["--board", self.board.name]
        if self.tier != self.board.tiers[0]:
            words += ["--tier", self.tier]
        return " ".join([*words, *(["--mpy"] if self.mpy else [])])

    def as_json(self) -> JsonObject:
        """Return what `--json` prints."""
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
    """Return whether times are those of the push that fills a window of a `Stream`."""
    return any(fit.need is not None and fit.need.decision is not None for fit in found)


def fits(graph: Graph, boards: Iterable[BoardProfile]) -> list[Fit]:
    """Return a fit for each board: first those where the network fits, by time, then the rest."""
    found = [fit(graph, board) for board in boards]
    return sorted(found, key=lambda f: (f.need is None, f.need.time if f.need else 0, f.board.name))


def fit(graph: Graph, board: BoardProfile) -> Fit:
    """Return the export in the fastest tier that fits, as source if possible, else compiled."""
    found = best_fit(graph, board)
    return Fit(board, found.tier, found.weights, found.mpy, found.estimate, found.refusal)
