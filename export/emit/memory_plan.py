"""The memory planner: all uint8 tensors share one arena, and overlap if never alive together."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from thumbnet.trainer import ThumbnetError

from ..graph.graph import Graph
from ..ops import call_part

ALIGNMENT = 4
"""Kernels read whole words, so a tensor begins at a word and owns all bytes of its last word."""


@dataclass(frozen=True)
class Plan:
    """The offset of each uint8 tensor, and of the temporary buffers that nodes need.

    Sizes and offsets are in bytes, multiples of `ALIGNMENT`; a temporary buffer has a name such as
    "NODE.patch".
    """

    size: int
    offsets: dict[str, int]


def plan(graph: Graph, native: bool = True) -> Plan:
    """Place the uint8 tensors of a fused graph.

    The input is placed at 0 (a board without `memoryview` writes it through the arena itself). The
    others follow, the largest first, each at the lowest offset where it overlaps no tensor that is
    alive at the same time. native: include the temporary buffers of machine-code kernels.
    """
    lives, sizes = lifetimes(graph, native), _sizes(graph, native)
    first = graph.nodes[0].output
    order = sorted(lives, key=lambda name: (name != first, -sizes[name]))
    offsets: dict[str, int] = {}
    for name in order:
        taken = sorted(
            (offsets[other], offsets[other] + sizes[other])
            for other in offsets
            if _overlap(lives[name], lives[other])
        )
        at = 0
        for start, end in taken:
            if at + sizes[name] <= start:
                break
            at = max(at, end)
        offsets[name] = at
    total = max(offsets[name] + sizes[name] for name in offsets)
    return check_plan(graph, Plan(total, offsets), native)


def lifetimes(graph: Graph, native: bool = True) -> dict[str, tuple[int, int]]:
    """Return the first and the last moment at which each uint8 tensor is alive.

    Node `k` reads and writes at moment `k`, so its inputs, its output and its temporary buffers are
    alive at the same time.
    """
    lives: dict[str, tuple[int, int]] = {}
    for k, node in enumerate(graph.nodes):
        for name in node.inputs:
            if name in lives:
                lives[name] = (lives[name][0], k)
        if graph.tensors[node.output].dtype == "uint8":
            lives[node.output] = (k, k)
        lives.update(dict.fromkeys(call_part(node).scratch(graph, node, native), (k, k)))
    return lives


def check_plan(graph: Graph, made: Plan, native: bool = True) -> Plan:
    """Return the plan if it is valid: tensors lie in the arena and do not overlap while alive.

    Raises
    ------
    ThumbnetError
        If it is not; the message names the tensors.

    """
    lives, sizes = lifetimes(graph, native), _sizes(graph, native)
    for name, at in made.offsets.items():
        end = at + sizes[name]
        if at % ALIGNMENT or end > made.size:
            raise ThumbnetError(f"export: tensor {name} at {at} is not inside the arena")
        for other, start in made.offsets.items():
            if other == name or not _overlap(lives[name], lives[other]):
                continue
            if at < start + sizes[other] and start < end:
                raise ThumbnetError(f"export: tensors {name} and {other} share memory while alive")
    return made


def _sizes(graph: Graph, native: bool) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for node in graph.nodes:
        if graph.tensors[node.output].dtype == "uint8":
            sizes[node.output] = prod(graph.tensors[node.output].shape)
        sizes.update(call_part(node).scratch(graph, node, native))
    return {name: -(-size // ALIGNMENT) * ALIGNMENT for name, size in sizes.items()}


def _overlap(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return a[0] <= b[1] and b[0] <= a[1]
