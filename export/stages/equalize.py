"""Stage 3, equalize: every feature gets the whole of uint8, whatever its unit.

A single input scale serves all features, so one that ranges to 1000 would leave one that ranges
to 1 with less than a step. Here each feature's scaling is rewritten to bring its calibrated range
to [-1, 1], and the first dense layer's weights take the opposite factor: the real result is the
same, and both the rounding of inputs and of weights fall on every feature alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import InputSpec

from .fold import behind_scaling
from ..graph.graph import Graph, Node
from ..quantizer.input_counts import Counts
from ..graph.window import Window

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
    if any(node.op == "dense" for node in readers):
        return None
    return graph.tensors["x"].shape[-1]


def equalize(graph: Graph, counts: Counts) -> Graph:
    """Return the graph with each feature's range, `counts.least` to `most`, brought to [-1, 1].

    Where the input's positions share their weights, a feature is a channel. A layer that pads its
    input keeps every channel's 0 where it is. What has no weights, or is one of several readers of
    the input, is left alone.
    """
    readers = graph.consumers("x")
    if len(readers) != 1 or readers[0].op not in _WEIGHTS:
        return graph
    (reader,) = readers
    kernel = reader.attributes["kernel"]
    inputs = kernel.shape[0] if reader.op == "dense" else graph.tensors["x"].shape[-1]
    scaling = graph.nodes[0]
    scale, offset, least, most = (
        _period(values, inputs)
        for values in (*scaling.attributes.values(), counts.least, counts.most)
    )
    middle = (most + least) / 2 * scale + offset
    half = (most - least) / 2 * scale
    if "window" in reader.attributes and Window.of(reader.attributes).padded:
        half = np.maximum(np.abs(most * scale + offset), np.abs(least * scale + offset))
        middle = np.zeros_like(half)
    half = np.where(half > 0, half, 1.0)
    behind = replace(scaling, inputs=("x",), attributes={"scale": half, "offset": middle})
    nodes = [
        scaling.with_attributes(scale=scale / half, offset=(offset - middle) / half),
        *(_WEIGHTS[node.op](node, behind) if node is reader else node for node in graph.nodes[1:]),
    ]
    return graph.rebuilt(nodes)


def _period(values: npt.NDArray[np.float64], inputs: int) -> npt.NDArray[np.float64]:
    """Return the values of `inputs` features, the same at every position."""
    return np.resize(values, inputs) if values.size < inputs else values[:inputs]


def _recurrent(node: Node, scaling: Node) -> Node:
    """Return a recurrent layer with the scaling before it in the weights of its inputs."""
    kernel, bias = node.attributes["kernel"], node.attributes["bias"]
    scale, offset = scaling.attributes["scale"], scaling.attributes["offset"]
    bias = bias.copy()
    first = bias if bias.ndim == 1 else bias[0]
    first += offset @ kernel
    return node.with_attributes(kernel=kernel * scale[:, None], bias=bias)


_WEIGHTS: dict[str, Callable[[Node, Node], Node]] = {
    "dense": behind_scaling,
    "conv": behind_scaling,
    "depthwise_conv": behind_scaling,
    "simple_rnn": _recurrent,
    "gru": _recurrent,
}
"""How a layer takes a scaling of its inputs into its weights."""
