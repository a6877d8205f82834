"""Bytes that only change their place: imported networks pad, cut, join, transpose and repeat them.

Each piece of the output takes bytes of one input. Its bytes lie in a box of up to five axes. Along
the first four, a list says how far each index lies from the first byte of the input; -1 stands for
the fill value. Along the fifth, bytes follow each other at one distance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import prod
from typing import Any, NamedTuple

import numpy as np

from ..boards.processors import Cycles
from ..graph.arithmetic import ACTIVATION_MAX, Ints
from ..graph.graph import Graph, Node
from ..kernels.build import Build
from ..kernels.call import Call
from ..kernels.kernel import Kernel
from .attribute_kinds import Array, Whole, optional
from .operation import Operation

LISTED_AXES = 4
"""Axes with a list."""

_BOX = (
    *(f"n{k}" for k in range(1, LISTED_AXES + 1)),
    *(f"y_step{k}" for k in range(1, LISTED_AXES + 1)),
    *("run", "x_step", "y_step"),
)

MOVE = Kernel(
    "move",
    ("x_at", "y_at", *_BOX, "fill", "mapped"),
    repeated=("offset",),
    repeated_for="index",
    allocates=True,
)

FILLS = -1
_BYTE = 1.2
"""A byte, in products."""

_OUTPUT, _POOL = 0.3, 0.25
"""The code around a row of bytes, in outputs and in values of a pooling window."""

MOST_TENSORS = 100
"""Maximum number of tensors that are joined."""


class Piece(NamedTuple):
    """A box of bytes; a row of the attribute `pieces`.

    Parameters
    ----------
    source
        The number of the input.
    table
        The number of the table that maps its bytes; -1 for none.
    y_at
        The place of the first byte in the output.
    n1, n2, n3, n4
        The lengths of the axes with lists.
    y_step1, y_step2, y_step3, y_step4
        The distances in the output between two indices of each.
    run, x_step, y_step
        The fifth axis: its length, and the distances in the input and in the output.

    """

    source: int
    table: int
    y_at: int
    n1: int
    n2: int
    n3: int
    n4: int
    y_step1: int
    y_step2: int
    y_step3: int
    y_step4: int
    run: int
    x_step: int
    y_step: int

    @property
    def lengths(self) -> tuple[int, int, int, int]:
        """The lengths of the axes with lists."""
        return self.n1, self.n2, self.n3, self.n4

    def places(self, offsets: Ints) -> tuple[Ints, Ints]:
        """Return for each byte its place in the input, or a negative number, and in the output."""
        x: Ints = np.zeros((*self.lengths, self.run), np.int64)
        y = np.full(x.shape, self.y_at)
        filled = np.zeros(x.shape, bool)
        start = 0
        for axis, length in enumerate(self.lengths):
            column = (1,) * axis + (length,) + (1,) * (LISTED_AXES - axis)
            listed = offsets[start : start + length].reshape(column)
            x, filled = x + listed, filled | (listed == FILLS)
            y = y + self[7 + axis] * np.arange(length).reshape(column)
            start += length
        x = x + self.x_step * np.arange(self.run)
        y = y + self.y_step * np.arange(self.run)
        return np.where(filled, FILLS, x).reshape(-1), y.reshape(-1)


class Move(Operation):
    """Write each byte of the output: one of an input, perhaps mapped by a table, or `fill`."""

    name = "move"
    title = "copy"
    takes = range(1, MOST_TENSORS + 1)
    integer_attributes = {
        "pieces": Array(axes=("pieces", len(Piece._fields)), low=FILLS, high=2**24),
        "offsets": Array(axes=("offsets",), low=FILLS, high=2**24),
        "tables": optional(Array("uint8", ("tables", 256))),
        "fill": Whole(0, ACTIVATION_MAX),
    }
    kernels = (MOVE,)

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the bytes in their new order, (n, values)."""
        rows = len(inputs[0])
        pieces = [(piece, *piece.places(own)) for piece, own in pieces_of(attributes)]
        y = np.zeros((rows, sum(len(places) for _, _, places in pieces)), np.int64)
        for piece, sources, places in pieces:
            x = inputs[piece.source].reshape(rows, -1)
            values = x[:, np.maximum(sources, 0)]
            if piece.table >= 0:
                values = attributes["tables"][piece.table].astype(np.int64)[values]
            y[:, places] = np.where(sources < 0, attributes["fill"], values)
        return y

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield pieces that leave their tensors, or do not write each byte once."""
        a = node.attributes
        sizes = [prod(graph.tensors[name].shape) for name in node.inputs]
        size = prod(graph.tensors[node.output].shape)
        rows = [Piece(*map(int, row)) for row in a["pieces"]]
        listed = sum(sum(piece.lengths) for piece in rows)
        if len(a["offsets"]) != listed or any(min(*p.lengths, p.run) < 1 for p in rows):
            yield f"{len(a['offsets'])} offsets: the boxes need {listed}, and no empty axis"
            return
        if sum(prod(piece.lengths) * piece.run for piece in rows) != size:
            yield f"the pieces do not have {size} bytes together"
            return
        tables = len(a.get("tables", ()))
        written = np.zeros(size, np.int64)
        for piece, own in pieces_of(a):
            if not (0 <= piece.source < len(sizes) and piece.table < tables):
                yield f"a piece takes input {piece.source} and table {piece.table}: there are less"
                return
            x, y = piece.places(own)
            if x.max() >= sizes[piece.source] or y.max() >= size or y.min() < 0:
                yield "a piece leaves its tensors"
                return
            written[y] += 1
        if np.any(written != 1):
            yield "a byte is not written once"

    def cycles(self, node: Node, outputs: int, cost: Cycles) -> float:
        """Return the cycles of the bytes, and of each row of them."""
        rows = sum(prod(Piece(*row).lengths) for row in node.attributes["pieces"].tolist())
        return _BYTE * outputs * cost.mac + rows * (_OUTPUT * cost.output + _POOL * cost.pool)

    def predict_heap(self, node: Node, word: int) -> int:
        """Return the heap of the plain kernel: each list of offsets twice, and slices of words."""
        pieces = len(node.attributes["pieces"])
        return 2 * word * len(node.attributes["offsets"]) + pieces * (40 * word)

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return a call for each piece."""
        made, target, start = [], node.output, 0
        for row in node.attributes["pieces"].tolist():
            piece = Piece(*row)
            end = start + sum(piece.lengths)
            source = node.inputs[piece.source]
            words = {
                **{name: value for name, value in piece._asdict().items() if name in _BOX},
                **{"x_at": places.get(source, 0), "y_at": places.get(target, 0) + piece.y_at},
                **{"fill": int(node.attributes["fill"]), "mapped": int(piece.table >= 0)},
            }
            offsets = node.attributes["offsets"][start:end, None].astype(np.int64)
            call = Call(MOVE, source, target, MOVE.head(words), channels=offsets)
            if piece.table >= 0:
                call = replace(call, table=node.attributes["tables"][piece.table].tobytes())
            made.append(call)
            start = end
        return made


def pieces_of(attributes: dict[str, Any]) -> Iterator[tuple[Piece, Ints]]:
    """Yield each piece with its offsets."""
    start = 0
    for row in attributes["pieces"].tolist():
        piece = Piece(*row)
        end = start + sum(piece.lengths)
        yield piece, attributes["offsets"][start:end]
        start = end


OPERATIONS: tuple[Operation, ...] = (Move(),)
