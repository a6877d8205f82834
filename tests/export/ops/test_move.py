"""The faults of a move: boxes that leave their tensors, or do not write each byte once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from thumbnet.export import Graph, Node, Piece, TensorSpec, operation

GOOD = Piece(0, -1, 0, 1, 1, 1, 2, 0, 0, 0, 3, 3, 1, 1)
"""Six bytes of six: two runs of three."""


def faults(piece: Piece, offsets: list[int], size: int = 6, **more: Any) -> list[str]:
    attributes = {"pieces": np.array([piece]), "offsets": np.array(offsets), "fill": 0, **more}
    node = Node("move", ("x",), "y", attributes)
    tensors = {
        "x": TensorSpec("x", (6,), "uint8", 1.0),
        "y": TensorSpec("y", (size,), "uint8", 1.0),
    }
    graph = Graph("net", "fuse", "x", ("y",), (node,), tensors)
    return list(operation(node).integer_faults(graph, node))


def test_a_good_one() -> None:
    assert faults(GOOD, [0, 0, 0, 0, 3]) == []
    assert faults(GOOD, [0, 0, 0, -1, 3]) == []
    assert faults(GOOD._replace(table=0), [0] * 5, tables=np.zeros((1, 256), np.uint8)) == []


@pytest.mark.parametrize(
    ("piece", "offsets", "size", "message"),
    [
        (GOOD, [0, 0, 0, 0], 6, "4 offsets: the boxes need 5, and no empty axis"),
        (GOOD._replace(run=0), [0] * 5, 6, "5 offsets: the boxes need 5, and no empty axis"),
        (GOOD, [0, 0, 0, 0, 3], 7, "the pieces do not have 7 bytes together"),
        (GOOD._replace(source=1), [0] * 5, 6, "a piece takes input 1 and table -1: there are less"),
        (GOOD._replace(table=0), [0] * 5, 6, "a piece takes input 0 and table 0: there are less"),
        (GOOD, [0, 0, 0, 0, 4], 6, "a piece leaves its tensors"),
        (GOOD._replace(y_at=1), [0] * 5, 6, "a piece leaves its tensors"),
        (GOOD._replace(y_step4=2), [0] * 5, 6, "a byte is not written once"),
    ],
)
def test_a_fault(piece: Piece, offsets: list[int], size: int, message: str) -> None:
    assert faults(piece, offsets, size) == [message]
