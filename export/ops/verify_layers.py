"""What has to hold of single layers: bounds that keep every sum within 31 bits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from typing import Any

import numpy as np

from ..graph.arithmetic import ACCUMULATOR_LIMIT, ACTIVATION_MAX, SMALL_INT_LIMIT
from ..graph.graph import Graph, Node, Tensor
from ..graph.window import Window


def accumulator_faults(weight: Any, bias: Any, expected: tuple[int, int]) -> Iterator[str]:
    """Yield what is wrong with int8 weights (outputs, products) and their biases."""
    if weight.dtype != np.int8 or weight.shape != expected:
        yield f"weight is {weight.dtype}{list(weight.shape)}: it has to be int8{list(expected)}"
        return
    bound = np.abs(weight.astype(np.int64)).sum(axis=1) * ACTIVATION_MAX + np.abs(bias)
    if bound.max() >= ACCUMULATOR_LIMIT:
        yield f"output {int(bound.argmax())} may reach {int(bound.max())}, not below 2**29"
    if 128 * ACTIVATION_MAX * expected[1] + np.abs(bias).max() >= SMALL_INT_LIMIT:
        yield f"{expected[1]} inputs: 128 times their sum does not fit 31 bits"


def window_faults(node: Node, source: Tensor, target: Tensor) -> Iterator[str]:
    """Yield where a window does not fit the tensors, or the kernel the window."""
    window = Window.of(node.attributes)
    if prod(source.shape) != window.height * window.width * window.channels:
        yield f"the window moves over {window[:3]}, {source.name!r} has shape {source.shape}"
    outputs = window.channels if node.op not in ("conv", "convolve") else target.shape[-1]
    if prod(target.shape) != window.positions * outputs:
        yield f"{window.positions} positions of {outputs} channels do not make {target.shape}"
    if "kernel" in node.attributes:
        products = window.taps * (window.channels if node.op == "conv" else 1)
        if node.attributes["kernel"].shape != (products, outputs):
            shape = node.attributes["kernel"].shape
            yield f"kernel is {shape}, the window needs {(products, outputs)}"
    pad = node.attributes.get("pad", 0)
    if not 0 <= pad <= ACTIVATION_MAX:
        yield f"pad is {pad}: widen the range of what is padded to take in 0"


def _average(graph: Graph, node: Node) -> Iterator[str]:
    a = node.attributes
    counts = Window.of(a).counts()
    if a["fewest"] != min(counts) or len(a["multiplier"]) != max(counts) - min(counts) + 1:
        yield f"windows of {min(counts)} to {max(counts)} elements need a multiplier each"
    if max(counts) * (ACTIVATION_MAX + abs(a["x_zero_point"])) >= ACCUMULATOR_LIMIT:
        yield f"a sum of {max(counts)} elements may reach 2**29: pool in two steps"


def _add(graph: Graph, node: Node) -> Iterator[str]:
    a = node.attributes
    shapes = [graph.tensors[name].shape for name in node.inputs]
    if len(shapes) != 2 or prod(shapes[0]) != prod(shapes[1]):
        yield f"tensors of shape {shapes} cannot be added: they must be two, and alike"
    if ACTIVATION_MAX * (abs(a["ka"]) + abs(a["kb"])) + abs(a["bias"]) >= SMALL_INT_LIMIT:
        yield "the sum may reach 2**30: take a smaller shift"
    if not 1 <= a["shift"] <= 20:
        yield f"shift is {a['shift']}: it has to be in 1 to 20"


def _concatenate(graph: Graph, node: Node) -> Iterator[str]:
    a = node.attributes
    if a["tables"].shape != (len(node.inputs), 256) or a["tables"].dtype != np.uint8:
        yield f"{len(node.inputs)} tables of uint8[256] are needed"
    sizes = [prod(graph.tensors[name].shape) for name in node.inputs]
    pixels = [size / channels for size, channels in zip(sizes, a["channels"], strict=True)]
    if len(set(pixels)) > 1 or graph.tensors[node.output].shape[-1] != sum(a["channels"]):
        yield f"tensors of {sizes} values with {a['channels']} channels do not lie side by side"


def _recurrent(graph: Graph, node: Node) -> Iterator[str]:
    a = node.attributes
    source = graph.tensors[node.inputs[0]]
    rows = a["units"] * (3 if node.op == "gru" else 1)
    features = prod(source.shape) // a["steps"]
    yield from accumulator_faults(a["input_weight"], a["input_bias"], (rows, features))
    yield from accumulator_faults(a["state_weight"], a["state_bias"], (rows, a["units"]))
    if not 0 < a["limit"] <= 2**20 or not 1 <= a["step_shift"] <= 12:
        yield f"limit {a['limit']} or step_shift {a['step_shift']} leaves 31 bits"
    if "tanh_table" in a and not a["tanh_table"].all():
        yield "the tanh_table holds a 0, which is below -1.0"
    if abs(a.get("center", 0)) >= 2**20 or not 0 <= a.get("state_zero", 0) <= ACTIVATION_MAX:
        yield "center or state_zero is out of range"


LAYERS: dict[str, Callable[[Graph, Node], Iterator[str]]] = {
    "average_pool": _average,
    "add": _add,
    "concatenate": _concatenate,
    "simple_rnn": _recurrent,
    "gru": _recurrent,
}
