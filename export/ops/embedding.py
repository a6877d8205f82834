"""Embedding: a row of a table for each level of the input."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np

from thumbnet.trainer import ThumbnetError, affine

from ..boards.processors import Cycles
from ..graph.arithmetic import Ints
from ..graph.graph import Graph, Node
from ..kernels.build import Build
from ..kernels.call import Call
from ..kernels.kernel import Kernel
from ..quantizer.builder import Builder
from .attribute_kinds import TABLE, Array
from .curve import table_of
from .operation import Floats, Operation, Steps
from .weighted import real

EMBEDDING = Kernel("embedding", ("n", "width", "x_at", "y_at"), title="an embedding")


class Embedding(Operation):
    """`embeddings[x]`; the integer node finds the row of each of 256 levels in a table."""

    name = "embedding"
    layers = {"Embedding": "embedding"}
    named_as_layer = True
    float_attributes = frozenset({"embeddings"})
    integer_attributes = {"table": TABLE, "rows": Array("uint8", ("rows", "width"))}
    weight_names = ("rows",)
    kernels = (EMBEDDING,)

    def describe(self, layer: Any, word: str) -> str:
        """Return the size of the table."""
        return f"{word} {layer.input_dim}x{layer.output_dim}"

    def lower(self, layer: Any) -> Steps:
        """Return the operation with the layer's rows."""
        return [(self.name, {"embeddings": real(layer.embeddings)})]

    def float_forward(self, *inputs: Floats, **attributes: Any) -> Floats:
        """Return a row for each number."""
        rows = attributes["embeddings"]
        return np.asarray(rows[np.clip(np.rint(inputs[0]), 0, len(rows) - 1).astype(np.int64)])

    def quantize(self, builder: Builder, node: Node) -> None:
        """Add the operation; the scale covers all rows, also those that calibration did not see.

        Raises
        ------
        ThumbnetError
            If two rows would have the same level.

        """
        rows = node.attributes["embeddings"]
        step, zero_point = builder.source(node)
        numbers = np.rint((np.arange(256) - zero_point) * step)
        if len(np.intersect1d(numbers, np.arange(len(rows)))) < len(rows):
            raise ThumbnetError(
                f"export: {node.output} has {len(rows)} rows, but 256 levels of its input do not "
                "tell them apart: use at most 256 rows, and whole numbers from 0 on as the input"
            )
        out = replace(builder.floats.tensors[node.output], dtype="uint8")
        scale, zero_point = affine(
            float(rows.min()), float(rows.max()), builder.holds_zero(out.name)
        )
        attributes = {
            "table": np.clip(numbers, 0, len(rows) - 1).astype(np.uint8),
            "rows": table_of(rows, scale, zero_point),
        }
        out = replace(out, scale=scale, zero_point=zero_point)
        builder.add(Node(self.name, node.inputs, out.name, attributes), out)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return `rows[table[q]]`."""
        return np.asarray(attributes["rows"].astype(np.int64)[attributes["table"][inputs[0]]])

    def shape_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield a result that does not have a row for each number."""
        n, made = prod(graph.tensors[node.inputs[0]].shape), graph.tensors[node.output].shape
        rows = "embeddings" if "embeddings" in node.attributes else "rows"
        width = np.shape(node.attributes[rows])[-1]
        if made[-1] != width or prod(made) != n * width:
            yield f"{n} rows of {width} numbers do not become {made}"

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield levels without a row."""
        most, rows = int(node.attributes["table"].max()), len(node.attributes["rows"])
        if most >= rows:
            yield f"a level has row {most}, but there are {rows}"

    def times(self, node: Node) -> int:
        """Return 0: rows are copied."""
        return 0

    def parameters(self, node: Node) -> int:
        """Return the numbers in all rows."""
        return int(node.attributes["rows"].size)

    def cycles(self, node: Node, outputs: int, cost: Cycles) -> float:
        """Return the cycles of copying the rows."""
        return outputs * cost.pool

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call; `w` has the row of each level, then the rows."""
        (source,), target, a = node.inputs, node.output, node.attributes
        n, width = prod(graph.tensors[source].shape), a["rows"].shape[1]
        head = (n, width, places.get(source, 0), places.get(target, 0))
        table = a["table"].tobytes() + a["rows"].tobytes()
        return [Call(EMBEDDING, source, target, head, table=table)]


OPERATIONS: tuple[Operation, ...] = (Embedding(),)
