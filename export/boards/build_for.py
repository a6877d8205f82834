"""How a graph is built for a board, from the board's profile."""

from __future__ import annotations

from ..graph.graph import Graph
from ..kernels.build import Build
from .profile import BoardProfile


def build_for(
    graph: Graph, board: BoardProfile, tier: str, weights: str, lanes: bool = False
) -> Build:
    """Return the build for the board's profile."""
    return Build(
        tier="thumb_dsp" if tier == "thumb" and board.dsp else tier,
        weights=weights,
        buffer=board.stream,
        lanes=lanes,
        parts=board.delivery == "hex",
        viper=tier != "plain" and "viper" in board.tiers,
        terse=not board.comments,
    )
