"""Stage 3, equalize: every feature gets the whole of uint8, whatever its unit.

A single input scale serves all features, so one that ranges to 1000 would leave one that ranges
to 1 with less than a step. Here each feature's scaling is rewritten to bring its calibrated range
to [-1, 1], and the first dense layer's weights take the opposite factor: the real result is the
same, and both the rounding of inputs and of weights fall on every feature alike.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import InputSpec

from .graph import Graph
from .inputs import Counts

UNLIKE = 4.0
"""Ranges this many times apart are taken for different units, not for pixels of one picture."""


def are_alike(graph: Graph, x: npt.NDArray[np.float64], spec: InputSpec | None) -> bool:
    """Return whether all features are readings of one kind, such as pixels.

    Parameters
    ----------
    graph
        The float graph after `fold`.
    x
        Representative inputs in raw units, (n, features).
    spec
        What the model declares of its inputs: one range for all says that they are alike, and
        resolutions that differ say that they are not.

    """
    if np.ptp(graph.nodes[0].attributes["scale"]) or np.ptp(graph.nodes[0].attributes["offset"]):
        return False
    if spec is not None and np.ptp(spec.resolution) > 0:
        return False
    if spec is not None and isinstance(spec.minimum, float) and isinstance(spec.maximum, float):
        return True
    ranges = np.ptp(x, axis=0)
    ranges = ranges[ranges > 0]
    return ranges.size == 0 or bool(ranges.max() <= UNLIKE * np.quantile(ranges, 0.1))


def is_far_from_zero(counts: Counts) -> bool:
    """Return whether 0 lies further from the inputs than their range is wide.

    The zero point, and with it the accumulators, would grow with that distance.
    """
    distance = np.abs(counts.most + counts.least) / 2
    return bool(np.any(distance > 1.5 * (counts.most - counts.least)))


def equalize(graph: Graph, counts: Counts) -> Graph:
    """Return the graph with each feature's range, `counts.least` to `most`, brought to [-1, 1]."""
    scaling, dense, *rest = graph.nodes
    features = dense.attributes["kernel"].shape[:1]
    scale, offset, least, most = (
        np.broadcast_to(values, features)
        for values in (*scaling.attributes.values(), counts.least, counts.most)
    )
    middle = (most + least) / 2 * scale + offset
    half = (most - least) / 2 * scale
    half = np.where(half > 0, half, 1.0)
    kernel, bias = dense.attributes["kernel"], dense.attributes["bias"]
    nodes = [
        scaling.with_attributes(scale=scale / half, offset=(offset - middle) / half),
        dense.with_attributes(kernel=kernel * half[:, None], bias=bias + middle @ kernel),
        *rest,
    ]
    return graph.rebuilt(nodes)
