"""Means that onnxruntime adds in float32, as sums of integers: only if all orders agree."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from thumbnet.export import Node, Window, steps_of

from ..tflite.model import Operator
from .boxes import FILLED, Ints
from .moving import places
from .onnx_arithmetic import LEVELS, F, Floats, Quantized, clipped, quantized, reals
from .onnx_builder import OnnxBuilder, channels_last, from_channels_last
from .onnx_elementwise import quantization
from .onnx_windows import moves

MOST_COUNT, MOST_REDUCED = 2**7, 2**12
"""Values of an average and of a mean, at most: more sums are too many to look at each."""

MOST_EXACT = 2**24
"""Whole numbers that float32 has."""

Rule = Callable[[Floats], Ints]
"""The levels of sums in float32."""


def average_pool(builder: OnnxBuilder, operator: Operator) -> None:
    """Add an AveragePool as a sum of each window."""
    (x, *_), (y,) = operator.inputs, operator.outputs
    layout, kernel = builder.layout(x), list(operator.options.get("kernel_shape", []))
    if layout.shape[0] != 1 or not 3 <= layout.ndim <= 4 or len(kernel) != layout.ndim - 2:
        builder.refuse(f"its input has shape {list(layout.shape)}", "pool over one or two axes")
    channels, count = layout.shape[1], prod(kernel)
    if count > MOST_COUNT:
        builder.refuse(f"it adds {count} values", f"use GlobalAveragePool, or up to {MOST_COUNT}")
    found = moves(builder, operator, layout.shape[2:], kernel, channels)
    if found.dilations != (1, 1):
        builder.refuse("it has dilations", "use a pooling without")
    image = _padded(channels_last(layout), found.window)
    if np.any(image == FILLED):
        if not operator.options.get("count_include_pad", 0):
            builder.refuse(
                "its windows at the edge have fewer values",
                "use count_include_pad 1, or no padding",
            )
        # A number of its own, so that windows are boxes of places.
        x = _moved_once(builder, x, image)
        image = builder.layout(x)
    index = _windows(image, found.window)
    qx, qy = quantization(builder, x), quantization(builder, y)

    def rule(sums: Floats) -> Ints:
        return clipped(np.rint(sums / F(count) / qy.scale + F(qy.zero - qy.base)) + qy.base)

    low, high = sums_one_by_one(qx, count)
    shape = (1, channels, *found.counts)
    layout = from_channels_last(shape)
    _add(builder, operator, x, index, (rule(low), rule(high)), shape, layout)


def reduce_mean(builder: OnnxBuilder, operator: Operator) -> None:
    """Add a ReduceMean over some axes, which onnxruntime adds in any order."""
    (x, *more), (y,) = operator.inputs, operator.outputs
    layout = builder.layout(x)
    axes = operator.options.get("axes")
    if more and more[0] >= 0:
        axes = builder.integers(more[0], "axes")
    if not axes and operator.options.get("noop_with_empty_axes", 0):
        builder.refuse("it reduces no axis", "leave it out")
    gone = sorted({int(axis) % layout.ndim for axis in axes or range(layout.ndim)})
    kept = [axis for axis in range(layout.ndim) if axis not in gone]
    keeps = operator.options.get("keepdims", 1)
    if gone[0] == 0 and not keeps:
        builder.refuse("it takes the mean of the batch", "give it axes from 1 on")
    count = prod(layout.shape[axis] for axis in gone)
    if count > MOST_REDUCED:
        builder.refuse(f"it adds {count} values", f"use GlobalAveragePool, or up to {MOST_REDUCED}")
    qx, qy = quantization(builder, x), quantization(builder, y)
    low, high = (quantized(sums / F(count), qy) for sums in sums_in_any_order(qx, count))
    # What is left stands first or last, if bytes need not be moved for that.
    first = layout.transpose([*gone, *kept]).reshape(1, count, -1)
    last = layout.transpose([*kept, *gone]).reshape(-1, count, 1)
    index = first if np.all(np.diff(first.reshape(-1)) == 1) else last
    shape = tuple(1 if axis in gone else n for axis, n in enumerate(layout.shape))
    if not keeps:
        shape = tuple(layout.shape[axis] for axis in kept)
    _add(builder, operator, x, index, (low, high), shape, None)


def sums_one_by_one(q: Quantized, count: int) -> tuple[Floats, Floats]:
    """Return the least and the greatest sum in float32 of `count` levels, by their exact sum.

    Each sum is rounded. A greater sum stays greater or equal when it is rounded, so the extremes of
    n + 1 levels follow from those of n.
    """
    each = reals(LEVELS, q)
    low, high = each, each
    for n in range(1, count):
        size = 255 * (n + 1) + 1
        least, most = np.full(size, np.inf, F), np.full(size, -np.inf, F)
        for level in LEVELS:
            part = slice(level, level + len(low))
            np.minimum(least[part], low + each[level], out=least[part])
            np.maximum(most[part], high + each[level], out=most[part])
        low, high = least, most
    return low, high


def sums_in_any_order(q: Quantized, count: int) -> tuple[Floats, Floats]:
    """Return less than the least and more than the greatest sum in float32, by their exact sum.

    Every term and every sum is rounded by at most 2**-24 of what the magnitudes add to. They are
    the exact sums if float32 has all of them.
    """
    numerator, _ = float(q.scale).as_integer_ratio()
    numerator //= numerator & -numerator
    sums = np.arange(-q.zero * count, (255 - q.zero) * count + 1)
    exact = sums * float(q.scale)
    if numerator * 255 * count <= MOST_EXACT:
        return exact.astype(F), exact.astype(F)
    magnitudes = np.minimum(sums + 2 * count * q.zero, 2 * count * (255 - q.zero) - sums)
    magnitudes = np.minimum(magnitudes, count * max(q.zero, 255 - q.zero))
    error = magnitudes * float(q.scale) * (count + 1) * 2.0**-24 * (1 + 2.0**-6)
    return (exact - error).astype(F), (exact + error).astype(F)


def _add(
    builder: OnnxBuilder,
    operator: Operator,
    x: int,
    index: Ints,
    bounds: tuple[Ints, Ints],
    shape: tuple[int, ...],
    layout: Ints | None,
) -> None:
    """Add sums over the middle of (outer, count, inner), if their levels are certain."""
    (y,) = operator.outputs
    outer, count, inner = index.shape
    zero = builder.zero_point(x)
    sums = np.arange(-zero * count, (255 - zero) * count + 1)
    low, high = bounds
    steps = steps_of(sums, low) if np.array_equal(low, high) else None
    if steps is None:
        builder.refuse(
            "float32 rounds its means by the order of values, so that no integers give them all",
            "use GlobalAveragePool, or MaxPool, or give its output another scale",
        )
    attributes: dict[str, Any] = {
        **{"outer": outer, "count": count, "inner": inner, "x_zero_point": zero, "steps": steps},
    }
    source = builder.in_order(x, index, "windows", zero)
    builder.output_shape(operator, shape)
    spec = builder.spec(builder.name(), y)
    builder.put(Node("sum_levels", (source,), spec.name, attributes), spec, y, layout, "mean")


def _padded(image: Ints, window: Window) -> Ints:
    """Return the places (height, width, channels) that windows see, with those around the image."""
    image = image.reshape(window.height, window.width, window.channels)
    bottom = (window.out_height - 1) * window.stride_height - window.top + window.kernel_height
    right = (window.out_width - 1) * window.stride_width - window.left + window.kernel_width
    around = (
        (window.top, max(0, bottom - window.height)),
        (window.left, max(0, right - window.width)),
    )
    return np.pad(image, (*around, (0, 0)), constant_values=FILLED)


def _moved_once(builder: OnnxBuilder, x: int, index: Ints) -> int:
    """Return the number of a tensor with the bytes of another at these places, or its zero."""
    y = builder.like(x, index.shape)
    name = builder.in_order(x, index, "padded", builder.zero_point(x))
    builder.alias_of(y, name)
    builder.layouts[y] = places(index.shape)
    return y


def _windows(image: Ints, window: Window) -> Ints:
    """Return the places of the values of each window, (windows, values, channels)."""
    rows = np.arange(window.out_height)[:, None] * window.stride_height
    columns = np.arange(window.out_width)[:, None] * window.stride_width
    rows, columns = rows + np.arange(window.kernel_height), columns + np.arange(window.kernel_width)
    found: Ints = image[rows[:, None, :, None], columns[None, :, None, :]]
    return found.reshape(window.positions, window.taps, window.channels)
