"""Concatenate: join tensors along the channels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np

from thumbnet.trainer import affine

from ..graph.arithmetic import Ints
from ..graph.graph import Graph, Node
from ..kernels.build import Build
from ..kernels.call import Call
from ..kernels.kernel import Kernel
from ..quantizer.builder import Builder
from .attribute_kinds import Array, Sizes
from .curve import table_of
from .operation import Floats, Operation, Steps

COPY_CHANNELS = Kernel(
    "copy_channels",
    ("pixels", "channels", "x_at", "y_at", "y_step"),
    absent={"plain": ("x_at",)},
)


MOST_TENSORS = 100
"""Maximum number of tensors that are joined."""


class Concatenate(Operation):
    """Join tensors along the last axis; `channels` is the number of channels of each."""

    name = "concatenate"
    layers = {"Concatenate": "concatenate"}
    named_as_layer = True
    float_attributes = frozenset()
    integer_attributes = {"tables": Array("uint8", ("inputs", 256)), "channels": Sizes()}
    takes = range(1, MOST_TENSORS + 1)
    kernels = (COPY_CHANNELS,)

    def lower(self, layer: Any) -> Steps:
        """Return the operation."""
        return [(self.name, {})]

    def with_shapes(self, node: Node, shapes: list[tuple[int, ...]]) -> Node:
        """Note the channels, because they cannot be seen in a tensor that is already flat."""
        return node.with_attributes(channels=tuple(shape[-1] for shape in shapes))

    def float_forward(self, *inputs: Floats, **attributes: Any) -> Floats:
        """Return the joined tensors."""
        sizes = attributes.get("channels") or [x.shape[-1] for x in inputs]
        parts = [x.reshape(len(x), -1, size) for x, size in zip(inputs, sizes, strict=True)]
        return np.concatenate(parts, axis=-1)

    def quantize(self, builder: Builder, node: Node) -> None:
        """Add the operation; a table converts each tensor to the scale of the result."""
        out = replace(builder.floats.tensors[node.output], dtype="uint8")
        scale, zero_point = affine(*out.range, builder.holds_zero(out.name))
        tables = []
        for name in node.inputs:
            source = builder.tensors[name]
            assert isinstance(source.scale, float)
            reals = source.scale * (np.arange(256, dtype=np.float64) - source.zero_point)
            tables.append(table_of(reals, scale, zero_point))
        attributes = {"tables": np.array(tables), "channels": tuple(node.attributes["channels"])}
        out = replace(out, scale=scale, zero_point=zero_point)
        builder.add(Node(self.name, node.inputs, out.name, attributes), out)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the joined tensors; a table converts each to the common scale."""
        parts = [
            table.astype(np.int64)[x].reshape(len(x), -1, count)
            for x, table, count in zip(
                inputs, attributes["tables"], attributes["channels"], strict=True
            )
        ]
        return np.asarray(np.concatenate(parts, axis=2))

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield missing tables, and tensors that cannot be joined."""
        a, target = node.attributes, graph.tensors[node.output]
        if not len(a["tables"]) == len(a["channels"]) == len(node.inputs):
            yield f"tables are {a['tables'].shape}: {len(node.inputs)} of uint8[256] are needed"
            return
        sizes = [prod(graph.tensors[name].shape) for name in node.inputs]
        pixels = prod(target.shape) // max(sum(a["channels"]), 1)
        whole = target.shape[-1] == sum(a["channels"])
        if not whole or sizes != [pixels * channels for channels in a["channels"]]:
            yield f"tensors of {sizes} values with {a['channels']} channels cannot be concatenated"

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return one call per tensor, which writes its channels of every pixel."""
        made = []
        at = places.get(node.output, 0)
        channels, tables = node.attributes["channels"], node.attributes["tables"]
        for source, width, table in zip(node.inputs, channels, tables, strict=True):
            pixels = prod(graph.tensors[source].shape) // width
            head = (pixels, width, places.get(source, 0), at, sum(channels))
            call = Call(COPY_CHANNELS, source, node.output, head)
            made.append(replace(call, table=table.tobytes()))
            at += width
        return made


OPERATIONS: tuple[Operation, ...] = (Concatenate(),)
