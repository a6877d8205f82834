"""Stage 5, quantize: the calibrated float graph becomes an integer graph."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from .arithmetic import ACTIVATION_MAX, REAL_MULTIPLIER_LIMIT, SCORE_LIMIT, Ints
from .channels import Channels, multipliers, quantize_channels, side_of_zero
from .float_ops import CURVES
from .graph import Graph, Node, Tensor
from .head import Head
from .head_nodes import head_nodes, regression_steps
from .inputs import Counts, levels_stage, one_if_alike, sensors_stage

Floats = npt.NDArray[np.float64]

_ROOM = 1.0 + 2.0**-14
"""Keeps a real multiplier below 0.5 after it is rounded to 15 bits."""

_FIXED_OUTPUTS = {
    "sigmoid": (1.0 / 255, 0),
    "step": (1.0 / 255, 0),
    "tanh": (1.0 / 127, 128),
    "sign": (1.0 / 127, 128),
}
"""Curves with a known range: the scale and zero point that make both ends and 0 exact."""

_FARTHEST = 64
"""A range lies at most this many times its width from 0: the bias has to hold the zero point."""

_FLAT_BEYOND = {"sigmoid": 6.3, "tanh": 3.2}
"""Where a curve is within half a step of its end: |z| = ln(2 * 255), and atanh(1 - 1 / 254)."""


def quantize(graph: Graph, counts: Counts, head: Head) -> Graph:
    """Return the integer graph: quantize_input, then matmul, requantize and lookup per layer.

    Parameters
    ----------
    graph
        The float graph after `fold` and `calibrate`.
    counts
        Resolution and range of the raw inputs.
    head
        How the scores are read; its nodes come last.

    Raises
    ------
    ThumbnetError
        If a layer's accumulators may reach 2**29; the message names the layer and the mend.

    """
    builder = _Builder(graph)
    builder.input(counts)
    body = list(graph.nodes[1:])
    last_dense = max(i for i, node in enumerate(body) if node.op == "dense")
    for i, node in enumerate(body[:last_dense]):
        following = body[i + 1]
        if node.op == "activation":
            if node.attributes["function"] != "relu" or body[i - 1].op != "dense":
                builder.lookup(node)
        else:
            builder.hidden(node, following if following.op == "activation" else None)
    builder.output(body[last_dense], head)
    nodes, tensors, outputs = head_nodes(builder.tensors[builder.nodes[-1].output], head)
    return replace(graph, outputs=("scores", *outputs)).rebuilt(
        [*builder.nodes, *nodes], {**builder.tensors, **tensors}, stage="quantize"
    )


class _Builder:
    """The integer nodes made so far, and their tensors."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.nodes: list[Node] = []
        self.tensors: dict[str, Tensor] = {}
        self.current = graph.input

    def add(self, node: Node, tensor: Tensor) -> None:
        self.nodes.append(node)
        self.tensors[tensor.name] = replace(tensor, low=None, high=None, mean=None)
        self.current = tensor.name

    def input(self, counts: Counts) -> None:
        scaling = self.graph.nodes[0].attributes
        scale, offset = one_if_alike(scaling["scale"]), one_if_alike(scaling["offset"])
        low = float((counts.least * scale + offset).min())
        high = float((counts.most * scale + offset).max())
        raw = replace(self.graph.tensors[self.graph.input], dtype="int32", scale=1.0 / counts.units)
        self.tensors[raw.name] = replace(raw, low=None, high=None, mean=None)
        stage = levels_stage(counts, scale, offset) or sensors_stage(
            counts, scale, offset, *affine(low, high)
        )
        x = self.graph.tensors["x"]
        self.add(
            stage.node, replace(x, dtype="uint8", scale=stage.scale, zero_point=stage.zero_point)
        )

    def hidden(self, node: Node, curve: Node | None) -> None:
        """Add a dense layer; a curve other than relu follows it as a table of its own."""
        function = curve.attributes["function"] if curve else "linear"
        fused = curve if curve is not None and function == "relu" else node
        out = replace(self.graph.tensors[fused.output], dtype="uint8")
        channels = self.channels(node)
        if function in ("step", "sign"):
            channels, multiplier, shift = side_of_zero(channels)
            out = replace(out, zero_point=128)
            self.dense(channels, multiplier, shift, out, (0, ACTIVATION_MAX))
            return
        low, high = _range(out)
        edge = _FLAT_BEYOND.get(function, math.inf)
        low, high = max(low, -edge), min(high, edge)
        scale, zero_point = affine(0.0 if function == "relu" else min(low, high), high)
        finest = _finest(channels)
        if scale < finest:
            scale, zero_point = finest, round(zero_point * scale / finest)
        out = replace(out, scale=scale, zero_point=zero_point)
        # A relu needs no clamp of its own: its zero point is 0.
        self.dense(channels, *multipliers(channels.scale, scale), out, (0, ACTIVATION_MAX))

    def lookup(self, node: Node) -> None:
        """Add a curve as a table, uint8 to uint8."""
        source, target = self.tensors[self.current], self.graph.tensors[node.output]
        function = node.attributes["function"]
        if function == "softmax":
            raise ThumbnetError(
                f"export: {node.output} is a softmax in the middle: only the last layer can"
            )
        scale, zero_point = _curve_output(function, *_range(target))
        step = source.scale if isinstance(source.scale, float) else 1.0
        steps = np.arange(256, dtype=np.float64) - source.zero_point
        reals = CURVES[function](step * steps)
        table = np.clip(np.floor(reals / scale + 0.5) + zero_point, 0, ACTIVATION_MAX)
        out = replace(target, dtype="uint8", scale=scale, zero_point=zero_point)
        self.add(Node("lookup", (self.current,), out.name, {"table": table.astype(np.uint8)}), out)

    def output(self, node: Node, head: Head) -> None:
        """Add the last dense layer, its scores wide.

        Classes share one scale, so that argmax loses nothing; each measurement has its own.
        """
        channels = self.channels(node)
        scale: float | Floats = _finest(channels)
        if head.kind == "regression":
            scale = regression_steps(channels.scale / REAL_MULTIPLIER_LIMIT * _ROOM)
        shape = self.graph.tensors[node.output].shape
        out = Tensor("scores", shape, "int32", scale=scale)
        lowest = 0 if head.function == "relu" else -SCORE_LIMIT
        self.dense(channels, *multipliers(channels.scale, scale), out, (lowest, SCORE_LIMIT))

    def channels(self, node: Node) -> Channels:
        """Quantize a dense node's weights for the current tensor."""
        source = self.tensors[self.current]
        mean = self.graph.tensors[self.current].mean
        assert isinstance(source.scale, float)
        assert mean is not None
        kernel, bias = node.attributes["kernel"], node.attributes["bias"]
        return quantize_channels(node.output, kernel, bias, mean, source.scale, source.zero_point)

    def dense(
        self,
        channels: Channels,
        multiplier: Ints,
        shift: Ints,
        out: Tensor,
        limits: tuple[int, int],
    ) -> None:
        """Add matmul and requantize."""
        acc = Tensor(f"{out.name}_acc", out.shape, "int32", scale=channels.scale)
        attributes: dict[str, Any] = {"weight": channels.weight, "bias": channels.bias}
        self.add(Node("matmul", (self.current,), acc.name, attributes), acc)
        attributes = {
            "zero_point": out.zero_point,
            "multiplier": multiplier,
            "shift": shift,
            "activation_min": limits[0],
            "activation_max": limits[1],
        }
        self.add(Node("requantize", (acc.name,), out.name, attributes), out)


