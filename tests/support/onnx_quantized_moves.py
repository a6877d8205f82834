"""Steps of a quantized ONNX network that only move values, at random."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from .onnx_quantized import F, Network

Made = str | None
"""The name of what a step adds; None if it does not fit the tensor."""


def _moved(net: Network, op: str, inputs: list[str], shape: Any, **settings: Any) -> str:
    """As the quantizer of onnxruntime writes it; or as PyTorch, without a QuantizeLinear behind."""
    place = net.quantization[inputs[0]]
    if net.rng.random() < 0.7:
        return net.apply(op, inputs, tuple(shape), place, **settings)
    name: str = net.node(op, inputs, **settings)
    net.shapes[name], net.quantization[name] = tuple(shape), place
    return name


def _ints(net: Network, *values: int) -> str:
    return net.constant(np.array(values, np.int64))


def flatten(net: Network, x: str) -> Made:
    return _moved(net, "Flatten", [x], (1, prod(net.shapes[x])))


def reshape(net: Network, x: str) -> Made:
    size = prod(net.shapes[x])
    first = int(net.rng.choice([n for n in range(1, size + 1) if size % n == 0]))
    sizes = (0, first, -1) if net.rng.random() < 0.5 else (1, first, size // first)
    return _moved(net, "Reshape", [x, _ints(net, *sizes)], (1, first, size // first))


def transpose(net: Network, x: str) -> Made:
    shape = net.shapes[x]
    order = [0, *(1 + net.rng.permutation(len(shape) - 1)).tolist()]
    return _moved(net, "Transpose", [x], [shape[k] for k in order], perm=order)


def unsqueeze(net: Network, x: str) -> Made:
    shape = net.shapes[x]
    if len(shape) > 3:
        return None
    return _moved(net, "Unsqueeze", [x, _ints(net, 1)], (1, 1, *shape[1:]))


def squeeze(net: Network, x: str) -> Made:
    shape = net.shapes[x]
    ones = [k for k, n in enumerate(shape) if k and n == 1]
    if not ones or len(shape) < 3:
        return None
    return _moved(net, "Squeeze", [x, _ints(net, ones[0])], np.delete(shape, ones[0]).tolist())


def slices(net: Network, x: str) -> Made:
    shape = list(net.shapes[x])
    axis = int(net.rng.integers(1, len(shape)))
    start, step = int(net.rng.integers(0, shape[axis])), int(net.rng.choice((1, 2, -1)))
    end = int(net.rng.integers(start + 1, shape[axis] + 2)) if step > 0 else -(2**31)
    taken = range(shape[axis])[slice(start, None if step < 0 else end, step)]
    bounds = [_ints(net, v) for v in (start, end, axis, step)]
    return _moved(net, "Slice", [x, *bounds], [*shape[:axis], len(taken), *shape[axis + 1 :]])


def gather(net: Network, x: str) -> Made:
    shape = list(net.shapes[x])
    axis = int(net.rng.integers(1, len(shape)))
    places = net.rng.integers(-shape[axis], shape[axis], int(net.rng.integers(1, 4)))
    out = [*shape[:axis], len(places), *shape[axis + 1 :]]
    return _moved(net, "Gather", [x, net.constant(places)], out, axis=axis)


def split(net: Network, x: str) -> Made:
    shape = list(net.shapes[x])
    axis = int(net.rng.integers(1, len(shape)))
    if shape[axis] < 2:
        return None
    sizes = [1, shape[axis] - 1]
    names = net.node("Split", [x, _ints(net, *sizes)], 2, axis=axis)
    made = [
        net.quantized(name, (*shape[:axis], n, *shape[axis + 1 :]), net.quantization[x])
        for name, n in zip(names, sizes, strict=True)
    ]
    return made[int(net.rng.integers(0, 2))]


def pad(net: Network, x: str) -> Made:
    shape = net.shapes[x]
    widths = [[0, *net.rng.integers(0, 3, len(shape) - 1).tolist()] for _ in range(2)]
    out = [n + a + b for n, a, b in zip(shape, *widths, strict=True)]
    scale, zero = net.quantization[x]
    level = np.asarray(net.rng.integers(0, 256) + net.low, net.dtype)
    value = [net.fixed(level, scale, zero)] if net.rng.random() < 0.5 else []
    return _moved(net, "Pad", [x, _ints(net, *widths[0], *widths[1]), *value], out)


def resize(net: Network, x: str) -> Made:
    shape = net.shapes[x]
    if len(shape) != 4:
        return None
    times = [1, 1, *net.rng.integers(1, 4, 2).tolist()]
    out = [n * t for n, t in zip(shape, times, strict=True)]
    way = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    settings = way if net.rng.random() < 0.5 else {}
    if net.rng.random() < 0.5:
        return _moved(net, "Resize", [x, "", net.constant(np.array(times, F))], out, **settings)
    return _moved(net, "Resize", [x, "", "", _ints(net, *out)], out, **settings)


MOVING: dict[str, Callable[[Network, str], Made]] = {
    "Flatten": flatten,
    "Gather": gather,
    "Pad": pad,
    "Reshape": reshape,
    "Resize": resize,
    "Slice": slices,
    "Split": split,
    "Squeeze": squeeze,
    "Transpose": transpose,
    "Unsqueeze": unsqueeze,
}
"""By the name of the operation."""
