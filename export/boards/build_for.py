"""How a module is built for a board, from the profile of the board."""

from __future__ import annotations

from ..kernels.build import Build
from .profile import BoardProfile


def build_for(board: BoardProfile, tier: str, weights: str, lanes: bool = False) -> Build:
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
