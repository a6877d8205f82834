"""What the board profile, its memory and the model decide: tier, and where the weights live."""

from __future__ import annotations

from thumbnet.trainer import ThumbnetError

from .boards import BoardProfile
from .build import WEIGHTS, Build
from .fit_board import check_fits, choose_weights
from .graph import Graph


def choose_build(
    graph: Graph,
    board: BoardProfile,
    tier: str | None = None,
    weights: str | None = None,
    mpy: bool = False,
) -> Build:
    """Return how `graph` is built for `board`; what is not given is chosen.

    Raises
    ------
    ThumbnetError
        If the board has no such tier or no mapped flash, or the network does not fit.

    """
    tier = tier or board.tiers[0]
    if tier not in board.tiers:
        raise ThumbnetError(
            f"board {board.name} has no tier {tier!r}: use one of {', '.join(board.tiers)}"
        )
    if board.delivery == "hex" and tier == "plain":
        raise ThumbnetError(f"board {board.name} has no heap for tier plain: use {board.tiers[0]}")
    if weights is None:
        weights = "stream" if board.delivery == "hex" else choose_weights(graph, board, tier, mpy)
    if weights not in WEIGHTS:
        raise ThumbnetError(f"no weights {weights!r}: use one of {', '.join(WEIGHTS)}")
    if weights == "romfs" and not board.romfs:
        raise ThumbnetError(
            f"board {board.name} has no mapped flash for ROMFS: use --weights module or stream"
        )
    if board.delivery == "hex" and weights != "stream":
        raise ThumbnetError(f"board {board.name} has no heap for weights: use --weights stream")
    if mpy and (not board.mpy or board.delivery == "hex"):
        raise ThumbnetError(f"board {board.name} does not import .mpy files: export without --mpy")
    check_fits(graph, board, tier, weights, mpy)
    return Build(
        tier="thumb_dsp" if tier == "thumb" and board.dsp else tier,
        weights=weights,
        buffer=board.stream,
        lanes=_lanes_fit(graph, board, tier, weights),
        memoryview=board.memoryview,
        parts=board.delivery == "hex",
    )


def _lanes_fit(graph: Graph, board: BoardProfile, tier: str, weights: str) -> bool:
    """Tell whether the heap has room for the columns: 4 bytes a weight, and an object each."""
    if tier != "plain" or weights != "module" or not board.bigint:
        return False
    columns = sum(
        node.attributes["weight"].size * 4 + node.attributes["weight"].shape[1] * 48
        for node in graph.only("fully_connected")
    )
    return bool(columns <= board.heap // 4)
