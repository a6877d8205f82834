"""A function of one variable for each channel, as tables: prelu, or a constant for each channel."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np

from ..graph.arithmetic import Ints
from ..graph.graph import Graph, Node
from ..kernels.build import Build
from ..kernels.call import Call
from ..kernels.kernel import Kernel
from .attribute_kinds import Array
from .checks import size_faults
from .operation import Operation

LOOKUP_CHANNELS = Kernel(
    "lookup_channels",
    ("n", "x_at", "y_at", "channels"),
    repeated=("table",),
    repeated_for="channel",
    allocates=True,
)


class LookupChannels(Operation):
    """Apply `tables[which[c]]` to each byte of channel c, the last axis."""

    name = "lookup_channels"
    title = "curves (tables)"
    integer_attributes = {
        "tables": Array("uint8", ("tables", 256)),
        "which": Array(axes=("channels",), low=0, high=255),
    }
    kernels = (LOOKUP_CHANNELS,)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the entry of each byte in the table of its channel."""
        which = attributes["which"]
        x = inputs[0].reshape(len(inputs[0]), -1, len(which))
        found = attributes["tables"].astype(np.int64)[which[None, None, :], x]
        return np.asarray(found.reshape(inputs[0].shape))

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield tensors of different sizes, channels that do not fit, and missing tables."""
        yield from size_faults(graph, node)
        which = node.attributes["which"]
        if prod(graph.tensors[node.output].shape) % len(which):
            yield f"{graph.tensors[node.output].shape} does not have {len(which)} channels"
        if which.max() >= len(node.attributes["tables"]):
            yield f"a channel takes table {which.max()} of {len(node.attributes['tables'])}"

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call."""
        (source,), target = node.inputs, node.output
        tables, which = node.attributes["tables"], node.attributes["which"]
        words = {
            **{"n": prod(graph.tensors[source].shape), "channels": len(which)},
            **{"x_at": places.get(source, 0), "y_at": places.get(target, 0)},
        }
        call = Call(
            LOOKUP_CHANNELS,
            source,
            target,
            LOOKUP_CHANNELS.head(words),
            channels=256 * which[:, None].astype(np.int64),
            table=tables.tobytes(),
        )
        return [call]


OPERATIONS: tuple[Operation, ...] = (LookupChannels(),)
