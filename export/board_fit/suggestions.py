"""Suggest what to do about a network that does not fit a board.

A suggestion is a set of export options, a smaller network or another board. Each is estimated in
the same way as an export that follows it, and only those that help are suggested.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..boards.load_profile import list_boards
from ..boards.profile import BoardProfile
from ..cost.network_size import node_weights
from ..cost.network_size import weights as count_weights
from ..emit.header import Facts
from ..graph.graph import Graph
from ..ops import operation
from .capacity import (
    Request,
    choose_weights,
    estimate_for,
    fits,
    runs,
    shortage,
    weight_places,
)

VAGUE = ("generic", "circuitpython", "unix", "unix_arm64", "wasm")
"""Profiles that are not suggested: they are not particular boards."""

NONE = "no board in `thumbnet boards` has that much: train a smaller network"

_BULK = ("bands", "deviation", "rms", "crossings", "mean")
"""Features, those with the most code first."""


def suggestions(
    graph: Graph, board: BoardProfile, request: Request, facts: Facts | None = None
) -> str:
    """Return what would fit instead, in words, the cheapest first."""
    ways = other_ways(graph, board, request, facts)
    count = fewer_weights(graph, board, request, facts)
    features = fewer_features(graph, board, request, facts) if count is None else []
    other = larger_board(graph, board, request, facts)
    found = [f"export with {' or '.join(ways)}"] if ways else []
    if count is not None:
        found.append(
            f"train it with fewer or smaller hidden layers (about {count:,} weights fit, but "
            f"it has {count_weights(graph):,})"
        )
    if features:
        names = " and ".join(features)
        code = "which takes the most code" if len(features) == 1 else "which take the most code"
        found.append(f"train it without the feature{'s' * (len(features) > 1)} {names}, {code}")
    if other is not None:
        found.append(f"export for a larger board, such as {other}")
    return "; or ".join(found) or NONE


def other_ways(
    graph: Graph, board: BoardProfile, request: Request, facts: Facts | None = None
) -> list[str]:
    """Return the smallest changes of export options with which the network fits this board.

    The least change comes first: another place of the weights, `--mpy`, another tier.
    """
    fitting: dict[str, Request] = {}
    for way in _ways(board, request):
        words = [
            f"--tier {way.tier}" * (way.tier != request.tier),
            f"--weights {way.weights}" * (way.weights != request.weights),
            "--mpy" * (way.mpy != request.mpy),
        ]
        options = " ".join(filter(None, words))
        kept = {(other.tier, other.mpy) for other in fitting.values()}
        # Compile only if the source does not fit; propose only the fastest of the other tiers.
        compiled = way.mpy != request.mpy and (way.tier, request.mpy) in kept
        slower = way.tier != request.tier and any(
            tier not in (request.tier, way.tier) for tier, _ in kept
        )
        if not compiled and not slower and fits(graph, board, way, facts):
            fitting[options] = way
    fewest = min((options.count("--") for options in fitting), default=0)
    return [options for options in fitting if options.count("--") == fewest]


def _ways(board: BoardProfile, request: Request) -> Iterator[Request]:
    """Yield all other sets of options; a place of the weights is set only if the user set one."""
    tiers = [tier for tier in board.tiers if tier != request.tier_on(board)]
    spots = (
        [] if request.weights is None else [p for p in weight_places(board) if p != request.weights]
    )
    for tier in (request.tier, *tiers):
        for mpy in dict.fromkeys((request.mpy, True)):
            for weights in (request.weights, *spots):
                way = Request(tier, weights, mpy)
                if way != request:
                    yield way


def fewer_weights(
    graph: Graph, board: BoardProfile, request: Request, facts: Facts | None = None
) -> int | None:
    """Return how many weights fit; None if no network with these inputs and outputs fits."""
    layers = [node for node in graph.nodes if node_weights(node)]
    if len(layers) < 2 or not runs(graph, board, request):
        return None
    tier = request.tier_on(board)
    weights = request.weights or choose_weights(graph, board, tier, request.mpy, facts)

    def fitting(share: float) -> int | None:
        smaller = _narrowed(graph, share, 4 if tier == "thumb" else 1)
        need = estimate_for(smaller, board, tier, weights, request.mpy, facts)
        return None if shortage(board, need) else count_weights(smaller)

    low, high, found = 0.0, 1.0, fitting(0)
    while found is not None and high - low > max(_CLOSE * high, 0.01):
        middle = (low + high) / 2
        more = fitting(middle)
        low, high, found = (low, middle, found) if more is None else (middle, high, more)
    return None if found is None else found - found % 10 ** max(len(str(found)) - 2, 0)


_CLOSE = 0.1
"""Relative precision of the share of units that fits."""


def _narrowed(graph: Graph, share: float, together: int) -> Graph:
    """Return the graph with a share of the units of all layers except the last, for an estimate.

    A layer keeps a multiple of `together` units, because these are packed together. The graph
    cannot run, because its tensors do not change.
    """

    def fewer(units: int) -> int:
        kept = -(-int(share * units) // together) * together
        return min(units, max(together, kept))

    nodes, before, left = [], 1, 1
    last = max(k for k, node in enumerate(graph.nodes) if node_weights(node))
    for k, node in enumerate(graph.nodes):
        keep = (lambda units: units) if k == last else fewer
        made = operation(node).narrowed(node, keep, before, left)
        if made is not None:
            node, before, left = made
        nodes.append(node)
    return graph.rebuilt(nodes)


def fewer_features(
    graph: Graph, board: BoardProfile, request: Request, facts: Facts | None = None
) -> list[str]:
    """Return the fewest features without which a Stream fits, never all; [] if none help."""
    if graph.stream is None or graph.stream.is_raw:
        return []
    bulky = sorted(graph.stream.features, key=_BULK.index)
    for count in range(1, len(bulky)):
        left = tuple(name for name in graph.stream.features if name not in bulky[:count])
        if fits(_with_features(graph, left), board, request, facts):
            return bulky[:count]
    return []


def _with_features(graph: Graph, features: tuple[str, ...]) -> Graph:
    """Return the graph with fewer features but the same inputs, so the estimate is not too low."""
    assert graph.stream is not None
    return replace(graph, stream=replace(graph.stream, features=features))


def larger_board(
    graph: Graph, board: BoardProfile, request: Request, facts: Facts | None = None
) -> str | None:
    """Return the board with the least heap on which the same options fit; None if there is none."""
    if board.name in ("unix", "unix_arm64", "wasm"):
        return None
    others = [other for other in list_boards() if other.name not in (*VAGUE, board.name)]
    for other in sorted(others, key=lambda other: (other.heap < board.heap, other.heap)):
        if fits(graph, other, request, facts):
            return other.name
    return None
