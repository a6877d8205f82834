"""Small 8-bit networks that were not trained here, as files and as graphs."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from thumbnet.importers import IntegerNetwork, read

from .tflite_builder import Network, build


def residual_net(seed: int = 0) -> bytes:
    """A file with every operation of image classifiers, scales at random.

    Two branches, a depthwise layer with stride, a global pool, a dense layer and a softmax.
    """
    rng = np.random.default_rng(seed)
    net = Network()

    def layer(
        name: str, x: int, shape: tuple[int, ...], weight: tuple[int, ...], **more: object
    ) -> int:
        axis = 3 if name == "DEPTHWISE_CONV_2D" else 0
        outputs = weight[axis]
        scales = rng.uniform(0.002, 0.02, outputs).astype(np.float32)
        scales = scales[: 1 if name == "FULLY_CONNECTED" else outputs]
        w = net.constant(rng.integers(-127, 128, weight).astype(np.int8), scales, axis=axis)
        bias = rng.integers(-2000, 2000, outputs).astype(np.int32)
        b = net.constant(bias, net.tensors[x].scales[0] * scales)
        return net.apply(name, [x, w, b], shape, **more)

    conv = {"stride_h": 1, "stride_w": 1, "padding": "SAME"}
    relu = {"fused_activation_function": "RELU"}
    x = net.input((1, 6, 7, 3), 0.02, -3)
    a = layer("CONV_2D", x, (1, 6, 7, 5), (5, 3, 3, 3), scale=0.05, zero_point=-128, **conv, **relu)
    strided = {**conv, "stride_h": 2, "stride_w": 2, "depth_multiplier": 1}
    b = layer(
        "DEPTHWISE_CONV_2D", a, (1, 3, 4, 5), (1, 3, 3, 5), scale=0.03, zero_point=4, **strided
    )
    c = layer("CONV_2D", b, (1, 3, 4, 5), (5, 1, 1, 5), scale=0.04, zero_point=-20, **conv)
    d = net.apply("ADD", [b, c], (1, 3, 4, 5), 0.06, -128, **relu)
    window = {"filter_height": 3, "filter_width": 4, "stride_h": 3, "stride_w": 4}
    e = net.apply("AVERAGE_POOL_2D", [d], (1, 1, 1, 5), 0.06, -128, padding="VALID", **window)
    f = net.apply("RESHAPE", [e, net.constant(np.array([1, 5], np.int32))], (1, 5), 0.06, -128)
    g = layer("FULLY_CONNECTED", f, (1, 4), (4, 5), scale=0.02, zero_point=7)
    return build(net.model(net.apply("SOFTMAX", [g], (1, 4), 2.0**-8, -128, beta=1.0)))


def mixed_net() -> bytes:
    """A file with what a converter makes of attention and squeeze-and-excitation, in small."""
    rng = np.random.default_rng(0)
    net = Network()

    def bytes_of(*shape: int) -> np.ndarray:
        return rng.integers(-128, 128, shape).astype(np.int8)

    x = net.input((1, 3, 4, 2), 0.05, -10)
    slopes = net.constant(bytes_of(1, 1, 2), 0.004, 3)
    a = net.apply("PRELU", [x, slopes], (1, 3, 4, 2), 0.04, 5)
    axes = net.constant(np.array([1, 2], np.int32))
    b = net.apply("MEAN", [a, axes], (1, 1, 1, 2), 0.03, 0, keep_dims=True)
    gate = net.apply("LOGISTIC", [b], (1, 1, 1, 2), 2.0**-8, -128)
    c = net.apply("MUL", [a, gate], (1, 3, 4, 2), 0.02, 9)
    order = net.constant(np.array([0, 3, 1, 2], np.int32))
    d = net.apply("TRANSPOSE", [c, order], (1, 2, 3, 4), 0.02, 9)
    right = net.constant(bytes_of(1, 2, 4, 5), 0.03, -7)
    e = net.apply("BATCH_MATMUL", [d, right], (1, 2, 3, 5), 0.05, 1)
    f = net.apply("SUB", [e, net.constant(bytes_of(1, 2, 3, 5), 0.05, 2)], (1, 2, 3, 5), 0.1, -4)
    return build(net.model(f, b))


@cache
def imported(data: bytes, name: str = "net") -> IntegerNetwork:
    """Return the integer network in a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.tflite"
        path.write_bytes(data)
        found = read(path, name)
    assert isinstance(found, IntegerNetwork)
    return found
