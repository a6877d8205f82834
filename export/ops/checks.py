"""Checks that several operations share: the conditions that keep every sum within 31 bits."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from ..graph.arithmetic import (
    ACCUMULATOR_LIMIT,
    ACTIVATION_MAX,
    MULTIPLIER_MAX,
    MULTIPLIER_MIN,
    SCORE_LIMIT,
    SHIFT_MAX,
    SHIFT_MIN,
    SMALL_INT_LIMIT,
    Ints,
)
from ..graph.graph import Graph, Node, TensorSpec
from ..graph.window import Window


def accumulator_faults(weight: Any, bias: Any, expected: tuple[int, int]) -> Iterator[str]:
    """Yield the faults of int8 weights (outputs, products) and their biases."""
    if weight.dtype != np.int8 or weight.shape != expected:
        yield f"weight is {weight.dtype}{list(weight.shape)}: it must be int8{list(expected)}"
        return
    bound = most_sums(weight, bias)
    if bound.max() >= ACCUMULATOR_LIMIT:
        yield f"output {int(bound.argmax())} could reach {int(bound.max())}, the limit is 2**29"
    if 128 * ACTIVATION_MAX * expected[1] + np.abs(bias).max() >= SMALL_INT_LIMIT:
        yield f"{expected[1]} inputs: 128 times their sum does not fit 31 bits"


def most_sums(weight: Any, bias: Any) -> Ints:
    """Return the largest size of each sum of bytes times int8 weights (outputs, products)."""
    size: Ints = np.abs(weight.astype(np.int64)).sum(axis=1) * ACTIVATION_MAX + np.abs(bias)
    return size


def window_faults(
    node: Node, source: TensorSpec, target: TensorSpec, outputs: int, products: int
) -> Iterator[str]:
    """Yield the faults of a window that does not fit its tensors or its kernel.

    outputs: number of channels of the result. products: number of rows of the float kernel.
    """
    window = Window.of(node.attributes)
    yield from window.faults()
    if prod(source.shape) != window.height * window.width * window.channels:
        yield f"the window moves over {window[:3]}, but {source.name!r} has shape {source.shape}"
    if prod(target.shape) != window.positions * outputs:
        yield f"{window.positions} positions of {outputs} channels do not make {target.shape}"
    if "kernel" in node.attributes and node.attributes["kernel"].shape != (products, outputs):
        shape = node.attributes["kernel"].shape
        yield f"kernel is {shape}, but the window needs {(products, outputs)}"
    pad = node.attributes.get("pad", 0)
    if not 0 <= pad <= ACTIVATION_MAX:
        yield f"pad is {pad}: widen the range of the padded tensor to include 0"


def size_faults(graph: Graph, node: Node) -> Iterator[str]:
    """Yield the fault of an output that does not have as many values as the input."""
    source, target = graph.tensors[node.inputs[0]].shape, graph.tensors[node.output].shape
    if prod(source) != prod(target):
        yield f"{list(source)} does not become {list(target)}: both must have as many values"


def width_faults(node: Node, weights: list[npt.NDArray[np.int8]]) -> Iterator[str]:
    """Yield weights that do not fit the width that the node declares."""
    if "bits" not in node.attributes:
        return
    reach = 2 ** (node.attributes["bits"] - 1)
    if any(weight.min() < -reach or weight.max() >= reach for weight in weights):
        yield f"weights of {node.attributes['bits']} bits must lie in {-reach} to {reach - 1}"


def multiplier_faults(node: Node) -> Iterator[str]:
    """Yield the multipliers and shifts that violate the arithmetic contract."""
    for name, value in node.attributes.items():
        if not name.endswith("multiplier"):
            continue
        m = np.asarray(value)
        s = np.asarray(node.attributes[name.removesuffix("multiplier") + "shift"])
        if np.any((m < MULTIPLIER_MIN) | (m > MULTIPLIER_MAX)):
            yield f"a multiplier is outside [{MULTIPLIER_MIN}, {MULTIPLIER_MAX}]: normalize it"
        if np.any((s < SHIFT_MIN) | (s > SHIFT_MAX)):
            yield f"a shift is outside [{SHIFT_MIN}, {SHIFT_MAX}]: widen the output scale"


def length_faults(node: Node, target: TensorSpec) -> Iterator[str]:
    """Yield the arrays of a requantized layer that do not have one entry per channel."""
    needed = target.shape[-1:]
    for name in ("multiplier", "shift", "bias"):
        values = node.attributes.get(name)
        if values is not None and np.shape(values) != needed:
            yield f"{name} has shape {np.shape(values)}, but must have shape {needed}"


def clamp_faults(node: Node, target: TensorSpec) -> Iterator[str]:
    """Yield the limits of a clamp that exceed the output's type, and a wrong zero point."""
    attributes = node.attributes
    if "zero_point" not in attributes:
        return
    low, high = attributes.get("activation_min", 0), attributes.get("activation_max", 255)
    widest = (0, ACTIVATION_MAX) if target.dtype == "uint8" else (-SCORE_LIMIT, SCORE_LIMIT)
    if not widest[0] <= low <= high <= widest[1]:
        yield f"clamped to {low}..{high}, but {target.dtype} holds {widest[0]}..{widest[1]}"
    if "table" not in attributes and attributes["zero_point"] != target.zero_point:
        yield f"zero_point is {attributes['zero_point']}, but its tensor has {target.zero_point}"


def table_faults(node: Node) -> Iterator[str]:
    """Yield the tables that do not have 256 bytes."""
    for name, table in node.attributes.items():
        if name.endswith("table") and (table.shape != (256,) or table.dtype != np.uint8):
            yield f"the {name} is {table.dtype}{list(table.shape)}: it must be uint8[256]"


def answer_faults(
    graph: Graph, node: Node, scores: int | None, answer: tuple[int, ...]
) -> Iterator[str]:
    """Yield the faults of a number of scores, None for any, and of the shape of the answer."""
    found, made = graph.tensors[node.inputs[0]].shape, graph.tensors[node.output].shape
    if len(found) != 1 or scores not in (None, found[0]):
        yield f"the scores have shape {found}, expected {[scores or 'classes']}"
    if made != answer:
        yield f"{node.output!r} has shape {made}, expected {answer}"
