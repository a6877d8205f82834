"""Add a constant to each entry of a tensor, such as the embedding of its position."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np

from thumbnet.trainer import affine

from ..graph.arithmetic import Ints
from ..graph.graph import Graph, Node
from ..kernels.build import Build
from ..kernels.call import Call
from ..quantizer.builder import Builder
from .add import ADD, SUM, integer_sum, quantize_sum, sum_faults, sum_words
from .attribute_kinds import Array
from .checks import size_faults
from .curve import table_of
from .operation import Floats, Operation, Steps
from .weighted import real


class AddConstant(Operation):
    """`x + addend`, with a number for each entry; the kernel of `add` reads the constant as w."""

    name = "add_constant"
    title = "addition of a constant"
    layers = {"PositionEmbedding": "positions"}
    named_as_layer = True
    float_attributes = frozenset({"addend"})
    integer_attributes = {**SUM, "constant": Array("uint8", ("entries",))}
    kernels = (ADD,)

    def lower(self, layer: Any) -> Steps:
        """Return the operation with the rows of as many steps as the input has."""
        return [(self.name, {"addend": real(layer.embeddings)[: layer.input_shape[0]]})]

    def float_forward(self, *inputs: Floats, **attributes: Any) -> Floats:
        """Return `x + constant`."""
        (x,) = inputs
        return np.asarray(x + attributes["addend"].reshape(x.shape[1:]))

    def needs_zero(self, node: Node, known: set[str]) -> bool:
        """Return True: the bias contains both zero points, so they have to be small."""
        return True

    def quantize(self, builder: Builder, node: Node) -> None:
        """Add the sum; the constant gets a scale of its own."""
        constant = node.attributes["addend"].ravel()
        scale, zero_point = affine(float(constant.min()), float(constant.max()), True)
        more = {"constant": table_of(constant, scale, zero_point)}
        quantize_sum(builder, node, (scale, zero_point), more)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return `(ka * x + kb * constant + bias) >> shift`, clamped."""
        (x,) = inputs
        constant = attributes["constant"].astype(np.int64)
        return integer_sum(x.reshape(len(x), -1), constant, attributes)

    def shape_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield tensors of different sizes, and a constant of another size."""
        yield from size_faults(graph, node)
        name = "addend" if "addend" in node.attributes else "constant"
        entries, found = prod(graph.tensors[node.output].shape), node.attributes[name].size
        if found != entries:
            yield f"the constant has {found} entries, but the tensor has {entries}"

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield sums that could exceed 31 bits."""
        yield from sum_faults(node)

    def parameters(self, node: Node) -> int:
        """Return the entries of the constant."""
        return int(node.attributes["constant"].size)

    def in_place(self, graph: Graph, node: Node) -> dict[str, int]:
        """Return the input: each byte is read just before its sum is written."""
        return dict.fromkeys(node.inputs, 0)

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call; the constant is passed as `w`."""
        (source,), target = node.inputs, node.output
        head = sum_words(graph, node, places.get(source, 0), 0, places.get(target, 0))
        return [Call(ADD, source, target, head, table=node.attributes["constant"].tobytes())]


OPERATIONS: tuple[Operation, ...] = (AddConstant(),)
