"""The reference executor: runs an integer graph in NumPy; boards must give the same results."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from ..graph.arithmetic import Ints
from ..graph.graph import Graph
from ..ops import operation
from ..ops.input import InputLimits, input_limits
from ..quantizer.input_counts import count, per_input

ROWS = 256
"""Most rows per batch."""

ENTRIES = 2**22
"""Most values of a batch, if it has more than one row: limits the memory of the reference."""


@dataclass(frozen=True)
class Refusal:
    """A row that no board takes, and the first of its inputs that is to blame.

    Attributes
    ----------
    row, column
        Where it is.
    value, low, high
        The reading, and the range that is accepted, in raw units.

    """

    row: int
    column: int
    value: float
    low: float
    high: float


def execute(
    graph: Graph,
    counts: npt.ArrayLike,
    keep: Iterable[str] | None = None,
    held: dict[str, Ints] | None = None,
) -> dict[str, npt.NDArray[Any]]:
    """Run an integer stage and return its tensors, with a leading batch axis.

    If the graph has states, the rows are inferences one after the other, from the initial state on.

    Parameters
    ----------
    graph
        An integer graph (stage "quantize" or later).
    counts
        Integers (n, features): readings as counts of their resolution.
    keep
        Names of the tensors to return; None for all.
    held
        The states that the rows continue from; those after the last row replace them. Empty at
        first. None if no other rows will follow.

    """
    rows = np.asarray(counts, dtype=np.int64)
    held = {} if held is None else held
    for state in graph.states:
        held.setdefault(state.before, state.initial.astype(np.int64))
    every = [graph.input, *held, *(node.output for node in graph.nodes)]
    names = every if keep is None else list(keep)
    if not len(rows):  # only the shapes matter
        zeros = np.zeros((1, *graph.tensors[graph.input].shape), np.int64)
        one = _run(graph, zeros, names, dict(held))
        return {name: values[:0] for name, values in one.items()}
    step = batch_rows(graph)
    parts = [_run(graph, rows[at : at + step], names, held) for at in range(0, len(rows), step)]
    return {name: np.concatenate([part[name] for part in parts]) for name in names}


def batch_rows(graph: Graph) -> int:
    """Return how many rows of a graph the reference runs at once."""
    if graph.states:
        return 1
    tensors = sum(math.prod(tensor.shape) for tensor in graph.tensors.values())
    windows = max(operation(node).gathered(node) for node in graph.nodes)
    return max(1, min(ROWS, ENTRIES // (tensors + windows)))


def _run(
    graph: Graph, rows: Ints, names: list[str], held: dict[str, Ints]
) -> dict[str, npt.NDArray[Any]]:
    """Run some rows; `held` has the states before, and gets those after the last row."""
    values: dict[str, npt.NDArray[Any]] = {graph.input: rows}
    for name, levels in held.items():
        values[name] = levels.reshape(len(rows), *graph.tensors[name].shape)
    for node in graph.nodes:
        arguments = [values[name] for name in node.inputs]
        result = operation(node).integer_forward(*arguments, **node.attributes)
        values[node.output] = result.reshape(len(rows), *graph.tensors[node.output].shape)
    held.update({state.before: values[state.after] for state in graph.states})
    return {name: values[name] for name in names}


def accepted_counts(graph: Graph) -> InputLimits:
    """Return the limits that an integer graph accepts, as arrays (features,)."""
    (size,) = graph.tensors[graph.input].shape
    limits = input_limits(graph.nodes[0])
    columns = (limits.units, limits.minimum, limits.maximum)
    return InputLimits(*(per_input(values, size) for values in columns))


def to_counts(graph: Graph, x: npt.ArrayLike) -> Ints:
    """Return readings in raw units (n, features) as counts; reject what the board rejects.

    Raises
    ------
    ThumbnetError
        If the number of features is wrong, or a value is NaN or outside the accepted range.

    """
    rows = as_rows(graph, x)
    refused = refusals(graph, rows)
    if refused:
        one = refused[0]
        raise ThumbnetError(
            f"row {one.row}, input {one.column} is {one.value:g}, expected {one.low:g} to "
            f"{one.high:g}"
        )
    return count(rows, accepted_counts(graph).units)


def refusals(graph: Graph, x: npt.ArrayLike) -> list[Refusal]:
    """Return the rows that the board rejects; see `accepted_rows`."""
    rows = as_rows(graph, x)
    bad = _bad(graph, rows)
    inputs = accepted_counts(graph)
    found = []
    for row in np.flatnonzero(bad.any(axis=1)).tolist():
        column = int(bad[row].argmax())
        ends = (inputs.minimum[column], inputs.maximum[column])
        low, high = (float(end / inputs.units[column]) for end in ends)
        found.append(Refusal(row, column, float(rows[row, column]), low, high))
    return found


def accepted_rows(graph: Graph, x: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Find the rows that the board accepts.

    Parameters
    ----------
    graph
        An integer graph.
    x
        Rows (n, features) in raw units.

    Returns
    -------
    numpy.ndarray
        bool (n,).

    """
    return np.asarray(~np.any(_bad(graph, as_rows(graph, x)), axis=1))


def as_rows(graph: Graph, x: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return `x` as float64 rows (n, features); `x` may be a single row.

    Raises
    ------
    ThumbnetError
        If `x` is not numeric or has the wrong number of features.

    """
    try:
        rows = np.asarray(x, dtype=np.float64)
    except (TypeError, ValueError):
        raise ThumbnetError("the rows are not numbers: pass rows of numbers") from None
    rows = (
        rows.reshape(len(rows), math.prod(rows.shape[1:])) if rows.ndim > 1 else rows.reshape(1, -1)
    )
    (size,) = graph.tensors[graph.input].shape
    if rows.shape[1] != size:
        raise ThumbnetError(f"rows have {rows.shape[1]} values, but the network takes {size}")
    return rows


def _bad(graph: Graph, rows: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    inputs = accepted_counts(graph)
    with np.errstate(invalid="ignore"):
        counts = count(rows, inputs.units)
    outside = (counts < inputs.minimum) | (counts > inputs.maximum)
    return np.asarray(outside | ~np.isfinite(rows))
