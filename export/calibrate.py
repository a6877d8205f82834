"""Stage 3, calibrate: the range of every tensor of the float graph on representative inputs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from .float_ops import FLOAT_OPS
from .graph import Graph


def run_float(graph: Graph, x: npt.ArrayLike) -> dict[str, npt.NDArray[np.float64]]:
    """Execute a float stage on `x` (n, ...) and return every tensor, in float64."""
    values = {graph.input: np.asarray(x, dtype=np.float64).reshape(len(np.asarray(x)), -1)}
    for node in graph.nodes:
        arguments = [values[name] for name in node.inputs]
        values[node.output] = FLOAT_OPS[node.op](*arguments, **node.attributes)
    return values


def calibrate(graph: Graph, x: npt.ArrayLike) -> Graph:
    """Return the graph with `low` and `high` of every tensor, the extremes seen on `x`.

    Parameters
    ----------
    graph
        A float stage.
    x
        Representative inputs in raw units, (n, features), n >= 1.

    Raises
    ------
    ThumbnetError
        If `x` is empty, has another number of features, or makes a tensor NaN or infinite.

    """
    x = np.asarray(x, dtype=np.float64)
    size = graph.tensors[graph.input].shape[0]
    if len(x) == 0:
        raise ThumbnetError("calibration: no samples: give some rows of the training inputs")
    if x[0].size != size:
        raise ThumbnetError(
            f"calibration: rows of {x[0].size} values, but the model takes {size}: "
            "give rows of the training inputs"
        )
    tensors = {}
    for name, values in run_float(graph, x).items():
        if not np.all(np.isfinite(values)):
            raise ThumbnetError(
                f"calibration: {name} is not finite on some row: "
                "look for NaN in the data, or train again with a lower learning rate"
            )
        tensors[name] = replace(
            graph.tensors[name], low=float(values.min()), high=float(values.max())
        )
    return graph.rebuilt(graph.nodes, tensors, stage="calibrate")
