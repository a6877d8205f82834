"""Stage 4, calibrate: the range of every tensor of the float graph on representative inputs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from .float_ops import FLOAT_OPS
from .graph import Graph


def run_float(graph: Graph, x: npt.ArrayLike) -> dict[str, npt.NDArray[np.float64]]:
    """Execute a float stage on `x` (n, ...) and return every tensor, in float64."""
    rows = np.asarray(x, dtype=np.float64)
    values: dict[str, npt.NDArray[np.float64]] = {graph.input: rows.reshape(len(rows), -1)}
    for node in graph.nodes:
        arguments = [values[name] for name in node.inputs]
        values[node.output] = FLOAT_OPS[node.op](*arguments, **node.attributes)
    return values


def check_samples(graph: Graph, x: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return representative inputs as float64 rows (n, features).

    Raises
    ------
    ThumbnetError
        If `x` is empty, has another number of features, or holds NaN or infinity.

    """
    try:
        rows = np.asarray(x, dtype=np.float64)
    except (TypeError, ValueError):
        raise ThumbnetError("calibration: the samples are not numbers: give rows of them") from None
    if rows.ndim < 2:
        raise ThumbnetError(f"calibration: samples of shape {rows.shape}: give rows, (n, features)")
    size = graph.tensors[graph.input].shape[0]
    if len(rows) == 0:
        raise ThumbnetError("calibration: no samples: give some rows of the training inputs")
    rows = rows.reshape(len(rows), -1)
    if rows.shape[1] != size:
        raise ThumbnetError(
            f"calibration: rows of {rows.shape[1]} values, but the model takes {size}: "
            "give rows of the training inputs"
        )
    if not np.all(np.isfinite(rows)):
        row = int(np.argwhere(~np.isfinite(rows))[0, 0])
        raise ThumbnetError(f"calibration: row {row} holds NaN or infinity: leave such rows out")
    return rows


def calibrate(graph: Graph, x: npt.ArrayLike) -> Graph:
    """Return the graph with `low`, `high` and `mean` of every tensor, as seen on `x`.

    Parameters
    ----------
    graph
        A float stage.
    x
        Rows as `check_samples` returns them.

    Raises
    ------
    ThumbnetError
        If some layer overflows: the weights are not finite, or too large.

    """
    tensors = {}
    for name, values in run_float(graph, x).items():
        if not np.all(np.isfinite(values)):
            raise ThumbnetError(
                f"calibration: {name} is not finite on some row: the weights are broken, "
                "train again with a lower learning rate"
            )
        tensors[name] = replace(
            graph.tensors[name],
            low=float(values.min()),
            high=float(values.max()),
            mean=values.mean(axis=0),
        )
    return graph.rebuilt(graph.nodes, tensors, stage="calibrate")
