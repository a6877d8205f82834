"""What the board profile, its memory and the model decide: tier, and where the weights live."""

from __future__ import annotations

from thumbnet.trainer import ThumbnetError

from .boards import BoardProfile
from .build import WEIGHTS, Build
from .estimate import build_for
from .fit_board import check_fits, choose_weights
from .graph import Graph
from .lanes import lanes_heap, lanes_win


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
        weights = choose_weights(graph, board, tier, mpy)
    if weights not in WEIGHTS:
        raise ThumbnetError(f"no weights {weights!r}: use one of {', '.join(WEIGHTS)}")
    if mpy and (not board.mpy or board.delivery == "hex"):
        raise ThumbnetError(f"board {board.name} does not import .mpy files: export without --mpy")
    check_fits(graph, board, tier, weights, mpy)
    return build_for(graph, board, tier, weights, _lanes_fit(graph, board, tier, weights))


def _lanes_fit(graph: Graph, board: BoardProfile, tier: str, weights: str) -> bool:
    """Tell whether the columns of big integers take no more than a quarter of the heap."""
    if tier != "plain" or weights != "module" or not board.bigint:
        return False
    layers = [node.attributes["weight"] for node in graph.only("fully_connected")]
    return sum(lanes_heap(w) for w in layers if lanes_win(w)) <= board.heap // 4
