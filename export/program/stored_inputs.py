"""Rows of inputs in the `.json` of a module: lists of numbers, or base64 of many levels."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

from ..graph.brief import brief
from ..graph.graph import Graph
from ..graph.read_graph import rows
from ..ops.input import takes_bytes

Row = list[int | float]

MANY = 1024
"""From so many levels on, a row is base64: a third of the text, and quickly read."""


def inputs_to_json(inputs: list[Row], graph: Graph) -> list[Any]:
    """Return rows as JSON types."""
    (size,) = graph.tensors[graph.input].shape
    if size < MANY or not takes_bytes(graph):
        return inputs
    return [
        row if float in map(type, row) else b64encode(bytes(row)).decode()  # type: ignore[arg-type]
        for row in inputs
    ]


def inputs_from_json(value: Any, graph: Graph) -> list[Row]:
    """Return the rows that `inputs_to_json` wrote.

    Raises
    ------
    ValueError
        If they are no rows of this network.

    """
    (size,) = graph.tensors[graph.input].shape
    inputs = [_row(row, size, graph) for row in rows(value, "inputs")]
    for row in inputs:
        # Larger integers become no float.
        if not -1e18 < min(row) <= max(row) < 1e18:
            raise ValueError("a row of inputs is out of range")
    return inputs


def _row(row: Any, size: int, graph: Graph) -> Row:
    if type(row) is str and size >= MANY and takes_bytes(graph):
        try:
            row = [*b64decode(row, validate=True)]
        except ValueError:
            raise ValueError(f"a row of inputs is {brief(row)}, expected base64") from None
    if type(row) is not list or len(row) != size or set(map(type, row)) - {int, float}:
        raise ValueError(f"a row of inputs is {brief(row)}, expected {size} numbers")
    return row
