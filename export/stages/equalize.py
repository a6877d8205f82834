"""Stage 3, equalize: every feature uses the whole range of uint8, whatever its unit.

All features share one input scale, so a feature with values up to 1000 would leave less than one
step for a feature with values up to 1. Here the scaling of each feature is rewritten to map its
calibrated range to [-1, 1], and the weights of the first layer take the inverse factor. The real
result is the same, and the rounding of inputs and weights affects all features equally.
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
"""Ranges that differ by more than this factor count as different units, not as pixels."""


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
        What the model declares about its inputs. One range for all means that they are of one
        kind; different resolutions mean that they are not.
    channels
        The number of channels, each at many positions; None if each feature is one number.

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
    """Return whether the inputs are further from 0 than their range is wide.

    The zero point, and with it the accumulators, grows with that distance.
    """
    distance = np.abs(counts.most + counts.least) / 2
    return bool(np.any(distance > 1.5 * (counts.most - counts.least)))


def channels_of(graph: Graph) -> int | None:
    """Return the number of channels if the input's positions share weights and scaling, else None.

    After a Flatten, each position may have its own scaling.
    """
    readers = graph.consumers("x")
    if any(operation(node).weights_per_feature for node in readers):
        return None
    channels = graph.tensors["x"].shape[-1]
    for values in graph.nodes[0].attributes.values():
        if values.size > channels and np.any(values.reshape(-1, channels) != values[:channels]):
            return None
    return channels


def equalize(graph: Graph, counts: Counts) -> Graph:
    """Return the graph with each feature's range, `counts.least` to `most`, mapped to [-1, 1].

    If the input's positions share their weights, a feature is a channel. For a layer that pads its
    input, 0 stays 0 in every channel. Nothing changes if the layer that reads the input has no
    weights, or if several layers read it.
    """
    readers = graph.consumers("x")
    if len(readers) != 1:
        return graph
    (reader,) = readers
    op = operation(reader)
    inputs = channels_of(graph) or math.prod(graph.tensors["x"].shape)
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
    """Return the values of `inputs` features, which are the same at every position."""
    return np.resize(values, inputs) if values.size < inputs else values[:inputs]
