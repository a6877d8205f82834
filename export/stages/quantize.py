"""Stage 5, quantize: the calibrated float graph becomes an integer graph."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from ..quantizer.affine import FLAT_BEYOND, ROOM, affine, coarser, curve_output, finest_output
from ..graph.arithmetic import ACTIVATION_MAX, REAL_MULTIPLIER_LIMIT, SCORE_LIMIT
from ..quantizer.channel_weights import Channels, multipliers, quantize_channels, side_of_zero
from ..quantizer.curves import CURVES
from .equalize import channels_of
from ..graph.graph import Graph, Node, Tensor
from ..quantizer.task import Head
from ..ops.head_nodes import head_nodes, regression_steps
from ..quantizer.input_counts import Counts, levels_stage, one_if_alike, sensors_stage
from ..quantizer.builder import Builder, range_of
from ..ops.quantize_merges import add_tensors, average_pool, concatenate, max_pool
from ..ops.quantize_recurrent import gru, simple_rnn
from ..graph.window import Window

Floats = npt.NDArray[np.float64]

_ACCUMULATES = {
    "dense": "matmul",
    "conv": "convolve",
    "depthwise_conv": "convolve_depthwise",
}


def quantize(
    graph: Graph, counts: Counts, head: Head, bits: int = 8, fitted: bool = False
) -> Graph:
    """Return the integer graph: quantize_input, then integer nodes for each layer.

    Parameters
    ----------
    graph
        The float graph after `fold` and `calibrate`.
    counts
        Resolution and range of the raw inputs.
    head
        How the scores are read; its nodes come last.
    bits
        The width of weights, 8 or 4; those of depthwise convolutions have 8.
    fitted
        The model was trained for weights of this width.

    Raises
    ------
    ThumbnetError
        If a layer's accumulators may reach 2**29; the message names the layer and the mend.

    """
    builder = Builder(graph, bits, fitted)
    _input(builder, counts)
    scores = [node for node in graph.nodes if node.op == "dense"][-1]
    for node in graph.nodes[1:]:
        if node is scores:
            _output(builder, node, head)
        elif node.output not in builder.tensors and not _is_scored(graph, node, scores):
            _LAYERS[node.op](builder, node)
    nodes, tensors, outputs = head_nodes(builder.tensors["scores"], head)
    return replace(graph, outputs=("scores", *outputs)).rebuilt(
        [*builder.nodes, *nodes], {**builder.tensors, **tensors}, stage="quantize"
    )


def _is_scored(graph: Graph, node: Node, scores: Node) -> bool:
    """Tell whether a node is the curve behind the scores, which are read before it."""
    return node.op == "activation" and node.inputs[0] == scores.output


def _input(builder: Builder, counts: Counts) -> None:
    """Add the node that brings raw readings to uint8."""
    graph = builder.floats
    x = graph.tensors["x"]
    # Positions that share their weights share their scaling too: a line for each channel.
    lines = channels_of(graph) or None
    scale, offset = (
        one_if_alike(graph.nodes[0].attributes[name][:lines]) for name in ("scale", "offset")
    )
    low = float((counts.least * scale + offset).min())
    high = float((counts.most * scale + offset).max())
    raw = replace(graph.tensors[graph.input], dtype="int32", scale=1.0 / counts.units)
    builder.tensors[raw.name] = replace(raw, low=None, high=None, mean=None)
    zero = builder.holds_zero("x")
    stage = levels_stage(counts, scale, offset)
    if stage is None or (zero and not 0 <= stage.zero_point <= ACTIVATION_MAX):
        stage = sensors_stage(counts, scale, offset, *affine(low, high, zero))
    out = replace(x, dtype="uint8", scale=stage.scale, zero_point=stage.zero_point)
    builder.add(stage.node, out)


def _weighted(builder: Builder, node: Node) -> None:
    """Add a hidden layer with a kernel; a curve other than relu follows as a table of its own."""
    out, function = builder.written(node)
    channels = _channels(builder, node)
    op = _ACCUMULATES[node.op]
    if function in ("step", "sign"):
        channels, multiplier, shift = side_of_zero(channels)
        out = replace(out, zero_point=128)
        limits = (0, ACTIVATION_MAX)
        builder.accumulate(op, node, channels, (multiplier, shift), out, limits)
        return
    low, high = range_of(out)
    edge = FLAT_BEYOND.get(function, math.inf)
    low, high = max(low, -edge), min(high, edge)
    low = 0.0 if function == "relu" else min(low, high)
    zero = builder.holds_zero(out.name)
    scale, zero_point = coarser(*affine(low, high, zero), finest_output(channels.scale))
    out = replace(out, scale=scale, zero_point=zero_point)
    # A relu needs no clamp of its own: its zero point is 0.
    requantization = multipliers(channels.scale, scale)
    builder.accumulate(op, node, channels, requantization, out, (0, ACTIVATION_MAX))


def _curve(builder: Builder, node: Node) -> None:
    """Add a curve as a table, uint8 to uint8."""
    source, target = builder.tensors[node.inputs[0]], builder.floats.tensors[node.output]
    function = node.attributes["function"]
    if function == "softmax":
        raise ThumbnetError(
            f"export: {node.output} is a softmax in the middle: only the last layer can"
        )
    zero = builder.holds_zero(node.output)
    scale, zero_point = curve_output(function, *range_of(target), zero)
    step = source.scale if isinstance(source.scale, float) else 1.0
    steps = np.arange(256, dtype=np.float64) - source.zero_point
    reals = CURVES[function](step * steps)
    table = np.clip(np.floor(reals / scale + 0.5) + zero_point, 0, ACTIVATION_MAX)
    out = replace(target, dtype="uint8", scale=scale, zero_point=zero_point)
    builder.add(Node("lookup", node.inputs, out.name, {"table": table.astype(np.uint8)}), out)


def _output(builder: Builder, node: Node, head: Head) -> None:
    """Add the last dense layer, its scores wide.

    Classes share one scale, so that argmax loses nothing; each measurement has its own.
    """
    channels = _channels(builder, node)
    scale: float | Floats = finest_output(channels.scale)
    if head.kind == "regression":
        scale = regression_steps(channels.scale / REAL_MULTIPLIER_LIMIT * ROOM)
    shape = builder.floats.tensors[node.output].shape
    out = Tensor("scores", shape, "int32", scale=scale)
    lowest = 0 if head.function == "relu" else -SCORE_LIMIT
    requantization = multipliers(channels.scale, scale)
    builder.accumulate("matmul", node, channels, requantization, out, (lowest, SCORE_LIMIT))


def _channels(builder: Builder, node: Node) -> Channels:
    """Quantize the kernel of a node for the tensor that it reads."""
    source = builder.tensors[node.inputs[0]]
    mean = builder.floats.tensors[node.inputs[0]].mean
    assert isinstance(source.scale, float)
    assert mean is not None
    kernel, bias = node.attributes["kernel"], node.attributes["bias"]
    means = mean.reshape(-1, 1)
    if "window" in node.attributes:
        # At the places of a window, the mean of a channel is that of all positions.
        window = Window.of(node.attributes)
        means = mean.reshape(-1, window.channels).mean(axis=0)
        means = np.tile(means, window.taps)[:, None] if node.op == "conv" else means[None, :]
    bits = 8 if node.op == "depthwise_conv" else builder.bits
    return quantize_channels(
        node.output, kernel, bias, means, source.scale, source.zero_point, bits, builder.fitted
    )


_LAYERS: dict[str, Callable[[Builder, Node], None]] = {
    "dense": _weighted,
    "conv": _weighted,
    "depthwise_conv": _weighted,
    "activation": _curve,
    "max_pool": max_pool,
    "average_pool": average_pool,
    "add": add_tensors,
    "concatenate": concatenate,
    "simple_rnn": simple_rnn,
    "gru": gru,
}
