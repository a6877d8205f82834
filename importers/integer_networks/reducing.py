"""Sums, means and maxima over axes in an 8-bit network."""

from __future__ import annotations

from math import prod

import numpy as np

from thumbnet.export import Node, Window, staircase

from ..tflite.model import Operator
from .boxes import Ints
from .builder import SIGN, Builder
from .moving import moved, places

MOST_SUM = 2**29


def mean(builder: Builder, operator: Operator) -> None:
    """Add a MEAN."""
    _sum(builder, operator, is_mean=True)


def sum_(builder: Builder, operator: Operator) -> None:
    """Add a SUM."""
    _sum(builder, operator, is_mean=False)


def reduce_max(builder: Builder, operator: Operator) -> None:
    """Add a REDUCE_MAX, as a maximum over windows."""
    (x, _), (y,) = operator.inputs, operator.outputs
    name, outer, count, inner = _axes(builder, operator)
    if builder.quantization(x) != builder.quantization(y):
        builder.refuse("input and output have different scales", "quantize the network anew")
    window = Window(outer, count, inner, 1, count, 1, 1, 0, 0, outer, 1)
    spec = builder.spec(builder.name(), y)
    node = Node("max_pool", (name,), spec.name, {"window": tuple(window)})
    builder.add(node, spec, y, "max")


def _sum(builder: Builder, operator: Operator, *, is_mean: bool) -> None:
    (x, _), (y,) = operator.inputs, operator.outputs
    name, outer, count, inner = _axes(builder, operator)
    (scale, zero), (out_scale, out_zero) = builder.quantization(x), builder.quantization(y)
    ratio = np.float32(scale / out_scale)
    if is_mean:
        ratio = np.float32(ratio / np.float32(count))

    # XNNPACK adds the bytes as they are; the zero points follow in float32, each step rounded.
    shift = np.float32((zero - SIGN) * count)
    offset = np.float32(out_zero - SIGN) - shift * ratio

    def rule(sums: Ints) -> Ints:
        y = (sums + (zero - SIGN) * count).astype(np.float32) * ratio + offset
        return np.asarray(np.clip(np.rint(y) + SIGN, 0, 255), dtype=np.int64)

    if 255 * count >= MOST_SUM:
        builder.refuse(f"it adds {count} values", f"at most {MOST_SUM // 255} can be added")
    attributes = {
        **{"outer": outer, "count": count, "inner": inner, "x_zero_point": zero},
        "steps": staircase(rule, -zero * count, (255 - zero) * count),
    }
    spec = builder.spec(builder.name(), y)
    words = "mean" if is_mean else "sum"
    builder.add(Node("sum_levels", (name,), spec.name, attributes), spec, y, words)


def _axes(builder: Builder, operator: Operator) -> tuple[str, int, int, int]:
    """Return a tensor of (outer, count, inner), of which the middle is reduced, and these sizes."""
    x, axes = operator.inputs
    dims = builder.dims(x)
    if builder.is_constant(x):
        builder.refuse("it reads a constant", "compute it before")
    gone = sorted({axis % len(dims) for axis in builder.integers(axes, "axes")})
    gone = [axis for axis in gone if dims[axis] > 1]
    if not gone:
        return builder.source(x).name, 1, 1, prod(dims)
    index = places(dims)
    if gone != list(range(gone[0], gone[-1] + 1)):
        kept = [axis for axis in range(len(dims)) if axis not in gone]
        index = index.transpose([*kept, *gone])
        dims = index.shape
        gone = list(range(len(kept), len(dims)))
    name = moved(builder, x, index, "order")
    first, last = gone[0], gone[-1] + 1
    return name, prod(dims[:first]), prod(dims[first:last]), prod(dims[last:])
