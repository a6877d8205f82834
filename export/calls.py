"""The kernel calls of one inference: what stands in `LAYERS`, before it is text or a file."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .build import Build
from .graph import Graph, Node
from .lanes import lanes_win
from .pack import pack
from .plan import Plan

KERNELS = ("fully_connected", "lookup")
"""Operations with a kernel in each tier; a layer is one call."""

HEADER = (
    *("inputs", "outputs", "x_at", "y_at", "zero_point", "activation_min", "activation_max"),
    *("table", "wide", "pieces"),
)
"""The words before bias, multiplier and shift of each output, see the kernels."""


@dataclass(frozen=True)
class Call:
    """One kernel call: `kernel(x, w, y, p)`.

    source, target: the tensors that it reads and writes.
    x_at, y_at: where they lie in the arena (native tiers; else 0).
    wide: the target is int32, and no part of the arena.
    weight: int8 (outputs, inputs), None for a lookup.
    channels: bias, multiplier and shift of each output, (outputs, 3) int64.
    limits: zero_point, activation_min, activation_max.
    table: the 256 bytes of a curve, or none.
    """

    kernel: str
    source: str
    target: str
    inputs: int
    outputs: int
    x_at: int
    y_at: int
    wide: bool
    weight: npt.NDArray[np.int8] | None
    channels: npt.NDArray[np.int64]
    limits: tuple[int, int, int]
    table: bytes

    def header(self, table: int, first: int = 0, count: int | None = None) -> list[int]:
        """Return the first words of `p`, for the outputs `first` to `first + count`."""
        outputs = self.outputs if count is None else count
        at = self.y_at + first
        return [self.inputs, outputs, self.x_at, at, *self.limits, table, int(self.wide), 1]

    def packed(self, build: Build) -> tuple[bytes, list[int]]:
        """Return all of `w`, and all of `p`."""
        if self.weight is None:
            return self.table, [self.inputs, self.x_at, self.y_at]
        layout = "rows" if self.kernel == "fully_connected_lanes" else build.layout
        weights = pack(self.weight, layout)
        header = self.header(len(weights) if self.table else 0)
        return weights + self.table, [*header, *self.channels.ravel().tolist()]


def apart(call: Call) -> list[Call]:
    """Return a layer and its curve as two calls, the second in the place of the first's result."""
    if call.weight is None or not call.table:
        return [call]
    curve = replace(
        call,
        kernel="lookup",
        source=call.target,
        inputs=call.outputs,
        x_at=call.y_at,
        weight=None,
        channels=call.channels[:0],
    )
    return [replace(call, table=b""), curve]


def calls(graph: Graph, plan: Plan, build: Build) -> list[Call]:
    """Return the kernel calls of a fused graph, in order."""
    return [_call(graph, node, plan, build) for node in graph.nodes if node.op in KERNELS]


def _call(graph: Graph, node: Node, plan: Plan, build: Build) -> Call:
    a = node.attributes
    source, target = node.inputs[0], node.output
    wide = graph.tensors[target].dtype != "uint8"
    # Tensors of other tiers are objects of their own.
    places = plan.offsets if build.native else {}
    call = Call(
        kernel=node.op,
        source=source,
        target=target,
        inputs=graph.tensors[source].shape[0],
        outputs=graph.tensors[target].shape[0],
        x_at=places.get(source, 0),
        y_at=0 if wide else places.get(target, 0),
        wide=wide,
        weight=a.get("weight"),
        channels=np.zeros((0, 3), np.int64),
        limits=(0, 0, 0),
        table=a["table"].tobytes() if "table" in a else b"",
    )
    if call.weight is None:
        return call
    if build.lanes and build.weights == "module" and lanes_win(call.weight):
        call = replace(call, kernel="fully_connected_lanes")
    return replace(
        call,
        channels=np.stack([a["bias"], a["multiplier"], a["shift"]], axis=1).astype(np.int64),
        limits=(int(a["zero_point"]), int(a["activation_min"]), int(a["activation_max"])),
    )
