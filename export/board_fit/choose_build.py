"""Choose how to build a network for a board: tier, lanes, and where the weights live."""

from __future__ import annotations

from thumbnet.trainer import ThumbnetError

from ..boards.build_for import build_for
from ..boards.profile import BoardProfile
from ..emit.header import Facts
from ..emit.kernel_calls import kernel_calls
from ..emit.memory_plan import plan
from ..graph.graph import Graph
from ..kernels.build import WEIGHTS, Build
from ..kernels.lanes import lanes_heap
from .capacity import Request, choose_weights, estimate_for, shortage
from .check_fits import check_fits, check_stream


def choose_build(
    graph: Graph,
    board: BoardProfile,
    tier: str | None = None,
    weights: str | None = None,
    mpy: bool = False,
    facts: Facts | None = None,
) -> Build:
    """Return how `graph` is built for `board`; arguments that are None are chosen.

    Parameters
    ----------
    graph, board
        The network, and the board to build it for.
    tier, weights, mpy
        The options that the user set.
    facts
        The content of the longest header that the module may get, because it takes memory.

    Raises
    ------
    ThumbnetError
        If the board lacks this tier or mapped flash, or the network does not fit.

    """
    request = Request(tier, weights, mpy)
    tier = request.tier_on(board)
    if tier not in board.tiers:
        raise ThumbnetError(
            f"board {board.name} has no tier {tier!r}: use one of {', '.join(board.tiers)}"
        )
    if board.delivery == "hex" and tier == "plain":
        raise ThumbnetError(
            f"board {board.name} has too little heap for tier plain: use {board.tiers[0]}"
        )
    check_stream(graph, board, request, facts)
    if weights is None:
        weights = choose_weights(graph, board, tier, mpy, facts)
    if weights not in WEIGHTS:
        raise ThumbnetError(
            f"unknown place for weights {weights!r}: use one of {', '.join(WEIGHTS)}"
        )
    if mpy and (not board.mpy or board.delivery == "hex"):
        raise ThumbnetError(f"board {board.name} does not import .mpy files: export without --mpy")
    check_fits(graph, board, tier, weights, mpy, request, facts)
    lanes = _lanes_fit(graph, board, tier, weights, mpy, facts)
    return build_for(board, tier, weights, lanes)


def _lanes_fit(
    graph: Graph, board: BoardProfile, tier: str, weights: str, mpy: bool, facts: Facts | None
) -> bool:
    """Return whether big-integer lanes fit: their code, and columns of up to a quarter of the heap.

    Lanes are optional: a network that fits only without them is exported without them.
    """
    if tier != "plain" or weights != "module" or not board.bigint:
        return False
    build = build_for(board, tier, weights, lanes=True)
    calls = kernel_calls(graph, plan(graph, build), build)
    columns = [lanes_heap(c.weight) for c in calls if c.kernel.in_lanes and c.weight is not None]
    if sum(columns) > board.heap // 4:
        return False
    return (
        shortage(board, estimate_for(graph, board, tier, weights, mpy, facts, lanes=True)) is None
    )
