"""Stage 4, calibrate: find the range of every float tensor on representative inputs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from ..graph.graph import Graph
from ..ops import operation
from .observers import OBSERVERS

LARGEST = 1e30
"""Of what a layer may give: the scales that follow from it are still finite."""
ROWS = 256
"""Rows per batch: limits the memory for the windows of a convolution."""


def run_float(
    graph: Graph, x: npt.ArrayLike, keep: Iterable[str] | None = None
) -> dict[str, npt.NDArray[np.float64]]:
    """Run a float stage on `x` (n, ...); return its tensors, or those to `keep`, as float64.

    What overflows is infinite or NaN in the result.
    """
    rows = np.asarray(x, dtype=np.float64)
    names = [graph.input, *(node.output for node in graph.nodes)] if keep is None else list(keep)
    with np.errstate(over="ignore", invalid="ignore"):
        parts = [_run(graph, rows[at : at + ROWS], names) for at in range(0, len(rows), ROWS)]
    return {name: np.concatenate([part[name] for part in parts]) for name in names}


def _run(
    graph: Graph, rows: npt.NDArray[np.float64], names: list[str]
) -> dict[str, npt.NDArray[np.float64]]:
    values = {graph.input: rows.reshape(len(rows), *graph.tensors[graph.input].shape)}
    for node in graph.nodes:
        arguments = [values[name] for name in node.inputs]
        result = operation(node).float_forward(*arguments, **node.attributes)
        values[node.output] = result.reshape(len(rows), *graph.tensors[node.output].shape)
    return {name: values[name] for name in names}


def check_samples(graph: Graph, x: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return representative inputs as float64 rows (n, features).

    Raises
    ------
    ThumbnetError
        If `x` is empty, has the wrong number of features, or contains NaN or infinity.

    """
    try:
        rows = np.asarray(x, dtype=np.float64)
    except (TypeError, ValueError):
        raise ThumbnetError(
            "calibration: the samples are not numbers: pass rows of numbers"
        ) from None
    if rows.ndim < 2:
        raise ThumbnetError(f"calibration: samples of shape {rows.shape}: pass rows, (n, features)")
    size = graph.tensors[graph.input].shape[0]
    if len(rows) == 0:
        raise ThumbnetError("calibration: no samples: pass some rows of the training inputs")
    rows = rows.reshape(len(rows), -1)
    if rows.shape[1] != size:
        raise ThumbnetError(
            f"calibration: rows have {rows.shape[1]} values, but the model takes {size}: "
            "pass rows of the training inputs"
        )
    if not np.all(np.isfinite(rows)):
        row = int(np.argwhere(~np.isfinite(rows))[0, 0])
        raise ThumbnetError(f"calibration: row {row} contains NaN or infinity: remove such rows")
    return rows


def ends_of(graph: Graph) -> set[str]:
    """Return the tensors whose range covers all values seen: readings and scores never saturate."""
    return {graph.input, "x", *graph.outputs}


def calibrate(graph: Graph, x: npt.ArrayLike, observer: str = "min_max") -> Graph:
    """Return the graph with `low`, `high` and `mean` of every tensor, as measured on `x`.

    Parameters
    ----------
    graph
        A float stage. If training has set the range of a tensor, it is kept.
    x
        Rows as `check_samples` returns them.
    observer
        One of `OBSERVERS`. The range of the network's input and scores always covers all values.

    Raises
    ------
    ThumbnetError
        If a layer overflows because weights are too large or not finite, or if there is no such
        observer.

    """
    if observer not in OBSERVERS:
        raise ThumbnetError(f"unknown calibration {observer!r}: use one of {', '.join(OBSERVERS)}")
    ends = ends_of(graph)
    tensors = {}
    seen = run_float(graph, x)
    with np.errstate(over="ignore", invalid="ignore"):
        hidden = _hidden_values(graph, seen)
    for name, values in seen.items():
        if not np.all(np.abs(values) <= LARGEST):
            raise ThumbnetError(
                f"calibration: {name} is not finite, or huge, for some rows, so training diverged: "
                "train again with a tenth of the learning rate and scaled inputs (Normalization)"
            )
        tensor = graph.tensors[name]
        low, high = OBSERVERS["min_max" if name in ends else observer](values)
        if tensor.low is not None and tensor.high is not None and name not in ends:
            low, high = tensor.low, tensor.high
        if name in hidden:
            low, high = min(low, float(hidden[name].min())), max(high, float(hidden[name].max()))
        tensors[name] = replace(tensor, low=low, high=high, mean=values.mean(axis=0))
    nodes = tuple(operation(n).calibrated(n, seen[n.inputs[0]]) for n in graph.nodes)
    return graph.rebuilt(nodes, tensors, stage="calibrate")


def _hidden_values(
    graph: Graph, seen: dict[str, npt.NDArray[np.float64]]
) -> dict[str, npt.NDArray[np.float64]]:
    """Return values that share the scale of a tensor but are not part of it, by tensor."""
    found = {}
    for node in graph.nodes:
        values = operation(node).hidden_values(node, seen[node.inputs[0]])
        if values is not None:
            found[node.output] = values
    return found
