"""Random .tflite networks of one layer with a window or with weights."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from .tflite_builder import Network
from .tflite_values import (
    ACTIVATIONS,
    Maker,
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


def weights(
    net: Network, rng: Rng, wanted: Sequence[int], axis: int, outputs: int
) -> tuple[int, Any]:
    """Weights with a scale for each output, or one."""
    scales = np.array([scale(rng, -8, -3) for _ in range(outputs)])
    if rng.random() < 0.3:
        scales = scales[:1]
    values = int8s(rng, wanted, -127)
    return net.constant(values, scales, np.zeros(len(scales), int), axis=axis), scales


def biases(net: Network, rng: Rng, x: int, scales: Any, outputs: int, *, none: bool = False) -> int:
    """A bias for each output, or none if that is allowed."""
    if none and rng.random() < 0.3:
        return -1
    most = int(pick(rng, (10, 3000, 200000)))
    each = net.tensors[x].scales[0] * scales
    return net.constant(
        rng.integers(-most, most, outputs).astype(np.int32), each, np.zeros(len(each), int)
    )


def layer(kind: str) -> Maker:
    """A convolution of any kind."""

    def make(rng: Rng) -> tuple[Network, list[int]]:
        net = Network()
        height, width = number(rng, 1, 9), number(rng, 1, 9)
        groups = number(rng, 1, 3) if kind == "CONV_2D" else 1
        channels = groups * number(rng, 1, 5)
        k_h, k_w = number(rng, 1, min(3, height)), number(rng, 1, min(3, width))
        down, across = number(rng, 1, 3), number(rng, 1, 3)
        dilated = rng.random() < 0.3 and kind != "TRANSPOSE_CONV"
        spread = (number(rng, 1, 2), number(rng, 1, 2)) if dilated else (1, 1)
        if dilated:
            down = across = 1
        padding = "SAME" if rng.random() < 0.6 else "VALID"
        reach = [(k - 1) * d + 1 for k, d in zip((k_h, k_w), spread, strict=True)]
        if reach[0] > height or reach[1] > width:
            padding = "SAME"
        out = [
            -(-size // step) if padding == "SAME" else (size - window) // step + 1
            for size, window, step in zip((height, width), reach, (down, across), strict=True)
        ]
        x = net.input((1, height, width, channels), *place(rng, -5))
        options: dict[str, Any] = {"padding": padding, "stride_h": down, "stride_w": across}
        if kind == "DEPTHWISE_CONV_2D":
            several = pick(rng, (1, 1, 2, 3))
            outputs = channels * several
            w, scales = weights(net, rng, (1, k_h, k_w, outputs), 3, outputs)
            options["depth_multiplier"] = several
        else:
            outputs = groups * number(rng, 1, 5)
            w, scales = weights(net, rng, (outputs, k_h, k_w, channels // groups), 0, outputs)
        if kind != "TRANSPOSE_CONV":
            options |= {"dilation_h_factor": spread[0], "dilation_w_factor": spread[1]}
            options["fused_activation_function"] = pick(rng, ACTIVATIONS)
        b = biases(net, rng, x, scales, outputs, none=kind == "TRANSPOSE_CONV")
        inputs = [x, w, b]
        if kind == "TRANSPOSE_CONV":
            out = [
                size * step if padding == "SAME" else (size - 1) * step + k
                for size, step, k in zip((height, width), (down, across), (k_h, k_w), strict=True)
            ]
            if padding == "SAME" and (k_h < down or k_w < across):
                out = [
                    (size - 1) * step + k
                    for size, step, k in zip(
                        (height, width), (down, across), (k_h, k_w), strict=True
                    )
                ]
                options["padding"] = "VALID"
            inputs = [net.constant(int32s(1, *out, outputs)), w, x, *([b] if b >= 0 else [])]
        wanted = (1, *out, outputs)
        products = prod(net.tensors[w].shape) / outputs
        end = _end(net, rng, x, scales, products)
        return net, [net.apply(kind, inputs, wanted, end, zero(rng), **options)]

    return make


def _end(net: Network, rng: Rng, x: int, scales: Any, products: float) -> np.float32:
    """A scale that the sums of products fill, more or less."""
    typical = float(net.tensors[x].scales[0]) * float(np.median(scales)) * 40 * products**0.5
    return np.float32(max(typical, 1e-6) * float(scale(rng, -3, 3)))


def dense(rng: Rng) -> tuple[Network, list[int]]:
    net = Network()
    rows, inputs, outputs = number(rng, 1, 4), number(rng, 1, 20), number(rng, 1, 9)
    keep = rows > 1 or rng.random() < 0.5
    x = net.input((1, rows, inputs) if keep else (1, inputs), *place(rng, -5))
    w, scales = weights(net, rng, (outputs, inputs), 0, outputs)
    b = biases(net, rng, x, scales, outputs, none=True)
    end = _end(net, rng, x, scales, inputs)
    wanted = (1, rows, outputs) if keep else (1, outputs)
    activation = pick(rng, ACTIVATIONS)
    y = net.apply(
        "FULLY_CONNECTED",
        [x, w, b],
        wanted,
        end,
        zero(rng),
        keep_num_dims=keep,
        fused_activation_function=activation,
    )
    return net, [y]


def pool(name: str) -> Maker:
    def make(rng: Rng) -> tuple[Network, list[int]]:
        net, dims, at = Network(), shape(rng, most=9), place(rng)
        kernel = [number(rng, 1, size) for size in dims[1:3]]
        steps = [number(rng, 1, 3) for _ in range(2)]
        padding = pick(rng, ("SAME", "VALID"))
        out = [
            -(-size // step) if padding == "SAME" else (size - window) // step + 1
            for size, window, step in zip(dims[1:3], kernel, steps, strict=True)
        ]
        x = net.input(dims, *at)
        y = net.apply(
            name,
            [x],
            (1, *out, dims[3]),
            *at,
            padding=padding,
            filter_height=kernel[0],
            filter_width=kernel[1],
            stride_h=steps[0],
            stride_w=steps[1],
            fused_activation_function=pick(rng, ACTIVATIONS),
        )
        return net, [y]

    return make
