"""Operators of an 8-bit network that only move bytes: each becomes one `move`."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from thumbnet.export import Node

from ..tflite.model import Operator
from .boxes import FILLED, Ints, boxes, move_attributes
from .builder import Builder
from .slices import strided


def places(dims: Sequence[int]) -> Ints:
    """Return the place of each byte of a tensor, in its shape."""
    return np.arange(prod(dims)).reshape(tuple(dims))


def move(builder: Builder, x: int, y: int, index: Ints, fill: int = 0, part: str = "") -> None:
    """Add the output `y`: the bytes of `x` at the places `index`, and `fill` where it is FILLED."""
    _same_quantization(builder, x, y)
    if builder.is_constant(x):
        builder.refuse("it reads a constant", "let a network compute what it moves")
    source = builder.source(x)
    if np.array_equal(index.reshape(-1), np.arange(prod(source.shape))):
        builder.alias(y, source)
        return
    attributes = move_attributes([boxes(index)], fill)
    spec = builder.spec(builder.name(part), y)
    assert builder.operator is not None
    words = builder.operator.name.lower()
    builder.add(Node("move", (source.name,), spec.name, attributes), spec, y, words)


def moved(builder: Builder, x: int, index: Ints, part: str, fill: int = 0) -> str:
    """Return the name of a tensor with the bytes of `x` in another order, in the shape of `index`.

    Nothing is added if the order is the same.
    """
    source = builder.source(x)
    if np.array_equal(index.reshape(-1), np.arange(prod(source.shape))):
        return source.name
    attributes = move_attributes([boxes(index)], fill)
    shape = index.shape[1:] if index.shape[0] == 1 and index.ndim > 1 else index.shape
    return builder.add_part(
        "move", (source.name,), attributes, part, builder.quantization(x), shape
    )


def concatenation(builder: Builder, operator: Operator) -> None:
    """Add a CONCATENATION."""
    (y,) = operator.outputs
    if operator.options["fused_activation_function"] != "NONE":
        builder.refuse("an activation is fused to it", "put it behind as an operator of its own")
    dims = builder.dims(y)
    axis = operator.options["axis"] % len(dims)
    whole = places(dims)
    steps = tuple(prod(dims[k + 1 :]) for k in range(len(dims)))
    found, start = [], 0
    names: list[str] = []
    for x in operator.inputs:
        _same_quantization(builder, x, y)
        if builder.is_constant(x):
            builder.refuse("it joins a constant", "let the network compute what it joins")
        name, size = builder.source(x).name, builder.dims(x)[axis]
        if name not in names:
            names.append(name)
        at = int(np.take(whole, start, axis).reshape(-1)[0])
        index = places(builder.dims(x))
        found.append(boxes(index, names.index(name), y_at=at, y_steps=steps))
        start += size
    attributes = move_attributes(found)
    spec = builder.spec(builder.name(), y)
    builder.add(Node("move", tuple(names), spec.name, attributes), spec, y, "concatenate")


def split(builder: Builder, operator: Operator) -> None:
    """Add the outputs of a SPLIT into equal parts."""
    axis, x = operator.inputs
    (along,) = builder.integers(axis, "axis")
    dims = builder.dims(x)
    count = len(operator.outputs)
    _split(builder, operator, x, along % len(dims), [dims[along % len(dims)] // count] * count)


def split_v(builder: Builder, operator: Operator) -> None:
    """Add the outputs of a SPLIT_V into parts of given sizes."""
    x, sizes, axis = operator.inputs
    (along,) = builder.integers(axis, "axis")
    dims = builder.dims(x)
    along %= len(dims)
    parts = builder.integers(sizes, "sizes")
    rest = dims[along] - sum(part for part in parts if part >= 0)
    _split(builder, operator, x, along, [part if part >= 0 else rest for part in parts])


def _split(builder: Builder, operator: Operator, x: int, axis: int, sizes: list[int]) -> None:
    ends = np.cumsum(sizes)[:-1]
    parts = np.split(places(builder.dims(x)), ends, axis)
    for k, (y, index) in enumerate(zip(operator.outputs, parts, strict=True)):
        move(builder, x, y, index, part=f"part{k}")


def strided_slice(builder: Builder, operator: Operator) -> None:
    """Add a STRIDED_SLICE."""
    x, *bounds = operator.inputs
    begin, end, strides = (
        builder.integers(number, what)
        for number, what in zip(bounds, ("begin", "end", "strides"), strict=True)
    )
    index = strided(builder, operator, places(builder.dims(x)), (begin, end, strides))
    move(builder, x, operator.outputs[0], index)


def slice_(builder: Builder, operator: Operator) -> None:
    """Add a SLICE."""
    x, first, count = operator.inputs
    starts, sizes = builder.integers(first, "begin"), builder.integers(count, "size")
    cut = tuple(
        slice(start, None if size < 0 else start + size)
        for start, size in zip(starts, sizes, strict=True)
    )
    move(builder, x, operator.outputs[0], places(builder.dims(x))[cut])


def pad(builder: Builder, operator: Operator) -> None:
    """Add a PAD with 0.0, or a PADV2 with a constant."""
    x, widths, *value = operator.inputs
    fill = builder.zero_point(x)
    if value:
        _same_quantization(builder, value[0], x)
        fill = int(builder.levels(value[0]).reshape(-1)[0])
    pairs = np.reshape(builder.integers(widths, "widths"), (-1, 2))
    index = np.pad(places(builder.dims(x)), pairs, constant_values=FILLED)
    move(builder, x, operator.outputs[0], index, fill)


def transpose(builder: Builder, operator: Operator) -> None:
    """Add a TRANSPOSE."""
    x, order = operator.inputs
    axes, rank = builder.integers(order, "order"), len(builder.dims(x))
    if sorted(axes) != list(range(rank)):
        builder.refuse(f"its order {axes} is none of {rank} axes", "export the network again")
    move(builder, x, operator.outputs[0], places(builder.dims(x)).transpose(axes))


def resize_nearest_neighbor(builder: Builder, operator: Operator) -> None:
    """Add a RESIZE_NEAREST_NEIGHBOR."""
    x, sizes = operator.inputs
    _, height, width, _ = dims = builder.dims(x)
    rows, columns = (
        _nearest(operator, before, after)
        for before, after in zip((height, width), builder.integers(sizes, "sizes"), strict=True)
    )
    move(builder, x, operator.outputs[0], places(dims)[:, rows][:, :, columns])


def _nearest(operator: Operator, before: int, after: int) -> Ints:
    """Return the pixel of the input that each of the output takes, in float32 as TFLite."""
    align, centers = (operator.options[key] for key in ("align_corners", "half_pixel_centers"))
    k = np.arange(after)
    if not (align or centers):
        return np.asarray(np.minimum(k * ((before << 16) // after + 1) >> 16, before - 1))
    if align and after > 1:
        scale = np.float32(before - 1) / np.float32(after - 1)
    else:
        scale = np.float32(before) / np.float32(after)
    at = (k.astype(np.float32) + np.float32(0.5 if centers else 0)) * scale
    found = np.floor(at + np.float32(0.5)) if align else np.floor(at)
    return np.asarray(np.clip(found.astype(np.int64), 0, before - 1))


def _same_quantization(builder: Builder, x: int, y: int) -> None:
    if builder.quantization(x) != builder.quantization(y):
        builder.refuse("input and output have different scales", "quantize the network anew")
