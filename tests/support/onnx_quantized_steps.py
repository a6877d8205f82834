"""One step of a quantized ONNX network for each operation, at random: an operation and its QDQ."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from .onnx_quantized import F, Network, has_exact_products
from .onnx_quantized_moves import MOVING

Made = str | None
"""The name of what a step adds; None if it does not fit the tensor."""


def near(net: Network, x: str, *others: str) -> tuple[Any, int]:
    """A quantization that real calibration could choose: about as coarse as those before."""
    scales = [float(net.quantization[name][0]) for name in (x, *others)]
    scale = max(scales) * float(net.rng.uniform(0.5, 2))
    zero = int(net.rng.choice((0, 128, 255, int(net.rng.integers(0, 256))))) + net.low
    return F(scale), zero


def _weights(net: Network, shape: tuple[int, ...]) -> Any:
    most = 127 if has_exact_products() else 63
    return net.rng.integers(-most, most + 1, shape).astype(np.int8)


def _scales(net: Network, outputs: int) -> Any:
    size = outputs if net.rng.random() < 0.6 else ()
    return net.rng.uniform(0.002, 0.01, size).astype(F)


def _biases(net: Network, x: str, scales: Any, outputs: int) -> list[str]:
    """None, int32 with a DequantizeLinear, or floats."""
    kind, step = net.rng.integers(0, 3), np.asarray(scales * net.quantization[x][0], F)
    if kind == 0:
        return []
    values = net.rng.integers(-2000, 2000, outputs)
    if kind == 1:
        return [net.constant((values * step).astype(F))]
    return [net.fixed(values.astype(np.int32), step)]


def _behind(net: Network, x: str, name: str, shape: tuple[int, ...], size: int) -> str:
    """The quantization of sums of `size` products, perhaps behind a Relu or Clip."""
    scale = F(float(net.quantization[x][0]) * 0.006 * np.sqrt(size) * net.rng.uniform(0.3, 3))
    zero = int(net.rng.integers(0, 256)) + net.low
    if net.rng.random() < 0.4:
        name, zero = net.node("Relu", [name]), net.low
    elif net.rng.random() < 0.2:
        limits = [net.constant(F(0)), net.constant(F(256 * scale))]
        name, zero = net.node("Clip", [name, *limits]), net.low
    return net.quantized(name, shape, (scale, zero))


def _window(net: Network, sizes: tuple[int, ...], gaps: bool = False) -> Any:
    rng = net.rng
    kernel = [int(rng.integers(1, min(3, n) + 1)) for n in sizes]
    strides = [int(rng.integers(1, 4)) for _ in sizes]
    wide = [1 + gaps * int(rng.integers(0, 2)) for _ in sizes]
    spread = [(k - 1) * d + 1 for k, d in zip(kernel, wide, strict=True)]
    pads = [[int(rng.integers(0, k)) for k in kernel] for _ in range(2)]
    if any(s > n for s, n in zip(spread, sizes, strict=True)):
        wide, spread = [1] * len(sizes), kernel
    counts = [
        (n + a + b - k) // s + 1
        for n, a, b, k, s in zip(sizes, *pads, spread, strides, strict=True)
    ]
    settings = {"strides": strides, "pads": pads[0] + pads[1]}
    return kernel, counts, settings, wide


def conv(net: Network, x: str) -> Made:
    shape = net.shapes[x]
    if len(shape) not in (3, 4):
        return None
    channels, rng = shape[1], net.rng
    kernel, counts, settings, wide = _window(net, shape[2:], gaps=True)
    groups = int(rng.choice([g for g in range(1, channels + 1) if channels % g == 0]))
    outputs = groups * int(rng.integers(1, 4))
    scales = _scales(net, outputs)
    weight = net.fixed(_weights(net, (outputs, channels // groups, *kernel)), scales)
    inputs = [x, weight, *_biases(net, x, scales, outputs)]
    name = net.node("Conv", inputs, group=groups, dilations=wide, **settings)
    size = prod(kernel) * channels // groups
    return _behind(net, x, name, (1, outputs, *counts), size)


def gemm(net: Network, x: str) -> Made:
    shape = net.shapes[x]
    if len(shape) != 2:
        return None
    outputs, turned = int(net.rng.integers(1, 7)), int(net.rng.integers(0, 2))
    scales = _scales(net, outputs)
    sizes = (outputs, shape[1]) if turned else (shape[1], outputs)
    weight = net.fixed(_weights(net, sizes), scales, axis=0 if turned else 1)
    inputs = [x, weight, *_biases(net, x, scales, outputs)]
    name = net.node("Gemm", inputs, transB=turned)
    return _behind(net, x, name, (shape[0], outputs), shape[1])


def matmul(net: Network, x: str) -> Made:
    shape = net.shapes[x]
    if len(shape) < 2:
        return None
    outputs = int(net.rng.integers(1, 7))
    if net.rng.random() < 0.3 and len(shape) > 2:
        order = [*range(len(shape) - 2), len(shape) - 1, len(shape) - 2]
        turned = tuple(shape[k] for k in order)
        other = net.apply("Transpose", [x], turned, net.quantization[x], perm=order)
        name, outputs = net.node("MatMul", [x, other]), shape[-2]
    else:
        scales = _scales(net, outputs)
        weight = net.fixed(_weights(net, (shape[-1], outputs)), scales, axis=1)
        name = net.node("MatMul", [x, weight])
    return _behind(net, x, name, (*shape[:-1], outputs), shape[-1])


def _pair(op: str) -> Callable[[Network, str], Made]:
    def step(net: Network, x: str) -> Made:
        shape, rng = net.shapes[x], net.rng
        kind = rng.integers(0, 4)
        scale = F(float(net.quantization[x][0]) * rng.uniform(0.3, 3))
        fits = [y for y, s in net.shapes.items() if s == shape and y != x]
        if kind == 0 and fits:
            y = str(rng.choice(fits))
        elif kind <= 1 and len(shape) > 2:
            mean = net.quantized(
                net.node("GlobalAveragePool", [x]),
                (1, shape[1], *[1] * (len(shape) - 2)),
                near(net, x),
            )
            y = mean
        else:
            sizes = shape if kind == 2 else (1, shape[1], *[1] * (len(shape) - 2))
            dtype = net.dtype if rng.random() < 0.5 else np.dtype(np.int8)
            info = np.iinfo(dtype)
            values = rng.integers(info.min, info.max + 1, sizes).astype(dtype)
            y = net.fixed(values, scale, int(rng.integers(info.min, info.max + 1)))
            net.quantization[y] = scale, 0
        pair = [x, y][:: int(rng.choice((1, -1)))]
        place = near(net, x, y)
        if op == "Mul":
            product = float(net.quantization[x][0]) * float(net.quantization[y][0])
            place = F(product * rng.uniform(40, 400)), place[1]
        return net.quantized(net.node(op, pair), shape, place)

    return step


def curve(op: str) -> Callable[[Network, str], Made]:
    def step(net: Network, x: str) -> Made:
        rng, settings, more = net.rng, {}, []
        place = near(net, x)
        if op in ("Sigmoid", "Tanh", "HardSigmoid"):
            place = F(1 / rng.integers(100, 300)), place[1]
        if op == "LeakyRelu":
            settings = {"alpha": float(rng.uniform(-0.5, 0.9))}
        if op == "HardSigmoid":
            settings = {"alpha": float(rng.uniform(0.1, 0.4)), "beta": float(rng.uniform(0, 0.7))}
        if op == "Clip":
            more = [net.constant(F(v)) for v in np.sort(rng.uniform(-3, 3, 2))]
        return net.apply(op, [x, *more], net.shapes[x], place, **settings)

    return step


def max_pool(net: Network, x: str) -> Made:
    shape = net.shapes[x]
    if len(shape) not in (3, 4):
        return None
    kernel, counts, settings, _ = _window(net, shape[2:])
    out = (1, shape[1], *counts)
    return net.apply("MaxPool", [x], out, net.quantization[x], kernel_shape=kernel, **settings)


def _global(op: str) -> Callable[[Network, str], Made]:
    def step(net: Network, x: str) -> Made:
        shape = net.shapes[x]
        if len(shape) < 3:
            return None
        place = net.quantization[x] if op == "GlobalMaxPool" or net.rng.random() < 0.3 else None
        out = (1, shape[1], *(1 for _ in shape[2:]))
        return net.apply(op, [x], out, place or near(net, x))

    return step


def average_pool(net: Network, x: str) -> Made:
    shape = net.shapes[x]
    if len(shape) not in (3, 4):
        return None
    kernel, counts, settings, _ = _window(net, shape[2:])
    if any(settings["pads"]):
        settings["count_include_pad"] = 1
    out = (1, shape[1], *counts)
    return net.apply("AveragePool", [x], out, near(net, x), kernel_shape=kernel, **settings)


def reduce_mean(net: Network, x: str) -> Made:
    shape, rng = net.shapes[x], net.rng
    axes = [axis for axis in range(1, len(shape)) if rng.random() < 0.5] or [len(shape) - 1]
    keeps = 1 if len(shape) - len(axes) < 2 else int(rng.integers(0, 2))
    out = [1 if axis in axes else n for axis, n in enumerate(shape)]
    if not keeps:
        out = [n for axis, n in enumerate(shape) if axis not in axes]
    signed = [axis - len(shape) * int(rng.integers(0, 2)) for axis in axes]
    old = net.opset < 18
    more, settings = ([], {"axes": signed}) if old else ([net.constant(np.array(signed))], {})
    return net.apply("ReduceMean", [x, *more], tuple(out), near(net, x), keepdims=keeps, **settings)


def softmax(net: Network, x: str) -> Made:
    shape, rng = net.shapes[x], net.rng
    axis = int(rng.integers(-len(shape) + 1, len(shape)))
    settings = {} if rng.random() < 0.3 else {"axis": axis}
    place = [(F(1 / 256), net.low), (F(1 / 255), net.low), (F(rng.uniform(1e-3, 0.03)), None)]
    scale, zero = place[int(rng.integers(0, 3))]
    zero = int(rng.integers(0, 256)) + net.low if zero is None else zero
    return net.apply("Softmax", [x], shape, (scale, zero), **settings)


def concat(net: Network, x: str) -> Made:
    shape = net.shapes[x]
    axis = int(net.rng.integers(1, len(shape)))
    rest = [*shape[:axis], *shape[axis + 1 :]]
    fits = [
        y
        for y, s in net.shapes.items()
        if y != x and len(s) == len(shape) and [*s[:axis], *s[axis + 1 :]] == rest
    ]
    if not fits:
        fits = [net.apply("Abs", [x], shape, near(net, x))]
    parts = [x, str(net.rng.choice(fits))]
    size = sum(net.shapes[y][axis] for y in parts)
    return net.apply("Concat", parts, (*shape[:axis], size, *shape[axis + 1 :]), axis=axis)


STEPS: dict[str, Callable[[Network, str], Made]] = {
    **{op: curve(op) for op in ("Abs", "Clip", "HardSigmoid", "HardSwish", "LeakyRelu", "Neg")},
    **{op: curve(op) for op in ("Relu", "Sigmoid", "Tanh")},
    **{op: _pair(op) for op in ("Add", "Mul", "Sub")},
    **{op: _global(op) for op in ("GlobalAveragePool", "GlobalMaxPool")},
    **MOVING,
    "AveragePool": average_pool,
    "Concat": concat,
    "Conv": conv,
    "Gemm": gemm,
    "MatMul": matmul,
    "MaxPool": max_pool,
    "ReduceMean": reduce_mean,
    "Softmax": softmax,
}
"""By the name of the operation."""


def some_shape(rng: np.random.Generator, rank: int) -> tuple[int, ...]:
    return (1, *(int(n) for n in rng.integers(1, 7, rank - 1)))
