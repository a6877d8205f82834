"""Check that a network fits a board; if not, raise an error that says what would fit.

Only the sizes of the finished files are exact. docs/boards.md lists the errors of the estimates,
which tend to be too high.
"""

from __future__ import annotations

from collections.abc import Mapping

from thumbnet.trainer import ThumbnetError

from ..boards.profile import BoardProfile
from ..emit.header import Facts
from ..graph.graph import Graph
from ..kernels.build import Build
from .capacity import Request, choose_weights, estimate_for, shortage, weight_places
from .estimate import Estimate
from .suggestions import larger_board, suggestions

__all__ = ["check_files", "check_fits", "check_stream", "choose_weights"]


def check_fits(
    graph: Graph,
    board: BoardProfile,
    tier: str,
    weights: str,
    mpy: bool = False,
    request: Request | None = None,
    facts: Facts | None = None,
) -> Estimate:
    """Return the estimate, if the network fits the board.

    Parameters
    ----------
    graph, board, tier, weights, mpy
        What is to be built.
    request
        The options that the user set; by default all of them. Suggestions start from these.
    facts
        The content of the header; by default almost nothing.

    Raises
    ------
    ThumbnetError
        If it needs more heap, file system or mapped flash than the board has; the message says
        what would fit.

    """
    if weights not in weight_places(board):
        raise ThumbnetError(
            f"board {board.name} does not support --weights {weights}: use one of "
            f"{', '.join(weight_places(board))}{_own_romfs(board, weights)}"
        )
    need = estimate_for(graph, board, tier, weights, mpy, facts)
    lack = shortage(board, need)
    if lack is not None:
        would = suggestions(graph, board, request or Request(tier, weights, mpy), facts)
        raise ThumbnetError(
            f"{graph.name} needs about {lack[1]:,} bytes of {lack[0]}, but board {board.name} has "
            f"{lack[2]:,}: {would}"
        )
    return need


def _own_romfs(board: BoardProfile, weights: str) -> str:
    """Return what to do where only the user's own firmware has ROMFS."""
    if weights != "romfs" or board.delivery == "hex":
        return ""
    return ", or a profile of your own with `romfs = BYTES` if `mpremote romfs query` finds some"


def check_files(
    graph: Graph,
    board: BoardProfile,
    build: Build,
    mpy: bool,
    files: Mapping[str, bytes],
    facts: Facts,
) -> None:
    """Raise ThumbnetError if the finished files do not fit the board."""
    mapped = 0
    if build.weights == "romfs":
        mapped = sum(len(data) for name, data in files.items() if name.endswith(".bin"))
    copied = sum(map(len, files.values())) - mapped
    for what, size, limit in (
        ("file system", copied, board.flash),
        ("mapped flash", mapped, board.romfs),
    ):
        if size > limit:
            request = Request(build.tier.removesuffix("_dsp"), build.weights, mpy)
            raise ThumbnetError(
                f"{graph.name} takes {size:,} bytes of {what}, but board {board.name} has "
                f"{limit:,}: {suggestions(graph, board, request, facts)}"
            )


def check_stream(graph: Graph, board: BoardProfile, request: Request, facts: Facts | None) -> None:
    """Raise ThumbnetError if the board has too little heap for any Stream."""
    if not graph.has_stream or board.delivery != "hex":
        return
    other = larger_board(graph, board, request, facts)
    such = "" if other is None else f", such as {other}"
    raise ThumbnetError(
        f"board {board.name} has {board.heap:,} bytes of heap, too few for a network and a Stream: "
        f"export for a board with more{such}"
    )
