"""Dense: every output is a weighted sum of all inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np

from ..boards.processors import Cycles
from ..graph.arithmetic import REAL_MULTIPLIER_LIMIT, SCORE_LIMIT, Ints
from ..graph.graph import Graph, Node, TensorSpec
from ..graph.window import Window
from ..kernels.build import Build
from ..kernels.call import Call
from ..kernels.kernel import PER_OUTPUT, Kernel
from ..kernels.lanes import lanes_win
from ..quantizer.builder import Builder
from ..quantizer.channel_weights import multipliers
from ..quantizer.output_scale import HEADROOM, finest_output
from ..quantizer.task import Task
from .answer import decimal_steps
from .conv import NARROW_CONV, Conv, conv_call, narrow_heap
from .curve import activation_steps
from .operation import Floats, Operation, Steps
from .weighted import (
    FusedLayer,
    Products,
    WeightedFloat,
    layer_call,
    lowered_weights,
)

WORDS = (
    *("inputs", "outputs", "x_at", "y_at", "zero_point", "activation_min", "activation_max"),
    *("table", "wide", "pieces"),
)

FULLY_CONNECTED = Kernel(
    "fully_connected",
    WORDS,
    PER_OUTPUT,
    absent={"plain": ("inputs", "x_at", "wide", "pieces"), "viper": ("pieces",)},
    layouts={"plain": "rows", "viper": "rows", "thumb": "interleaved", "thumb_dsp": "words"},
    splits_inputs=True,
    flash="in place",
    in_own_file=True,
)
LANES = replace(
    FULLY_CONNECTED,
    name="fully_connected_lanes",
    layouts={"plain": "rows"},
    in_lanes=True,
    flash="",
    in_own_file=False,
    allocates=True,
)
"""The same with one big-integer lane per output."""

MOST_INPUTS_AS_CONV = 512
"""Maximum inputs of a dense layer run as a convolution, which copies them once more."""


class Dense(WeightedFloat):
    """`x @ kernel + bias`; x (n, inputs), kernel (inputs, outputs)."""

    name = "dense"
    layers = {"Dense": "dense"}
    may_be_last = True
    gives_scores = True
    weights_per_feature = True
    products_op = "matmul"

    def describe(self, layer: Any, word: str) -> str:
        """Return the number of outputs alone."""
        return str(layer.output_shape[-1])

    def lower(self, layer: Any) -> Steps:
        """Return the products, and the activation after them."""
        return [(self.name, lowered_weights(layer)), *activation_steps(layer)]

    def float_forward(self, *inputs: Floats, **attributes: Any) -> Floats:
        """Return `x @ kernel + bias`."""
        (x,) = inputs
        return np.asarray(x.reshape(len(x), -1) @ attributes["kernel"] + attributes["bias"])

    def shape_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield the fault of a kernel that does not fit its tensors."""
        source, target = graph.tensors[node.inputs[0]], graph.tensors[node.output]
        expected = (prod(source.shape), target.shape[-1])
        if node.attributes["kernel"].shape != expected:
            yield f"kernel is {node.attributes['kernel'].shape}, but the tensors need {expected}"

    def quantize_scores(self, builder: Builder, node: Node, task: Task) -> None:
        """Add the last layer, with scores in 32 bits.

        Classes share one scale, so that argmax is exact; each measured output has its own scale.
        """
        channels = self.channels(builder, node)
        scale: float | Floats = finest_output(channels.scale)
        if task.kind == "regression":
            scale = decimal_steps(channels.scale / REAL_MULTIPLIER_LIMIT * HEADROOM)
        shape = builder.floats.tensors[node.output].shape
        out = TensorSpec("scores", shape, "int32", scale=scale)
        lowest = 0 if task.function == "relu" else -SCORE_LIMIT
        requantization = multipliers(channels.scale, scale)
        self.accumulate(builder, node, channels, requantization, out, (lowest, SCORE_LIMIT))


class Matmul(Products):
    """The accumulators of a dense layer."""

    name = "matmul"
    becomes = "fully_connected"

    def shape_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield the fault of an output that is not one row."""
        shape = graph.tensors[node.output].shape
        if prod(shape) != shape[-1]:
            yield f"the output has shape {shape}: it must be one row"

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return `x @ weight.T + bias`; weight (outputs, inputs); the bias has the zero point."""
        (x,) = inputs
        # float64 represents these integers (below 2**29) exactly, and BLAS multiplies them fast.
        rows = x.reshape(len(x), -1)
        product = rows.astype(np.float64) @ attributes["weight"].T.astype(np.float64)
        return np.asarray(product.astype(np.int64) + attributes["bias"])


class FullyConnected(FusedLayer):
    """A dense layer in one kernel call."""

    name = Matmul.becomes
    title = "dense"
    writes = "*"
    products = Matmul()
    kernels = (FULLY_CONNECTED, LANES)

    def shape_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield the fault of an output that is not one row."""
        return self.products.shape_faults(graph, node)

    def predict_heap(self, node: Node, word: int) -> int:
        """Return the heap of the plain kernel: 0, but 4-bit weights run as a convolution."""
        weight = node.attributes["weight"]
        return narrow_heap(weight, word) if "bits" in node.attributes else 0

    def cycles(self, node: Node, outputs: int, cost: Cycles) -> float:
        """Return the cycles of the outputs."""
        return outputs * cost.output

    def scratch(self, graph: Graph, node: Node, native: bool) -> dict[str, int]:
        """Return the buffer for a copy of the inputs if the kernel of convolutions runs."""
        if "bits" in node.attributes and native:
            return {f"{node.output}.patch": prod(graph.tensors[node.inputs[0]].shape)}
        return {}

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the single call."""
        weight = node.attributes["weight"]
        if "bits" in node.attributes:
            return [conv_call(NARROW_CONV, graph, node, one_pixel(weight.shape[1]), places)]
        lanes = build.lanes and build.weights == "module" and lanes_win(weight)
        return [layer_call(LANES if lanes else FULLY_CONNECTED, graph, node, places, pieces=1)]

    def other_kernel(self, graph: Graph, node: Node) -> Node | None:
        """Return the layer as a convolution over an image of one pixel, if it is small enough."""
        inputs = prod(graph.tensors[node.inputs[0]].shape)
        if inputs > MOST_INPUTS_AS_CONV or "bits" in node.attributes:
            return None
        return replace(node, op=Conv.name).with_attributes(window=tuple(one_pixel(inputs)), pad=0)


def one_pixel(inputs: int) -> Window:
    """Return the window of a dense layer as a convolution: one pixel with all inputs."""
    return Window(1, 1, inputs, 1, 1, 1, 1, 0, 0, 1, 1)


OPERATIONS: tuple[Operation, ...] = (Dense(), Matmul(), FullyConnected())
