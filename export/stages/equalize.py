"""Stage 3, equalize: every feature gets the whole of uint8, whatever its unit.

A single input scale serves all features, so one that ranges to 1000 would leave one that ranges
to 1 with less than a step. Here each feature's scaling is rewritten to bring its calibrated range
to [-1, 1], and the first dense layer's weights take the opposite factor: the real result is the
same, and both the rounding of inputs and of weights fall on every feature alike.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import InputSpec

from ..graph.graph import Graph
from ..ops import operation
from ..quantizer.input_counts import Counts

UNLIKE = 4.0
"""Ranges this many times apart are taken for different units, not for pixels of one picture."""


def are_alike(
    graph: Graph, x: npt.NDArray[np.float64], spec: InputSpec | None, channels: int | None = None
) -> bool:
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
    channels
        Features are channels, each at many positions; None if each is one number.

    """
    if np.ptp(graph.nodes[0].attributes["scale"]) or np.ptp(graph.nodes[0].attributes["offset"]):
        return False
    if spec is not None and np.ptp(spec.resolution) > 0:
        return False
    if spec is not None and isinstance(spec.minimum, float) and isinstance(spec.maximum, float):
        return True
    ranges = np.ptp(x.reshape(-1, channels) if channels else x, axis=0)
    ranges = ranges[ranges > 0]
    return ranges.size == 0 or bool(ranges.max() <= UNLIKE * np.quantile(ranges, 0.1))


def is_far_from_zero(counts: Counts) -> bool:
    """Return whether 0 lies further from the inputs than their range is wide.

    The zero point, and with it the accumulators, would grow with that distance.
    """
    distance = np.abs(counts.most + counts.least) / 2
    return bool(np.any(distance > 1.5 * (counts.most - counts.least)))


def channels_of(graph: Graph) -> int | None:
    """Return the channels of an input whose positions share their weights, None for a dense one."""
    readers = graph.consumers("x")
    if any(operation(node).weights_per_feature for node in readers):
        return None
    return graph.tensors["x"].shape[-1]


def equalize(graph: Graph, counts: Counts) -> Graph:
    """Return the graph with each feature's range, `counts.least` to `most`, brought to [-1, 1].

    Where the input's positions share their weights, a feature is a channel. A layer that pads its
    input keeps every channel's 0 where it is. What has no weights, or is one of several readers of
    the input, is left alone.
    """
    readers = graph.consumers("x")
    if len(readers) != 1 or "kernel" not in readers[0].attributes:
        return graph
    (reader,) = readers
    op = operation(reader)
    shape = graph.tensors["x"].shape
    inputs = math.prod(shape) if op.weights_per_feature else shape[-1]
    scaling = graph.nodes[0]
    scale, offset, least, most = (
        _period(values, inputs)
        for values in (*scaling.attributes.values(), counts.least, counts.most)
    )
    middle = (most + least) / 2 * scale + offset
    half = (most - least) / 2 * scale
    if op.pads(reader):
        half = np.maximum(np.abs(most * scale + offset), np.abs(least * scale + offset))
        middle = np.zeros_like(half)
    half = np.where(half > 0, half, 1.0)
    behind = replace(scaling, inputs=("x",), attributes={"scale": half, "offset": middle})
    scaled = op.absorb_before(reader, behind)
    if scaled is None:
        return graph
    nodes = [
        scaling.with_attributes(scale=scale / half, offset=(offset - middle) / half),
        *(scaled if node is reader else node for node in graph.nodes[1:]),
    ]
    return graph.rebuilt(nodes)


def _period(values: npt.NDArray[np.float64], inputs: int) -> npt.NDArray[np.float64]:
    """Return the values of `inputs` features, the same at every position."""
    return np.resize(values, inputs) if values.size < inputs else values[:inputs]
