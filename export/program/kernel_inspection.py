"""The kernels of a network, one by one: their memory, and calls that run on their own."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from ..emit.kernel_calls import kernel_calls
from ..emit.memory_plan import plan
from ..graph.graph import Graph, Node
from ..kernels.build import Build
from ..kernels.call import Call
from ..ops import call_part, operation


@dataclass(frozen=True)
class KernelMemory:
    """Bytes that a network takes with the assembly kernels of a Cortex-M.

    Attributes
    ----------
    weights
        Packed weights.
    words
        Parameters of the kernels (bias, multiplier and shift of each output ...), 4 bytes each.
    ram
        The arena of all activations, the scores, and the sums and states of recurrent layers.

    """

    weights: int
    words: int
    ram: int


def kernel_memory(graph: Graph) -> KernelMemory:
    """Return the memory of a network in tier thumb.

    Parameters
    ----------
    graph
        A fused graph, whatever board it was converted for.

    Returns
    -------
    KernelMemory
        Sizes in bytes.

    """
    build, made = Build(tier="thumb"), plan(graph)
    layers = kernel_calls(graph, made, build)
    packed = [part.packed(build) for call in layers for part in (call, *call.rows)]
    wide = sum(call.word("outputs") for call in layers if call.wide)
    wide += sum(sum(call_part(node).wide_scratch(node).values()) for node in graph.nodes)
    return KernelMemory(
        weights=sum(len(weights) for weights, _ in packed),
        words=4 * sum(len(parameters) for _, parameters in packed),
        ram=made.size + 4 * wide,
    )


@dataclass(frozen=True)
class StandaloneCall:
    """One call `kernel(x, w, y, p)` with separate buffers x and y, both at offset 0.

    Attributes
    ----------
    kernel
        Its name in `firmware/`.
    x, y
        Names of the tensors that it reads and writes.
    weights
        All of `w`.
    parameters
        All of `p`.
    wide
        Whether the outputs are int32 instead of uint8.
    outputs
        Number of outputs that it writes.
    scratch
        Number of bytes after x that it uses as a temporary buffer.
    node
        The node of the graph that it runs.

    """

    kernel: str
    x: str
    y: str
    weights: bytes
    parameters: list[int]
    wide: bool
    outputs: int
    scratch: int
    node: Node

    def expected(self, x: npt.NDArray[Any]) -> list[int]:
        """Return the outputs for one input, according to the specification."""
        batch = x[None].astype(np.int64)
        y = operation(self.node).integer_forward(batch, **self.node.attributes)
        return y.ravel().tolist()  # type: ignore[no-any-return]


def standalone_calls(graph: Graph, tier: str) -> list[StandaloneCall]:
    """Return the kernel calls of one inference, each with its own buffers.

    Parameters
    ----------
    graph
        A fused graph.
    tier
        The tier whose weights and parameters are wanted.

    Returns
    -------
    list of StandaloneCall
        In the order in which they run.

    """
    build = Build(tier)
    nodes = {node.output: node for node in graph.nodes}
    return [_alone(graph, call, nodes, build) for call in kernel_calls(graph, plan(graph), build)]


def _alone(graph: Graph, call: Call, nodes: dict[str, Node], build: Build) -> StandaloneCall:
    """Return a call with x and y at 0, and its patch at the first whole word after x."""
    places, scratch = {"x_at": 0, "y_at": 0}, 0
    if "patch_at" in call.kernel.words:
        image = call.word("rows") * call.word("row")
        places["patch_at"] = -(-image // 4) * 4
        scratch = places["patch_at"] - image + -(-call.word("inputs") // 4) * 4
    weights, parameters = call.with_words(**places).packed(build)
    outputs = prod(graph.tensors[call.y].shape)
    node = nodes[call.y]
    return StandaloneCall(
        call.kernel.name, call.x, call.y, weights, parameters, call.wide, outputs, scratch, node
    )
