"""Random .tflite networks of one operator that only moves bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .tflite_builder import Network
from .tflite_values import Maker, Rng, int8s, int32s, number, pick, place, shape


def moving(
    change: Callable[[Rng, Network, tuple[int, ...]], tuple[str, list[Any], Any, dict[str, Any]]],
) -> Maker:
    """An operator that moves bytes; change: its name, constants, result on places, options."""

    def make(rng: Rng) -> tuple[Network, list[int]]:
        net, dims = Network(), shape(rng)
        at = place(rng)
        x = net.input(dims, *at)
        name, constants, wanted, options = change(rng, net, dims)
        numbers = [one if isinstance(one, int) else net.constant(one) for one in constants]
        return net, [net.apply(name, [x, *numbers], wanted, *at, **options)]

    return make


def padding(rng: Rng, net: Network, dims: tuple[int, ...]) -> Any:
    widths = rng.integers(0, 3, (4, 2)).astype(np.int32)
    widths[0] = 0
    wanted = tuple(int(size + sum(pair)) for size, pair in zip(dims, widths, strict=True))
    if rng.random() < 0.5:
        return "PAD", [widths], wanted, {}
    at = net.tensors[0]
    value = net.constant(int8s(rng, (1,)), at.scales[0], at.zero_points[0])
    return "PADV2", [widths, value], wanted, {}


def transposing(rng: Rng, net: Network, dims: tuple[int, ...]) -> Any:
    order = [0, *(1 + rng.permutation(3)).tolist()] if rng.random() < 0.8 else rng.permutation(4)
    return "TRANSPOSE", [int32s(*order)], tuple(dims[k] for k in order), {}


def slicing(rng: Rng, net: Network, dims: tuple[int, ...]) -> Any:
    begin = [number(rng, 0, size - 1) for size in dims]
    count = [number(rng, 1, size - at) for size, at in zip(dims, begin, strict=True)]
    given = [
        n if at + n < size or rng.random() < 0.5 else -1
        for n, at, size in zip(count, begin, dims, strict=True)
    ]
    return "SLICE", [int32s(*begin), int32s(*given)], tuple(count), {}


def striding(rng: Rng, net: Network, dims: tuple[int, ...]) -> Any:
    masks = {name: number(rng, 0, 15) for name in ("begin_mask", "end_mask")}
    begin, end, stride, out = [0], [1], [1], [1]
    shrink = 0
    for axis, size in enumerate(dims[1:], 1):
        step = pick(rng, (1, 1, 2, 3, -1, -2))
        first, last = (number(rng, 0, size - 1), number(rng, 1, size))
        if step < 0:
            first, last = last - 1, -size - 1 if rng.random() < 0.5 else first - 1 - size
        if rng.random() < 0.15:
            first, last, step = first, first + 1, 1
            shrink |= 1 << axis
        line = np.arange(size)
        if not shrink >> axis & 1:
            from_ = None if masks["begin_mask"] >> axis & 1 else first
            to = None if masks["end_mask"] >> axis & 1 else last
            if to is not None and to < -size:
                to = None
            left = line[slice(from_, to, step)]
            if not len(left):
                first, last, step = 0, size, 1
                left = line
            out.append(len(left))
        else:
            masks["begin_mask"] &= ~(1 << axis)
        begin.append(first)
        end.append(last)
        stride.append(step)
    return (
        "STRIDED_SLICE",
        [int32s(*begin), int32s(*end), int32s(*stride)],
        tuple(out),
        {**masks, "shrink_axis_mask": shrink},
    )


def resizing(rng: Rng, net: Network, dims: tuple[int, ...]) -> Any:
    height, width = number(rng, 1, 15), number(rng, 1, 15)
    kinds = ({}, {"align_corners": True}, {"half_pixel_centers": True})
    return (
        "RESIZE_NEAREST_NEIGHBOR",
        [int32s(height, width)],
        (1, height, width, dims[3]),
        pick(rng, kinds),
    )


def concatenation(rng: Rng) -> tuple[Network, list[int]]:
    net, dims, at = Network(), shape(rng), place(rng)
    axis = number(rng, 1, 3)
    x = net.input(dims, *at)
    parts = [x]
    for _ in range(number(rng, 1, 3)):
        wanted = list(dims)
        wanted[axis] = number(rng, 1, dims[axis])
        zeros, sizes = net.constant(int32s(0, 0, 0, 0)), net.constant(int32s(*wanted))
        parts.append(net.apply("SLICE", [x, zeros, sizes], wanted, *at))
    whole = list(dims)
    whole[axis] = sum(net.tensors[one].shape[axis] for one in parts)
    order = [parts[k] for k in rng.permutation(len(parts))]
    return net, [net.apply("CONCATENATION", order, whole, *at, axis=pick(rng, (axis, axis - 4)))]


def split(rng: Rng) -> tuple[Network, list[int]]:
    net, at, axis = Network(), place(rng), number(rng, 1, 3)
    dims, count = list(shape(rng)), number(rng, 1, 4)
    where = net.constant(np.array(pick(rng, (axis, axis - 4)), np.int32))
    if rng.random() < 0.5:
        dims[axis] *= count
        x = net.input(dims, *at)
        sizes = [dims[axis] // count] * count
        given = [where, x]
        name = "SPLIT"
    else:
        sizes = [number(rng, 1, 4) for _ in range(count)]
        dims[axis] = sum(sizes)
        x = net.input(dims, *at)
        listed = [-1 if k == count - 1 and rng.random() < 0.5 else n for k, n in enumerate(sizes)]
        given = [x, net.constant(int32s(*listed)), where]
        name = "SPLIT_V"
    outputs = [net.tensor([*dims[:axis], size, *dims[axis + 1 :]], *at) for size in sizes]
    net.operator(name, given, outputs, num_splits=count)
    return net, outputs
