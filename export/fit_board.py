"""Does the network fit the board? Where its weights should live, or a refusal that says what would.

Nothing here is exact: docs/boards.md says how far off the estimates are. They lie on the high side.
"""

from __future__ import annotations

from thumbnet.trainer import ThumbnetError

from .boards import BoardProfile, list_boards
from .estimate import Estimate, estimate
from .graph import Graph
from .macs import weights as weights_of

PLACES = ("module", "romfs", "stream")
"""Where the weights may live on a board that files are copied to, the fastest first."""

VAGUE = ("generic", "circuitpython", "unix", "wasm")
"""Profiles that are no board one could take instead."""


def choose_weights(graph: Graph, board: BoardProfile, tier: str, mpy: bool = False) -> str:
    """Return the fastest place for the weights that fits; where none does, the last one there is.

    "module" if the board can import them, else "romfs" where it has mapped flash, else "stream".
    "flash" where the files go in with the firmware.
    """
    places = _places(board)
    for weights in places:
        if _lacks(board, estimate(graph, board, tier, weights, mpy)) is None:
            return weights
    return places[-1]


def check_fits(
    graph: Graph, board: BoardProfile, tier: str, weights: str, mpy: bool = False
) -> Estimate:
    """Return the estimate for a board that the network fits.

    Raises
    ------
    ThumbnetError
        If it needs more heap, file system or mapped flash than there is; the message says what
        would fit.

    """
    if weights not in _places(board):
        raise ThumbnetError(
            f"board {board.name} has no place for --weights {weights}: use one of "
            f"{', '.join(_places(board))}"
        )
    need = estimate(graph, board, tier, weights, mpy)
    lack = _lacks(board, need)
    if lack is None:
        return need
    mends = [
        *_other_places(graph, board, tier, weights, mpy),
        _fewer_units(graph, board, tier, weights, mpy),
        *_other_boards(graph, board, tier),
    ]
    raise ThumbnetError(
        f"{graph.name} needs about {lack[1]:,} bytes of {lack[0]}, board {board.name} has "
        f"{lack[2]:,}: {'; or '.join(mends)}"
    )


def _places(board: BoardProfile) -> list[str]:
    """Return where the weights may live on a board, the fastest first."""
    if board.delivery == "hex":
        return ["flash"]
    have = {"module": True, "romfs": board.romfs > 0, "stream": board.stream > 0}
    return [place for place in PLACES if have[place]]


def _lacks(board: BoardProfile, need: Estimate) -> tuple[str, int, int] | None:
    """Return what there is too little of, the need and the have; None if there is enough."""
    for what, needed, has in (
        ("heap to import", need.import_heap, board.heap),
        ("its file system", need.flash, board.flash),
        ("mapped flash", need.romfs, board.romfs),
    ):
        if needed > has:
            return what, needed, has
    return None


def _other_places(
    graph: Graph, board: BoardProfile, tier: str, weights: str, mpy: bool
) -> list[str]:
    """Return the options of export with which the network fits this board."""
    fitting: list[str] = []
    for compiled in (mpy, True) if board.mpy and not mpy else (mpy,):
        for place in _places(board):
            if (place, compiled) == (weights, mpy):
                continue
            if _lacks(board, estimate(graph, board, tier, place, compiled)) is None:
                options = [f"--weights {place}"] if place != weights else []
                fitting.append(" ".join([*options, *(["--mpy"] if compiled and not mpy else [])]))
        if fitting:
            break
    # What one option does, two need not.
    fewest = min((len(options.split()) for options in fitting), default=0)
    fitting = [options for options in fitting if len(options.split()) == fewest]
    return [f"export with {' or '.join(fitting)}"] if fitting else []


def _fewer_units(graph: Graph, board: BoardProfile, tier: str, weights: str, mpy: bool) -> str:
    """Return the advice to train a smaller network, with the weights that fit."""
    have = sum(int(weight.size) for node in graph.nodes for weight in weights_of(node))
    words = "train it with fewer or smaller hidden layers"
    full = estimate(graph, board, tier, weights, mpy)
    empty = estimate(_without_weights(graph), board, tier, weights, mpy)
    share = 1.0
    for needed, left, room in (
        (full.import_heap, empty.import_heap, board.heap),
        (full.flash, empty.flash, board.flash),
        (full.romfs, empty.romfs, board.romfs),
    ):
        if needed > room:
            share = min(share, max(room - left, 0) / max(needed - left, 1))
    fit = int(have * share)
    fit -= fit % 10 ** max(len(str(fit)) - 2, 0)
    if fit:
        return f"{words} (about {fit:,} weights fit, it has {have:,})"
    if graph.stream is not None and not graph.stream.is_raw:
        names = sorted(graph.stream.features, key=_BULK.index)
        return f"train it without the feature {names[0]}, whose code is the longest"
    return f"{words} (it has {have:,} weights)"


_BULK = ("bands", "deviation", "rms", "crossings", "mean")
"""Features, those of the most code first."""


def _without_weights(graph: Graph) -> Graph:
    """Return the graph with one input left: what stays when the weights are gone."""
    nodes = [
        node.with_attributes(weight=node.attributes["weight"][:, :1])
        if "weight" in node.attributes
        else node
        for node in graph.nodes
    ]
    return graph.rebuilt(nodes)


def _other_boards(graph: Graph, board: BoardProfile, tier: str) -> list[str]:
    """Return the advice to take another board: the smallest with this tier that it fits."""
    if board.name in ("unix", "wasm"):
        return []
    for other in sorted(list_boards(), key=lambda other: other.heap):
        if other.name in VAGUE or other.heap <= board.heap or tier not in other.tiers:
            continue
        if any(
            _lacks(other, estimate(graph, other, tier, place)) is None for place in _places(other)
        ):
            return [f"export for a larger board, such as {other.name}"]
    return []
