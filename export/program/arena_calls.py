"""All kernel calls of an inference in one arena, as a module makes them."""

from __future__ import annotations

from dataclasses import dataclass

from ..emit.kernel_calls import kernel_calls
from ..emit.memory_plan import plan
from ..graph.graph import Graph
from ..kernels.build import Build
from ..kernels.call import Call


@dataclass(frozen=True)
class ArenaCall:
    """One call `kernel(arena, w, y, p)`.

    Attributes
    ----------
    kernel
        Its name in `firmware/`.
    y
        Name of the tensor that it writes.
    weights
        All of `w`; None if that is the arena, too.
    parameters
        All of `p`.
    wide
        Whether `y` is an array of int32, not the arena.
    products
        Number of multiply-accumulates.

    """

    kernel: str
    y: str
    weights: bytes | None
    parameters: list[int]
    wide: bool
    products: int


@dataclass(frozen=True)
class ArenaCalls:
    """The calls of a network and the arena that they share.

    Attributes
    ----------
    size
        Bytes of the arena.
    places
        Where each uint8 tensor begins in it.
    calls
        The calls in order.

    """

    size: int
    places: dict[str, int]
    calls: tuple[ArenaCall, ...]


def arena_calls(graph: Graph, tier: str) -> ArenaCalls:
    """Return the kernel calls of a fused graph in a native tier.

    Parameters
    ----------
    graph
        A fused graph.
    tier
        "viper", "thumb" or "thumb_dsp".

    Returns
    -------
    ArenaCalls
        With the weights in the module.

    """
    build = Build(tier)
    made = plan(graph, build)
    calls = tuple(_call(call, build) for call in kernel_calls(graph, made, build))
    return ArenaCalls(made.size, dict(made.offsets), calls)


def _call(call: Call, build: Build) -> ArenaCall:
    weights, parameters = call.packed(build)
    products = 0
    if call.weight is not None:
        products = int(call.weight.size) * call.outputs // len(call.weight)
    w = None if call.other else weights
    return ArenaCall(call.kernel.name, call.y, w, parameters, call.wide, products)
