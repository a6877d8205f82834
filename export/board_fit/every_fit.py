"""Every way to export a network for a board: tier, place of the weights, source or compiled."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from thumbnet.trainer import ThumbnetError

from ..boards.profile import BoardProfile
from ..graph.graph import Graph
from .best_fit import BoardFit
from .capacity import Request, estimate_for, runs, shortage, weight_places


def every_fit(graph: Graph, board: BoardProfile) -> Iterator[BoardFit]:
    """Estimate every way to export a network for a board.

    Parameters
    ----------
    graph
        A fused graph.
    board
        The profile of the board.

    Yields
    ------
    BoardFit
        The fastest tier first. What does not fit has no estimate, and `refusal` says what lacks.

    """
    for tier, weights, mpy in product(board.tiers, weight_places(board), (False, True)):
        if not runs(graph, board, Request(tier, weights, mpy)):
            continue
        try:
            need = estimate_for(graph, board, tier, weights, mpy, None)
        except ThumbnetError as error:
            yield BoardFit(board, tier, weights, mpy, refusal=str(error))
            continue
        lack = shortage(board, need)
        if lack is None:
            yield BoardFit(board, tier, weights, mpy, need)
        else:
            what, needed, has = lack
            yield BoardFit(
                board, tier, weights, mpy, refusal=f"{what}: {needed:,} of {has:,} bytes"
            )
