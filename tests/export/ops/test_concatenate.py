"""What a concatenation's numbers must meet."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from thumbnet.export.graph.graph import Graph, Node, TensorSpec
from thumbnet.export.ops import operation

TABLES = np.zeros((2, 256), np.uint8)


def faults(
    second: tuple[int, ...] = (4, 3), channels: int = 5, tables: np.ndarray[Any, Any] = TABLES
) -> list[str]:
    """Faults of (4, 2) beside `second`, with so many channels in the result."""
    node = Node("concatenate", ("a", "b"), "c", {"tables": tables, "channels": (2, 3)})
    shapes = {"a": (4, 2), "b": second, "c": (4, channels)}
    tensors = {name: TensorSpec(name, shape, "uint8") for name, shape in shapes.items()}
    graph = Graph("net", "fuse", "a", ("c",), (node,), tensors)
    return list(operation(node).integer_faults(graph, node))


def test_sound() -> None:
    assert faults() == []


@pytest.mark.parametrize("channels", [4, 6])
def test_the_result_has_the_channels_of_all(channels: int) -> None:
    assert len(faults(channels=channels)) == 1


def test_all_have_the_same_pixels() -> None:
    assert len(faults(second=(5, 3))) == 1


def test_each_has_a_table_of_bytes() -> None:
    (fault,) = faults(tables=TABLES[:1])
    assert "2 of uint8[256] are needed" in fault
