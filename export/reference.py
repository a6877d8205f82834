"""The reference executor: runs an integer graph in NumPy, the answer that boards must give."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from .arithmetic import Ints
from .graph import Graph
from .inputs import count, units_of
from .integer_ops import INTEGER_OPS


def execute(graph: Graph, counts: npt.ArrayLike) -> dict[str, npt.NDArray[Any]]:
    """Run an integer stage and return every tensor, with a batch axis in front.

    Parameters
    ----------
    graph
        An integer graph (stage "quantize" or later).
    counts
        (n, features) integers: raw readings in counts of their resolution.

    """
    values: dict[str, npt.NDArray[Any]] = {graph.input: np.asarray(counts, dtype=np.int64)}
    for node in graph.nodes:
        arguments = [values[name] for name in node.inputs]
        values[node.output] = INTEGER_OPS[node.op](*arguments, **node.attributes)
    return values


def to_counts(graph: Graph, x: npt.ArrayLike) -> Ints:
    """Return readings in raw units (n, features) as counts, refusing what the board refuses.

    Raises
    ------
    ThumbnetError
        If the number of features is wrong, or a value is NaN or out of the accepted range.

    """
    rows = as_rows(graph, x)
    bad = _bad(graph, rows)
    if np.any(bad):
        row, column = (int(i) for i in np.argwhere(bad)[0])
        attributes = graph.nodes[0].attributes
        low, high = (
            float(np.broadcast_to(attributes[key] / units_of(graph), rows.shape[1:])[column])
            for key in ("minimum", "maximum")
        )
        raise ThumbnetError(
            f"row {row}, input {column} is {rows[row, column]:g}, expected {low:g} to {high:g}"
        )
    return count(rows, units_of(graph))


def accepted(graph: Graph, x: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Return for each row of `x` (n, features) in raw units whether the board takes it."""
    return np.asarray(~np.any(_bad(graph, as_rows(graph, x)), axis=1))


def as_rows(graph: Graph, x: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return `x` as float64 rows (n, features); one row may come alone.

    Raises
    ------
    ThumbnetError
        If `x` is not numbers, or has another number of features.

    """
    try:
        rows = np.asarray(x, dtype=np.float64)
    except (TypeError, ValueError):
        raise ThumbnetError("the rows are not numbers: give rows of them") from None
    rows = (
        rows.reshape(len(rows), math.prod(rows.shape[1:])) if rows.ndim > 1 else rows.reshape(1, -1)
    )
    (size,) = graph.tensors[graph.input].shape
    if rows.shape[1] != size:
        raise ThumbnetError(f"rows of {rows.shape[1]} values, but the network takes {size}")
    return rows


def _bad(graph: Graph, rows: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    attributes = graph.nodes[0].attributes
    with np.errstate(invalid="ignore"):
        counts = count(rows, units_of(graph))
    outside = (counts < attributes["minimum"]) | (counts > attributes["maximum"])
    return np.asarray(outside | ~np.isfinite(rows))
