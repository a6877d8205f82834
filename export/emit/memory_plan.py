"""The memory planner: all uint8 tensors share one arena, and overlap if never alive together.

Two tensors that are alive together for one kernel, its input and its output, may overlap if the
operation permits it: `CallPart.in_place` says how far before the input the output must then begin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from math import prod

from thumbnet.trainer import ThumbnetError

from ..graph.graph import Graph, Node
from ..kernels.build import Build
from ..ops import call_part
from .weights_file import streamed

ALIGNMENT = 4
"""Kernels read whole words, so a tensor begins at a word and owns all bytes of its last word."""

Pairs = dict[tuple[str, str], int]
"""For an output and an input that it may overlap: the bytes by which the output begins earlier."""


@dataclass(frozen=True)
class Plan:
    """The offset of each uint8 tensor, and of the temporary buffers that nodes need.

    Sizes and offsets are in bytes, multiples of `ALIGNMENT`; a temporary buffer has a name such as
    "NODE.patch".
    """

    size: int
    offsets: dict[str, int]


def plan(graph: Graph, build: Build | None = None) -> Plan:
    """Place the uint8 tensors of a fused graph.

    In each of several orders, tensors are placed one by one where they make the arena grow least,
    first without and then with the overlaps that operations permit. The smallest arena wins, of
    equal ones the first. The two tensors of a state have one place, which nothing else shares.

    Parameters
    ----------
    graph
        The graph.
    build
        The tier and where the weights live; None for a tier of machine code with the weights in the
        module. In files for a micro:bit v1, the input is placed at 0: the board has no `memoryview`
        and writes the input through the arena itself.

    """
    build = build or Build("thumb")
    lives, sizes = lifetimes(graph, build.native), _sizes(graph, build.native)
    pairs = overlapping(graph, build)
    for state in graph.states:
        del lives[state.after]
    first = graph.nodes[0].output
    breadth = _breadth(graph, lives, sizes)
    busiest = {n: max(breadth[start : end + 1]) for n, (start, end) in lives.items()}
    orders: list[Callable[[str], tuple[int, ...]]] = [
        lambda name: (name != first, -sizes[name]),
        lambda name: (-sizes[name],),
        lambda name: (-busiest[name], -sizes[name]),
    ]
    if build.parts:
        orders = orders[:1]
    made = [
        _placed(sorted(lives, key=order), lives, sizes, permitted, 0 if build.parts else None)
        for permitted, order in product(({}, pairs), orders)
    ]
    best = min(made, key=lambda found: found.size)
    for state in graph.states:
        best.offsets[state.after] = best.offsets[state.before]
    return check_plan(graph, best, build)


def lifetimes(graph: Graph, native: bool = True) -> dict[str, tuple[int, int]]:
    """Return the first and the last moment at which each uint8 tensor is alive.

    Node `k` reads and writes at moment `k`, so its inputs, its output and its temporary buffers are
    alive at the same time. A state is alive from before the first node until after the last.
    """
    lives: dict[str, tuple[int, int]] = {}
    for k, node in enumerate(graph.nodes):
        for name in node.inputs:
            if name in lives:
                lives[name] = (lives[name][0], k)
        if graph.tensors[node.output].dtype == "uint8":
            lives[node.output] = (k, k)
        lives.update(dict.fromkeys(call_part(node).scratch(graph, node, native), (k, k)))
    always = (-1, len(graph.nodes))
    for state in graph.states:
        lives.update({state.before: always, state.after: always})
    return lives


def alive_bytes(graph: Graph, build: Build | None = None) -> dict[str, int]:
    """Return the bytes of tensors and temporary buffers that are alive while each node runs.

    Parameters
    ----------
    graph
        A fused graph.
    build
        See `plan`.

    Returns
    -------
    dict of str to int
        By the name of the node's output, for the nodes that write bytes.

    """
    native = (build or Build("thumb")).native
    lives, sizes = lifetimes(graph, native), _sizes(graph, native)
    for state in graph.states:
        del lives[state.after]
    return {
        node.output: alive
        for node, alive in zip(graph.nodes, _breadth(graph, lives, sizes), strict=True)
        if graph.tensors[node.output].dtype == "uint8"
    }


def _breadth(graph: Graph, lives: dict[str, tuple[int, int]], sizes: dict[str, int]) -> list[int]:
    """Return how many bytes are alive while each node runs."""
    return [
        sum(sizes[name] for name, (start, end) in lives.items() if start <= k <= end)
        for k in range(len(graph.nodes))
    ]


def overlapping(graph: Graph, build: Build) -> Pairs:
    """Return the pairs of an output and an input that may overlap: no later node reads the input.

    A call reads and writes in one pass. Where streamed weights take several, none may overlap.
    """
    lives = lifetimes(graph, build.native)
    pairs: Pairs = {}
    for k, node in enumerate(graph.nodes):
        dying = {name for name in node.inputs if name in lives and lives[name][1] == k}
        found = call_part(node).in_place(graph, node) if dying and node.output in lives else {}
        if found and _is_one_pass(graph, node, build):
            pairs |= {
                (node.output, name): _whole_words(distance)
                for name, distance in found.items()
                if name in dying
            }
    return pairs


def check_plan(graph: Graph, made: Plan, build: Build | None = None) -> Plan:
    """Return the plan if it is valid: tensors lie in the arena, and no two that are alive together
    overlap, except as far as their operation permits.

    Raises
    ------
    ThumbnetError
        If it is not; the message names the tensors.

    """
    build = build or Build("thumb")
    lives, sizes = lifetimes(graph, build.native), _sizes(graph, build.native)
    pairs = overlapping(graph, build)
    states = [{state.before, state.after} for state in graph.states]
    for before, after in states:
        if made.offsets[before] != made.offsets[after]:
            raise ThumbnetError(f"export: state {before} and {after} lie in two places")
    for name, at in made.offsets.items():
        end = at + sizes[name]
        if at % ALIGNMENT or at < 0 or end > made.size:
            raise ThumbnetError(f"export: tensor {name} at {at} is not inside the arena")
        for other, start in made.offsets.items():
            if other == name or not _together(lives[name], lives[other]):
                continue
            if {name, other} in states:
                continue
            if (name, other) in pairs and at + pairs[name, other] <= start:
                continue
            if (other, name) in pairs and start + pairs[other, name] <= at:
                continue
            if at < start + sizes[other] and start < end:
                raise ThumbnetError(f"export: tensors {name} and {other} share memory while alive")
    return made


def _placed(
    order: list[str],
    lives: dict[str, tuple[int, int]],
    sizes: dict[str, int],
    pairs: Pairs,
    least: int | None,
) -> Plan:
    """Place tensors in an order; least: the lowest offset, None if the arena may grow downwards."""
    offsets: dict[str, int] = {}
    low = high = 0
    for name in order:
        size = sizes[name]
        others = [other for other in offsets if _together(lives[name], lives[other])]
        forbidden = [_forbidden(name, other, offsets[other], sizes, pairs) for other in others]
        places = [at for at in _gaps(forbidden) if least is None or at >= least]
        at = min(places, key=lambda at: (max(high, at + size) - min(low, at), at < 0, at))
        offsets[name] = at
        low, high = min(low, at), max(high, at + size)
    return Plan(high - low, {name: at - low for name, at in offsets.items()})


def _forbidden(
    name: str, other: str, start: int, sizes: dict[str, int], pairs: Pairs
) -> tuple[int, int]:
    """Return the ends of the offsets between which `name` would overlap `other`, which is placed.

    The ends themselves are permitted.
    """
    low, high = start - sizes[name], start + sizes[other]
    if (name, other) in pairs:
        low = max(low, start - pairs[name, other])
    if (other, name) in pairs:
        high = min(high, start + pairs[other, name])
    return low, high


def _gaps(forbidden: Iterable[tuple[int, int]]) -> Iterator[int]:
    """Yield the ends of each gap between ranges of offsets, and 0 if it lies in one.

    The ends of a range do not belong to it.
    """
    reached: int | None = None
    for low, high in sorted(forbidden):
        if reached is None or low >= reached:
            yield from _gap(reached, low)
        reached = high if reached is None else max(reached, high)
    yield from _gap(reached, None)


def _gap(low: int | None, high: int | None) -> Iterator[int]:
    """Yield the ends of a gap, and 0 if it lies between them; None is an end without a limit."""
    yield from (end for end in (low, high) if end is not None)
    if (low is None or low <= 0) and (high is None or high >= 0):
        yield 0


def _is_one_pass(graph: Graph, node: Node, build: Build) -> bool:
    """Return whether each call of a node is made once, with all its weights."""
    if build.weights != "stream":
        return True
    parts = streamed(call_part(node).calls(graph, node, {}, build), build)
    return all(part.blocks <= 1 and part.pieces <= 1 for part in parts)


def _sizes(graph: Graph, native: bool) -> dict[str, int]:
    sizes = {state.before: len(state.initial) for state in graph.states}
    for node in graph.nodes:
        if graph.tensors[node.output].dtype == "uint8":
            sizes[node.output] = prod(graph.tensors[node.output].shape)
        sizes.update(call_part(node).scratch(graph, node, native))
    return {name: _whole_words(size) for name, size in sizes.items()}


def _whole_words(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def _together(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return a[0] <= b[1] and b[0] <= a[1]
