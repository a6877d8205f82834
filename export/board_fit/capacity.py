"""What fits a board: where weights can live, which memory is too small, which options fit."""

from __future__ import annotations

from dataclasses import dataclass, replace

from thumbnet.trainer import ThumbnetError

from ..boards.profile import BoardProfile
from ..emit.header import Facts
from ..graph.graph import Graph
from .estimate import Estimate, estimate

PLACES = ("module", "romfs", "stream")
"""Where weights can live on a board onto which files are copied, the fastest first."""


@dataclass(frozen=True)
class Request:
    """The export options that the user set; None means that the exporter chooses."""

    tier: str | None = None
    weights: str | None = None
    mpy: bool = False

    def tier_on(self, board: BoardProfile) -> str:
        """Return the tier that an export for `board` uses."""
        return self.tier or board.tiers[0]


def weight_places(board: BoardProfile) -> list[str]:
    """Return where weights can live on a board, the fastest first."""
    if board.delivery == "hex":
        return ["flash"]
    have = {"module": True, "romfs": board.romfs > 0, "stream": board.stream > 0}
    return [place for place in PLACES if have[place]]


def runs(graph: Graph, board: BoardProfile, request: Request) -> bool:
    """Return whether the board supports these options, whatever its memory."""
    by_hex = board.delivery == "hex"
    return (
        request.tier_on(board) in board.tiers
        and not (by_hex and (request.tier_on(board) == "plain" or graph.has_stream))
        and not (request.mpy and (by_hex or not board.mpy))
        and (request.weights is None or request.weights in weight_places(board))
    )


def fits(graph: Graph, board: BoardProfile, request: Request, facts: Facts | None = None) -> bool:
    """Return whether `graph` fits `board` with these options."""
    if not runs(graph, board, request):
        return False
    tier = request.tier_on(board)
    places = [request.weights] if request.weights else weight_places(board)
    try:
        needs = (estimate_for(graph, board, tier, at, request.mpy, facts) for at in places)
        return any(shortage(board, need) is None for need in needs)
    except ThumbnetError:  # an operation that this board's kind of files cannot hold
        return False


def choose_weights(
    graph: Graph,
    board: BoardProfile,
    tier: str,
    mpy: bool = False,
    facts: Facts | None = None,
) -> str:
    """Return the fastest place for the weights that fits; if none does, the last one.

    "module" if the board can import them, otherwise "romfs" if it has mapped flash, otherwise
    "stream". "flash" if files are installed together with the firmware.
    """
    for weights in weight_places(board):
        if shortage(board, estimate_for(graph, board, tier, weights, mpy, facts)) is None:
            return weights
    return weight_places(board)[-1]


def estimate_for(
    graph: Graph,
    board: BoardProfile,
    tier: str,
    weights: str,
    mpy: bool,
    facts: Facts | None,
    lanes: bool = False,
) -> Estimate:
    """Return the estimate, with a header of `facts` for this board."""
    facts = None if facts is None else replace(facts, board=board.name)
    return estimate(graph, board, tier, weights, mpy, lanes, facts)


def shortage(board: BoardProfile, need: Estimate) -> tuple[str, int, int] | None:
    """Return which memory is too small, the bytes needed and available; None if all fits."""
    for what, needed, has in (
        ("heap to import", need.import_heap, board.heap),
        ("file system", need.flash, board.flash),
        ("mapped flash", need.romfs, board.romfs),
    ):
        if needed > has:
            return what, needed, has
    return None
