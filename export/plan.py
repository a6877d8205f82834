"""The memory planner: one arena for all uint8 tensors; those never alive together share room."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from thumbnet.trainer import ThumbnetError

from .graph import Graph

ALIGNMENT = 4
"""Kernels read inputs a word at a time: a tensor begins at a word, and owns its last one whole."""


@dataclass(frozen=True)
class Plan:
    """Where each uint8 tensor lies. Sizes and offsets are bytes, multiples of `ALIGNMENT`."""

    size: int
    offsets: dict[str, int]


def plan(graph: Graph) -> Plan:
    """Place the uint8 tensors of a fused graph.

    The input lies at 0 (a board without `memoryview` writes it through the arena itself). The
    others go, the largest first, to the lowest place where no tensor lies that is alive at the
    same time.
    """
    lives = lifetimes(graph)
    first = graph.nodes[0].output
    order = sorted(lives, key=lambda name: (name != first, -_size(graph, name)))
    offsets: dict[str, int] = {}
    for name in order:
        taken = sorted(
            (offsets[other], offsets[other] + _size(graph, other))
            for other in offsets
            if _overlap(lives[name], lives[other])
        )
        at = 0
        for start, end in taken:
            if at + _size(graph, name) <= start:
                break
            at = max(at, end)
        offsets[name] = at
    total = max(offsets[name] + _size(graph, name) for name in offsets)
    return check_plan(graph, Plan(total, offsets))


def lifetimes(graph: Graph) -> dict[str, tuple[int, int]]:
    """Return for each uint8 tensor the first and the last moment at which its bytes count.

    Node `k` writes at moment `k`, and reads until then: what it reads and what it writes are alive
    together.
    """
    lives: dict[str, tuple[int, int]] = {}
    for k, node in enumerate(graph.nodes):
        for name in node.inputs:
            if name in lives:
                lives[name] = (lives[name][0], k)
        if graph.tensors[node.output].dtype == "uint8":
            lives[node.output] = (k, k)
    return lives


def check_plan(graph: Graph, made: Plan) -> Plan:
    """Return the plan if it is sound: tensors inside the arena, apart while both are alive.

    Raises
    ------
    ThumbnetError
        Names the two tensors.

    """
    lives = lifetimes(graph)
    for name, at in made.offsets.items():
        end = at + _size(graph, name)
        if at % ALIGNMENT or end > made.size:
            raise ThumbnetError(f"export: tensor {name} at {at} does not lie in the arena")
        for other, start in made.offsets.items():
            if other == name or not _overlap(lives[name], lives[other]):
                continue
            if at < start + _size(graph, other) and start < end:
                raise ThumbnetError(f"export: tensors {name} and {other} share memory while alive")
    return made


def _size(graph: Graph, name: str) -> int:
    return -(-prod(graph.tensors[name].shape) // ALIGNMENT) * ALIGNMENT


def _overlap(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return a[0] <= b[1] and b[0] <= a[1]
