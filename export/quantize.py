"""Stage 5, quantize: the calibrated float graph becomes an integer graph."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from .arithmetic import (
    ACCUMULATOR_LIMIT,
    ACTIVATION_MAX,
    MULTIPLIER_MIN,
    REAL_MULTIPLIER_LIMIT,
    SCORE_LIMIT,
    SHIFT_MAX,
    WEIGHT_MAX,
    quantize_multiplier,
)
from .float_ops import CURVES
from .graph import Graph, Node, Tensor
from .head import Head
from .head_nodes import head_nodes, regression_step
from .inputs import Counts, levels_stage, one_if_alike, sensors_stage

Floats = npt.NDArray[np.float64]

_ROOM = 1.0 + 2.0**-14
"""Keeps a real multiplier below 0.5 after it is rounded to 15 bits."""

_BIAS_STEPS = ACCUMULATOR_LIMIT / 2
"""A bias takes at most half of the accumulator's room: a larger one coarsens its weights."""

_FIXED_OUTPUTS = {
    "sigmoid": (1.0 / 255, 0),
    "step": (1.0 / 255, 0),
    "tanh": (1.0 / 127, 128),
    "sign": (1.0 / 127, 128),
}
"""Curves with a known range: the scale and zero point that make both ends and 0 exact."""

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
        self.tensors[tensor.name] = tensor
        self.current = tensor.name

    def input(self, counts: Counts) -> None:
        scaling = self.graph.nodes[0].attributes
        scale, offset = one_if_alike(scaling["scale"]), one_if_alike(scaling["offset"])
        low = float((counts.least * scale + offset).min())
        high = float((counts.most * scale + offset).max())
        raw = replace(self.graph.tensors[self.graph.input], dtype="int32", scale=1.0 / counts.units)
        self.tensors[raw.name] = raw
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
        target = self.graph.tensors[fused.output]
        assert target.low is not None
        assert target.high is not None
        kernel, bias, scales = self.weights(node)
        coarsest = (float(scales.max()) or 1.0) / REAL_MULTIPLIER_LIMIT * _ROOM
        if function in ("step", "sign"):
            # Only the side of zero matters: the finest scale, and let the rest saturate.
            scale, zero_point = coarsest, 128
        else:
            edge = _FLAT_BEYOND.get(function, math.inf)
            low, high = max(target.low, -edge), min(target.high, edge)
            scale, zero_point = affine(0.0 if function == "relu" else min(low, high), high)
            if scale < coarsest:
                scale, zero_point = coarsest, round(zero_point * scale / coarsest)
        out = replace(target, dtype="uint8", scale=scale, zero_point=zero_point)
        low_q = zero_point if function == "relu" else 0
        self.dense(node, kernel, bias, scales, out, (low_q, ACTIVATION_MAX))

    def lookup(self, node: Node) -> None:
        """Add a curve as a table, uint8 to uint8."""
        source, target = self.tensors[self.current], self.graph.tensors[node.output]
        function = node.attributes["function"]
        if function == "softmax":
            raise ThumbnetError(
                f"export: {node.output} is a softmax in the middle: only the last layer can"
            )
        assert target.low is not None
        assert target.high is not None
        scale, zero_point = _FIXED_OUTPUTS.get(function) or affine(target.low, target.high)
        assert isinstance(source.scale, float)
        reals = CURVES[function](
            source.scale * np.arange(-source.zero_point, 256.0 - source.zero_point)
        )
        table = np.clip(np.floor(reals / scale + 0.5) + zero_point, 0, ACTIVATION_MAX)
        out = replace(target, dtype="uint8", scale=scale, zero_point=zero_point)
        self.add(Node("lookup", (self.current,), out.name, {"table": table.astype(np.uint8)}), out)

    def output(self, node: Node, head: Head) -> None:
        """Add the last dense layer: wide scores on one common scale, so argmax loses nothing."""
        kernel, bias, scales = self.weights(node)
        scale = (float(scales.max()) or 1.0) / REAL_MULTIPLIER_LIMIT * _ROOM
        if head.kind == "regression":
            scale = regression_step(scale)
        shape = self.graph.tensors[node.output].shape
        out = Tensor("scores", shape, "int32", scale=scale)
        lowest = 0 if head.function == "relu" else -SCORE_LIMIT
        self.dense(node, kernel, bias, scales, out, (lowest, SCORE_LIMIT))

    def weights(self, node: Node) -> tuple[Floats, Floats, Floats]:
        """Return the kernel, the bias, and the accumulator's scale of each output channel."""
        kernel, bias = node.attributes["kernel"], node.attributes["bias"]
        source = self.tensors[self.current]
        assert isinstance(source.scale, float)
        scales = np.maximum(
            np.abs(kernel).max(axis=0) * source.scale / WEIGHT_MAX, np.abs(bias) / _BIAS_STEPS
        )
        return kernel, bias, scales

    def dense(
        self,
        node: Node,
        kernel: Floats,
        bias: Floats,
        scales: Floats,
        out: Tensor,
        limits: tuple[int, int],
    ) -> None:
        """Add matmul and requantize; `scales` is the real value of one accumulator step."""
        source = self.tensors[self.current]
        assert isinstance(source.scale, float)
        assert isinstance(out.scale, float)
        # A channel that is zero throughout stays zero under any scale.
        safe = np.where(scales > 0, scales, 1.0)
        weight = np.round(kernel * source.scale / safe).astype(np.int64)
        folded = np.round(bias / safe).astype(np.int64) - source.zero_point * weight.sum(axis=0)
        check_accumulator(node.output, weight, folded)
        pairs = [
            quantize_multiplier(s / out.scale) if s > 0 else (MULTIPLIER_MIN, SHIFT_MAX)
            for s in scales
        ]
        acc = Tensor(f"{out.name}_acc", out.shape, "int32", scale=safe)
        attributes: dict[str, Any] = {"weight": weight.T.astype(np.int8), "bias": folded}
        self.add(Node("matmul", (self.current,), acc.name, attributes), acc)
        attributes = {
            "zero_point": out.zero_point,
            "multiplier": np.array([m for m, _ in pairs], dtype=np.int64),
            "shift": np.array([s for _, s in pairs], dtype=np.int64),
            "activation_min": limits[0],
            "activation_max": limits[1],
        }
        self.add(Node("requantize", (acc.name,), out.name, attributes), out)


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
    scale = (high - low) / ACTIVATION_MAX
    zero_point = round(-low / scale)
    if 0 < zero_point < ACTIVATION_MAX:
        # The zero point was rounded: cover both ends all the same.
        scale = max(-low / zero_point, high / (ACTIVATION_MAX - zero_point))
    return scale, zero_point


def check_accumulator(layer: str, weight: npt.NDArray[Any], bias: npt.NDArray[Any]) -> None:
    """Raise ThumbnetError unless `sum(|w|) * 255 + |bias| < 2**29` for every channel (column)."""
    bound = np.abs(weight.astype(np.int64)).sum(axis=0) * ACTIVATION_MAX + np.abs(bias)
    worst = int(np.argmax(bound))
    if bound[worst] >= ACCUMULATOR_LIMIT:
        raise ThumbnetError(
            f"export: layer {layer}, output {worst}: an accumulator may reach {int(bound[worst])}, "
            f"the limit is 2**29 = {ACCUMULATOR_LIMIT}: use fewer inputs ({weight.shape[0]} now) "
            "to this layer, or smaller weights (kernel_regularizer=l2)"
        )
