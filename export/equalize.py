"""Stage 3, equalize: every feature gets the whole of uint8, whatever its unit.

A single input scale serves all features, so one that ranges to 1000 would leave one that ranges
to 1 with less than a step. Here each feature's scaling is rewritten to bring its calibrated range
to [-1, 1], and the first dense layer's weights take the opposite factor: the real result is the
same, and both the rounding of inputs and of weights fall on every feature alike.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from .graph import Graph

UNLIKE = 4.0
"""Ranges this many times apart are taken for different units, not for pixels of one picture."""


def are_alike(graph: Graph, x: npt.ArrayLike, declared_alike: bool) -> bool:
    """Return whether all features are readings of one kind, such as pixels.

    Parameters
    ----------
    graph
        The float graph after `fold`.
    x
        Representative inputs in raw units, (n, features).
    declared_alike
        The model's `input_spec` gives one range for all features.

    """
    if np.ptp(graph.nodes[0].attributes["scale"]) or np.ptp(graph.nodes[0].attributes["offset"]):
        return False
    ranges = np.ptp(np.asarray(x, dtype=np.float64).reshape(len(np.asarray(x)), -1), axis=0)
    ranges = ranges[ranges > 0]
    return (
        declared_alike
        or ranges.size == 0
        or bool(ranges.max() <= UNLIKE * np.quantile(ranges, 0.1))
    )


def equalize(graph: Graph, x: npt.ArrayLike, alike: bool) -> Graph:
    """Return the graph with the input's scaling chosen per feature, unless all are `alike`.

    `x` (n, features) are representative inputs in raw units.
    """
    scaling, dense, *rest = graph.nodes
    if alike:
        return replace(graph, stage="equalize")
    rows = np.asarray(x, dtype=np.float64).reshape(len(np.asarray(x)), -1)
    scale = np.broadcast_to(scaling.attributes["scale"], rows.shape[1:])
    offset = np.broadcast_to(scaling.attributes["offset"], rows.shape[1:])
    scaled = rows * scale + offset
    middle = (scaled.max(axis=0) + scaled.min(axis=0)) / 2
    half = np.ptp(scaled, axis=0) / 2
    half = np.where(half > 0, half, 1.0)
    kernel, bias = dense.attributes["kernel"], dense.attributes["bias"]
    nodes = [
        scaling.with_attributes(scale=scale / half, offset=(offset - middle) / half),
        dense.with_attributes(kernel=kernel * half[:, None], bias=bias + middle @ kernel),
        *rest,
    ]
    return graph.rebuilt(nodes, stage="equalize")
