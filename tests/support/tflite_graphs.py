"""Random 8-bit .tflite networks of many operators, with branches and several outputs."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from .tflite_builder import Network
from .tflite_layers import biases, weights
from .tflite_values import ACTIVATIONS, int8s, int32s, number, pick, place, scale, zero

Rng = np.random.Generator

MOST_VALUES = 600
"""Larger tensors do not grow."""

UNARY = (
    *("ABS", "ELU", "GELU", "LEAKY_RELU", "LOGISTIC", "TANH", "RELU", "RELU6", "RELU_N1_TO_1"),
    *("HARD_SWISH", "QUANTIZE", "PRELU"),
)


class Graph:
    """A network that grows: each method adds an operator behind the tensor `x`."""

    def __init__(self, rng: Rng) -> None:
        self.rng, self.net = rng, Network()
        size = number(rng, 2, 6)
        self.made = [
            self.net.input((1, size, number(rng, 2, 6), number(rng, 1, 4)), *place(rng, -5, -1))
        ]

    def shape(self, x: int) -> tuple[int, ...]:
        return self.net.tensors[x].shape

    def at(self, x: int) -> tuple[Any, int]:
        tensor = self.net.tensors[x]
        return tensor.scales[0], int(tensor.zero_points[0])

    def close(self, x: int) -> tuple[Any, int]:
        """A place with a scale like that of x."""
        return np.float32(float(self.at(x)[0]) * float(scale(self.rng, -1, 1))), zero(self.rng)

    def unary(self, x: int) -> int:
        rng, name = self.rng, pick(self.rng, UNARY)
        options: dict[str, Any] = {"LEAKY_RELU": {"alpha": 0.2}}.get(name, {})
        inputs = [x]
        if name == "PRELU":
            if len(self.shape(x)) != 4:
                return x
            channels = self.shape(x)[3]
            inputs.append(self.net.constant(int8s(rng, (1, 1, channels)), scale(rng, -9, -6)))
        return self.net.apply(name, inputs, self.shape(x), *self.close(x), **options)

    def binary(self, x: int) -> int:
        rng = self.rng
        others = [b for b in self.made if self.shape(b) == self.shape(x)]
        name = pick(rng, ("ADD", "SUB", "MUL"))
        if rng.random() < 0.4:
            shape = pick(rng, (self.shape(x), self.shape(x)[-1:], (1,)))
            b = self.net.constant(int8s(rng, shape), *self.close(x))
        else:
            b = pick(rng, others)
        scales = [float(self.at(one)[0]) for one in (x, b)]
        typical = scales[0] * scales[1] * 64 if name == "MUL" else max(scales)
        end = np.float32(typical * float(scale(rng, -1, 2)))
        return self.net.apply(
            name,
            [x, b],
            self.shape(x),
            end,
            zero(rng),
            fused_activation_function=pick(rng, ACTIVATIONS),
        )

    def layer(self, x: int) -> int:
        if len(self.shape(x)) != 4:
            return self.dense(x)
        rng = self.rng
        _, height, width, channels = self.shape(x)
        depthwise = rng.random() < 0.4
        outputs = channels if depthwise else number(rng, 1, 6)
        kernel = number(rng, 1, 3), number(rng, 1, 3)
        wanted = (1, *kernel, outputs) if depthwise else (outputs, *kernel, channels)
        w, scales = weights(self.net, rng, wanted, 3 if depthwise else 0, outputs)
        b = biases(self.net, rng, x, scales, outputs)
        stride = number(rng, 1, 2)
        options: dict[str, Any] = {"padding": "SAME", "stride_h": stride, "stride_w": stride}
        if depthwise:
            options["depth_multiplier"] = 1
        out = (1, -(-height // stride), -(-width // stride), outputs)
        return self.net.apply(
            "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D",
            [x, w, b],
            out,
            self.end(x, scales, prod(wanted) / outputs),
            zero(rng),
            fused_activation_function=pick(rng, ACTIVATIONS),
            **options,
        )

    def end(self, x: int, scales: Any, products: float) -> np.float32:
        typical = float(self.at(x)[0]) * float(np.median(scales)) * 40 * products**0.5
        return np.float32(typical * float(scale(self.rng, -1, 1)))

    def dense(self, x: int) -> int:
        rng, size = self.rng, prod(self.shape(x))
        outputs = number(rng, 2, 8)
        w, scales = weights(self.net, rng, (outputs, size), 0, outputs)
        b = biases(self.net, rng, x, scales, outputs, none=True)
        end = self.end(x, scales, size)
        return self.net.apply("FULLY_CONNECTED", [self.flat(x), w, b], (1, outputs), end, zero(rng))

    def flat(self, x: int) -> int:
        wanted = (1, prod(self.shape(x)))
        shape = self.net.constant(int32s(*wanted))
        return self.net.apply("RESHAPE", [x, shape], wanted, *self.at(x), new_shape=wanted)

    def pool(self, x: int) -> int:
        if len(self.shape(x)) != 4:
            return self.unary(x)
        _, height, width, channels = self.shape(x)
        name = pick(self.rng, ("AVERAGE_POOL_2D", "MAX_POOL_2D"))
        window = {"filter_height": 2, "filter_width": 2, "stride_h": 2, "stride_w": 1}
        return self.net.apply(
            name, [x], (1, -(-height // 2), width, channels), *self.at(x), padding="SAME", **window
        )

    def reduced(self, x: int) -> int:
        shape = self.shape(x)
        name = pick(self.rng, ("MEAN", "SUM", "REDUCE_MAX"))
        axis = number(self.rng, 1, len(shape) - 1)
        out = [1 if k == axis else size for k, size in enumerate(shape)]
        at = self.at(x) if name == "REDUCE_MAX" else self.close(x)
        return self.net.apply(name, [x, self.net.constant(int32s(axis))], out, *at, keep_dims=True)

    def joined(self, x: int) -> int:
        if prod(self.shape(x)) > MOST_VALUES:
            return x
        others = [b for b in self.made if self.shape(b)[:-1] == self.shape(x)[:-1]]
        y = pick(self.rng, others)
        if self.at(y) != self.at(x):
            y = self.net.apply("QUANTIZE", [y], self.shape(y), *self.at(x))
        out = (*self.shape(x)[:-1], self.shape(x)[-1] + self.shape(y)[-1])
        return self.net.apply("CONCATENATION", [x, y], out, *self.at(x), axis=len(out) - 1)

    def moved(self, x: int) -> int:
        shape, rng = self.shape(x), self.rng
        if len(shape) != 4:
            return self.unary(x)
        name = pick(rng, ("TRANSPOSE", "PAD", "SLICE", "RESIZE_NEAREST_NEIGHBOR", "SPLIT"))
        if name == "TRANSPOSE":
            order = (0, *(1 + rng.permutation(3)).tolist())
            out, given = tuple(shape[k] for k in order), [int32s(*order)]
        elif name == "PAD":
            out, given = (
                (1, shape[1] + 1, shape[2] + 2, shape[3]),
                [int32s((0, 0), (1, 0), (1, 1), (0, 0))],
            )
        elif name == "SLICE":
            out = (1, max(shape[1] - 1, 1), shape[2], shape[3])
            given = [int32s(0, shape[1] - out[1], 0, 0), int32s(*out)]
        elif name == "RESIZE_NEAREST_NEIGHBOR":
            out, given = (1, number(rng, 1, 7), number(rng, 1, 7), shape[3]), []
            given = [int32s(*out[1:3])]
        else:
            return self.split(x)
        if prod(out) > MOST_VALUES:
            return x
        numbers = [self.net.constant(one) for one in given]
        return self.net.apply(name, [x, *numbers], out, *self.at(x))

    def split(self, x: int) -> int:
        shape = self.shape(x)
        axis = self.net.constant(np.array(1, np.int32))
        parts = [self.net.tensor((1, 1, *shape[2:]), *self.at(x)) for _ in range(shape[1])]
        self.net.operator("SPLIT", [axis, x], parts, num_splits=shape[1])
        self.made += parts[:-1]
        return parts[-1]

    def product(self, x: int) -> int:
        shape, rng = self.shape(x), self.rng
        if len(shape) < 3 or prod(shape) > MOST_VALUES:
            return self.dense(x)
        columns = number(rng, 1, 5)
        b = self.net.constant(int8s(rng, (*shape[:-2], shape[-1], columns)), *self.close(x))
        scales = float(self.at(x)[0]) * float(self.at(b)[0])
        end = np.float32(scales * 40 * shape[-1] ** 0.5)
        out = (*shape[:-1], columns)
        return self.net.apply("BATCH_MATMUL", [x, b], out, end, zero(rng))

    def softmax(self, x: int) -> int:
        return self.net.apply("SOFTMAX", [x], self.shape(x), 2.0**-8, -128, beta=1.0)


STEPS: tuple[Callable[[Graph, int], int], ...] = (
    *(Graph.unary, Graph.unary, Graph.binary, Graph.binary, Graph.layer, Graph.layer, Graph.layer),
    *(Graph.pool, Graph.reduced, Graph.joined, Graph.moved, Graph.moved, Graph.product),
    *(Graph.softmax,),
)


def random_network(rng: Rng, steps: int) -> tuple[Network, list[int]]:
    """A network of about so many operators, and its outputs: all that nothing reads."""
    graph = Graph(rng)
    for _ in range(steps):
        x = pick(rng, graph.made[-2:])
        y = pick(rng, STEPS)(graph, x)
        if y not in graph.made:
            graph.made.append(y)
    net = graph.net
    read = {number for operator in net.operators for number in operator.inputs}
    written = [number for operator in net.operators for number in operator.outputs]
    left = [number for number in written if number not in read]
    # An output may be read as well.
    extra = [number for number in written if number in read and rng.random() < 0.1]
    return net, left + extra