def _range(tensor: Tensor) -> tuple[float, float]:
    assert tensor.low is not None
    assert tensor.high is not None
    return tensor.low, tensor.high


def _finest(channels: Channels) -> float:
    """Return the finest output scale that keeps every channel's real multiplier below 0.5."""
    return (float(channels.scale.max()) or 1.0) / REAL_MULTIPLIER_LIMIT * _ROOM


def _curve_output(function: str, low: float, high: float) -> tuple[float, int]:
    """Return a curve's output scale and zero point: its ends exact where it goes that far."""
    if function in _FIXED_OUTPUTS:
        scale, zero_point = _FIXED_OUTPUTS[function]
        whole = scale * ACTIVATION_MAX
        if function in ("step", "sign") or high - low >= whole / 2:
            return scale, zero_point
    return affine(low, high)


def affine(low: float, high: float) -> tuple[float, int]:
    """Return the uint8 scale and zero point whose range covers `low` to `high`.

    The range is widened to take in 0 where that costs at most half of the steps; elsewhere the
    zero point lies outside 0 to 255, which the bias absorbs.
    """
    wide_low, wide_high = min(low, 0.0), max(high, 0.0)
    if wide_high - wide_low <= 2.0 * (high - low) or high == low:
        low, high = wide_low, wide_high
    if high == low:
        return 1.0 / ACTIVATION_MAX, 0
    high = max(high, low + max(abs(low), abs(high)) / _FARTHEST)
    scale = (high - low) / ACTIVATION_MAX
    zero_point = round(-low / scale)
    if 0 < zero_point < ACTIVATION_MAX:
        # The zero point was rounded: cover both ends all the same.
        scale = max(-low / zero_point, high / (ACTIVATION_MAX - zero_point))
    return scale, zero_point
