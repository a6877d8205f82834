"""The kernel calls of one inference: the rows of `LAYERS`, before they become text or a file."""

from __future__ import annotations

from ..graph.graph import Graph, Node
from ..kernels.build import Build
from ..kernels.call import Call
from ..kernels.kernel import Kernel
from ..ops import call_part
from .memory_plan import Plan


def kernel_calls(graph: Graph, plan: Plan, build: Build) -> list[Call]:
    """Return the kernel calls of a fused graph, in order."""
    # In other tiers, each tensor is a separate object.
    places = plan.offsets if build.native else {}
    return [
        call for node in graph.nodes for call in call_part(node).calls(graph, node, places, build)
    ]


def share_kernels(graph: Graph, build: Build) -> Graph:
    """Return a fused graph that needs fewer kernels, in assembly, if that is possible.

    A node may have an equivalent form with the same integers. It takes that form if the module has
    the kernel for it anyway, and if no other node needs the first kernel. In a network with
    convolutions, a dense layer thus becomes a convolution of one pixel. This saves a kernel, whose
    source is long.
    """
    if not build.tier.startswith("thumb"):
        return graph
    others = {node.output: call_part(node).other_kernel(graph, node) for node in graph.nodes}
    spared: set[Kernel] = set()
    had: set[Kernel] = set()
    needed: set[Kernel] = set()
    for node in graph.nodes:
        other = others[node.output]
        if other is None:
            had |= _kernels(graph, node, build)
        else:
            spared |= _kernels(graph, node, build)
            needed |= _kernels(graph, other, build)
    if spared & had or not needed <= had:
        return graph
    return graph.rebuilt([others[node.output] or node for node in graph.nodes])


def _kernels(graph: Graph, node: Node, build: Build) -> set[Kernel]:
    """Return the kernels that the calls of a node run."""
    made = call_part(node).calls(graph, node, {}, build)
    return {row.kernel for call in made for row in (call, *call.rows)}
