"""The best export of a network for a board: the fastest tier that fits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from thumbnet.trainer import ThumbnetError

from ..boards.profile import BoardProfile
from ..graph.graph import Graph
from .capacity import Request, fits
from .choose_build import choose_build
from .estimate import Estimate, estimate


@dataclass(frozen=True)
class BoardFit:
    """How a network fits a board.

    Attributes
    ----------
    board
        The profile of the board.
    tier, weights, mpy
        The export that fits, see `convert`.
    estimate
        What that export costs; None if the network does not fit.
    refusal
        Why the network does not fit; "" if it does.

    """

    board: BoardProfile
    tier: str = ""
    weights: str = ""
    mpy: bool = False
    estimate: Estimate | None = None
    refusal: str = ""


def best_fit(graph: Graph, board: BoardProfile) -> BoardFit:
    """Find the export in the fastest tier that fits: as source if possible, else compiled.

    Parameters
    ----------
    graph
        A fused graph.
    board
        The profile of the board.

    Returns
    -------
    BoardFit
        The export and its cost, or why no export fits.

    """
    for tier, mpy in _exports(board):
        if fits(graph, board, Request(tier, None, mpy)):
            build = choose_build(graph, board, tier, None, mpy)
            need = estimate(graph, board, tier, build.weights, mpy, build.lanes)
            return BoardFit(board, tier, build.weights, mpy, need)
    try:
        choose_build(graph, board)
    except ThumbnetError as error:
        return BoardFit(board, refusal=str(error))
    raise AssertionError(f"{board.name} refuses and takes {graph.name}")


def _exports(board: BoardProfile) -> Iterator[tuple[str, bool]]:
    compiled = board.mpy and board.delivery != "hex"
    for mpy in (False, True) if compiled else (False,):
        for tier in board.tiers:
            yield tier, mpy
