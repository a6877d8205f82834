"""Random .tflite networks of one 8-bit operator, with ties and extremes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from .tflite_builder import Network
from .tflite_kept import sequence_lstm, svdf
from .tflite_layers import dense, layer, pool
from .tflite_moves import (
    concatenation,
    moving,
    padding,
    resizing,
    slicing,
    split,
    striding,
    transposing,
)
from .tflite_values import (
    ACTIVATIONS,
    Maker,
    Place,
    Rng,
    int8s,
    int32s,
    number,
    pick,
    place,
    scale,
    shape,
    zero,
)


def unary(
    name: str,
    out: Place | None = None,
    before: Callable[[Rng], Place] = place,
    **choices: Sequence[Any],
) -> Maker:
    """An operator of one variable over all 256 bytes, and some again."""

    def make(rng: Rng) -> tuple[Network, list[int]]:
        net = Network()
        size = pick(rng, (256, 261, 300, 7))
        start = before(rng)
        end = out if out is not None and rng.random() < 0.7 else place(rng)
        if rng.random() < 0.2:
            end = (start[0], end[1])
        x = net.input((1, size), *start)
        options = {key: pick(rng, values) for key, values in choices.items()}
        return net, [net.apply(name, [x], (1, size), *end, **options)]

    return make


def binary(name: str) -> Maker:
    """Two tensors, or one and a constant on either side, of any shapes that fit together."""

    def make(rng: Rng) -> tuple[Network, list[int]]:
        net = Network()
        whole = shape(rng, pick(rng, (2, 3, 4, 4)))
        other = pick(
            rng,
            (
                *(whole, whole, whole[-1:], (1,), (*whole[:-1], 1)),
                (1, *(1 if rng.random() < 0.5 else size for size in whole[1:])),
            ),
        )
        x = net.input(whole, *place(rng, -4))
        start = net.tensors[x].scales[0]
        kind, second = number(rng, 0, 3), place(rng, -4)
        if kind < 2:
            b = net.constant(int8s(rng, other), *second)
        elif kind == 2 and other == whole:
            b = x
        else:
            b = part(net, rng, x, other, second[1])
        scales = float(start), float(net.tensors[b].scales[0])
        middle = scales[0] * scales[1] * 64 if name == "MUL" else max(scales)
        end = np.float32(middle * float(scale(rng, -3, 3)))
        inputs = [x, b] if rng.random() < 0.5 else [b, x]
        y = net.apply(
            name, inputs, whole, end, zero(rng), fused_activation_function=pick(rng, ACTIVATIONS)
        )
        return net, [y]

    return make


def part(net: Network, rng: Rng, x: int, wanted: Sequence[int], zero_point: int) -> int:
    """A computed tensor of a shape: some bytes of x."""
    tensor = net.tensors[x]
    at = float(tensor.scales[0]), int(tensor.zero_points[0])
    flat = net.apply(
        "RESHAPE",
        [x, net.constant(int32s(1, prod(tensor.shape)))],
        (1, prod(tensor.shape)),
        *at,
        new_shape=(1, prod(tensor.shape)),
    )
    cut = net.apply(
        "SLICE",
        [flat, net.constant(int32s(0, 0)), net.constant(int32s(1, prod(wanted)))],
        (1, prod(wanted)),
        *at,
    )
    again = net.apply("TANH", [cut], (1, prod(wanted)), scale(rng, -4), zero_point)
    made = net.tensors[again]
    return net.apply(
        "RESHAPE",
        [again, net.constant(np.array(wanted, np.int32))],
        wanted,
        float(made.scales[0]),
        zero_point,
        new_shape=tuple(wanted),
    )


def reduction(name: str) -> Maker:
    def make(rng: Rng) -> tuple[Network, list[int]]:
        net, dims = Network(), shape(rng, pick(rng, (2, 3, 4)))
        axes = [axis for axis in range(1, len(dims)) if rng.random() < 0.5] or [len(dims) - 1]
        keep = bool(rng.random() < 0.5)
        out = [
            1 if axis in axes else size
            for axis, size in enumerate(dims)
            if keep or axis not in axes
        ]
        start = place(rng, -4)
        end = start if name == "REDUCE_MAX" else place(rng, -4)
        if name != "REDUCE_MAX" and rng.random() < 0.3:
            end = start
        x = net.input(dims, *start)
        signed = [axis - len(dims) if rng.random() < 0.3 else axis for axis in axes]
        return net, [net.apply(name, [x, net.constant(int32s(*signed))], out, *end, keep_dims=keep)]

    return make


def matmul(rng: Rng) -> tuple[Network, list[int]]:
    net = Network()
    rows, inner, columns = (number(rng, 1, 12) for _ in range(3))
    if rng.random() < 0.2:
        inner = number(rng, 30, 200)
    batch = pick(rng, ((1,), (1, 2), (1, 3)))
    turned = {name: bool(rng.random() < 0.4) for name in ("adj_x", "adj_y")}
    left = (*batch, inner, rows) if turned["adj_x"] else (*batch, rows, inner)
    right = (*batch, columns, inner) if turned["adj_y"] else (*batch, inner, columns)
    second = place(rng, -4)
    x = net.input(left, *place(rng, -4))
    if rng.random() < 0.5 or prod(right) > prod(left):
        b = net.constant(int8s(rng, right), *second)
    else:
        b = part(net, rng, x, right, second[1])
    scales = [float(net.tensors[one].scales[0]) for one in (x, b)]
    end = np.float32(scales[0] * scales[1] * 40 * inner**0.5 * float(scale(rng, -3, 3)))
    y = net.apply("BATCH_MATMUL", [x, b], (*batch, rows, columns), end, zero(rng), **turned)
    return net, [y]


def prelu(rng: Rng) -> tuple[Network, list[int]]:
    net, dims = Network(), shape(rng)
    slopes = pick(rng, ((1, 1, dims[3]), dims[1:], (1, 1, 1)))
    alpha = net.constant(int8s(rng, slopes), *place(rng, -10, -4))
    x = net.input(dims, *place(rng))
    return net, [net.apply("PRELU", [x, alpha], dims, *place(rng))]


def softmax(rng: Rng) -> tuple[Network, list[int]]:
    net, dims = Network(), shape(rng, pick(rng, (2, 3, 4)), 12)
    x = net.input(dims, *place(rng, -8, 1))
    return net, [net.apply("SOFTMAX", [x], dims, 2.0**-8, -128, beta=1.0)]


def quantize(rng: Rng) -> tuple[Network, list[int]]:
    net, size = Network(), pick(rng, (256, 263, 300, 7, 16))
    kinds = pick(rng, (("int8", "int8"), ("int8", "uint8"), ("uint8", "int8")))
    ends = [place(rng, -9, 2) for _ in kinds]
    if rng.random() < 0.2:
        ends[1] = ends[0]
    at = [(s, z + 128 if kind == "uint8" else z) for (s, z), kind in zip(ends, kinds, strict=True)]
    x = net.input((1, size), *at[0], dtype=kinds[0])
    return net, [net.apply("QUANTIZE", [x], (1, size), *at[1], dtype=kinds[1])]


def cast(rng: Rng) -> tuple[Network, list[int]]:
    net, at = Network(), place(rng)
    x = net.input((1, 256), *at)
    options = {"in_data_type": "int8", "out_data_type": "int8"}
    return net, [net.apply("CAST", [x], (1, 256), *place(rng), **options)]


def reshape(name: str) -> Maker:
    def make(rng: Rng) -> tuple[Network, list[int]]:
        net, at, dims = Network(), place(rng), shape(rng)
        if name == "EXPAND_DIMS":
            x = net.input(dims, *at)
            return net, [net.apply(name, [x, net.constant(int32s(1))], (1, 1, *dims[1:]), *at)]
        if name == "SQUEEZE":
            x = net.input((1, 1, *dims[1:]), *at)
            return net, [net.apply(name, [x], dims, *at, squeeze_dims=(1,))]
        x = net.input(dims, *at)
        wanted = (1, prod(dims))
        return net, [
            net.apply(name, [x, net.constant(int32s(*wanted))], wanted, *at, new_shape=wanted)
        ]

    return make


OPERATORS: dict[str, Maker] = {
    "ABS": unary("ABS"),
    "ADD": binary("ADD"),
    "AVERAGE_POOL_2D": pool("AVERAGE_POOL_2D"),
    "BATCH_MATMUL": matmul,
    "CAST": cast,
    "CONCATENATION": concatenation,
    "CONV_2D": layer("CONV_2D"),
    "DEPTHWISE_CONV_2D": layer("DEPTHWISE_CONV_2D"),
    "ELU": unary("ELU"),
    "EXPAND_DIMS": reshape("EXPAND_DIMS"),
    "FULLY_CONNECTED": dense,
    "GELU": unary("GELU", approximate=(True, False)),
    "HARD_SWISH": unary("HARD_SWISH", before=lambda rng: place(rng, -6, -3)),
    "LEAKY_RELU": unary("LEAKY_RELU", alpha=(0.1, 0.25, 0.5, -0.3, 0.01, 2.0)),
    "LOGISTIC": unary("LOGISTIC", (2.0**-8, -128)),
    "MAX_POOL_2D": pool("MAX_POOL_2D"),
    "MEAN": reduction("MEAN"),
    "MUL": binary("MUL"),
    "PAD": moving(padding),
    "PRELU": prelu,
    "QUANTIZE": quantize,
    "REDUCE_MAX": reduction("REDUCE_MAX"),
    "RELU": unary("RELU"),
    "RELU6": unary("RELU6"),
    "RELU_N1_TO_1": unary("RELU_N1_TO_1"),
    "RESHAPE": reshape("RESHAPE"),
    "RESIZE_NEAREST_NEIGHBOR": moving(resizing),
    "RSQRT": unary("RSQRT", before=lambda rng: (scale(rng), -128)),
    "SLICE": moving(slicing),
    "SOFTMAX": softmax,
    "SPLIT": split,
    "SQUEEZE": reshape("SQUEEZE"),
    "STRIDED_SLICE": moving(striding),
    "SUB": binary("SUB"),
    "SUM": reduction("SUM"),
    "SVDF": svdf,
    "TANH": unary("TANH", (2.0**-7, 0)),
    "TRANSPOSE": moving(transposing),
    "TRANSPOSE_CONV": layer("TRANSPOSE_CONV"),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": sequence_lstm,
}
"""Operators, and what makes a network of each; PAD also makes PADV2, SPLIT also SPLIT_V."""
