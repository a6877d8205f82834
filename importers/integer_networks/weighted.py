"""Convolutions and dense layers of an 8-bit network."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.export import Node, Window, float32_scale

from ..tflite.model import Operator
from .boxes import FILLED
from .builder import Builder
from .moving import moved

Ints = npt.NDArray[np.int64]


def conv_2d(builder: Builder, operator: Operator) -> None:
    """Add a CONV_2D; weights (outputs, height, width, inputs)."""
    options, (x, w, *_) = operator.options, operator.inputs
    weight = builder.constant(w, "int8", "weights")
    height, width, channels = builder.image(x)
    weight = ungrouped(builder, weight, channels)
    outputs, k_h, k_w, _ = weight.shape
    dilation = options["dilation_h_factor"], options["dilation_w_factor"]
    spread = dilated(weight, dilation)
    window = _window(builder, operator, (height, width, channels), spread.shape[1:3])
    rows = spread.reshape(outputs, -1)
    words = f"conv {k_h}x{k_w} {outputs}"
    add_layer(builder, operator, "conv_xnnpack", rows, window, words)


def depthwise_conv_2d(builder: Builder, operator: Operator) -> None:
    """Add a DEPTHWISE_CONV_2D; weights (1, height, width, outputs)."""
    options, (x, w, *_) = operator.options, operator.inputs
    weight = builder.constant(w, "int8", "weights")
    height, width, channels = builder.image(x)
    _, k_h, k_w, outputs = weight.shape
    dilation = options["dilation_h_factor"], options["dilation_w_factor"]
    spread = dilated(weight, dilation)
    window = _window(builder, operator, (height, width, channels), spread.shape[1:3])
    taps = spread.reshape(-1, outputs).T
    words = f"depthwise {k_h}x{k_w}"
    if outputs == channels:
        add_layer(builder, operator, "depthwise_conv_xnnpack", taps, window, words)
        return
    # Several outputs of each channel: a convolution whose other weights are 0.
    several = outputs // channels
    rows = np.zeros((outputs, taps.shape[1], channels), np.int8)
    rows[np.arange(outputs), :, np.arange(outputs) // several] = taps
    add_layer(builder, operator, "conv_xnnpack", rows.reshape(outputs, -1), window, words)


def transpose_conv(builder: Builder, operator: Operator) -> None:
    """Add a TRANSPOSE_CONV; weights (outputs, height, width, inputs).

    It is a convolution of an image with zeros between its pixels, and turned weights.
    """
    options, (_, w, x, *_) = operator.options, operator.inputs
    (y,) = operator.outputs
    weight = builder.constant(w, "int8", "weights")
    height, width, channels = builder.image(x)
    outputs, k_h, k_w, _ = weight.shape
    rows, columns, _ = builder.image(y)
    spread = [
        _spread(size, kernel, options[f"stride_{axis}"], out, options["padding"] == "SAME")
        for axis, size, kernel, out in (("h", height, k_h, rows), ("w", width, k_w, columns))
    ]
    down, across = np.meshgrid(*spread, indexing="ij")
    gone = (down == FILLED) | (across == FILLED)
    pixels = np.where(gone, FILLED, down * width + across)[:, :, None]
    index = np.where(pixels == FILLED, FILLED, pixels * channels + np.arange(channels))
    image = moved(builder, x, index, "spread", builder.zero_point(x))
    turned = weight[:, ::-1, ::-1].reshape(outputs, -1)
    tall, wide = (len(line) for line in spread)
    window = Window(tall, wide, channels, k_h, k_w, 1, 1, 0, 0, rows, columns)
    words = f"transposed conv {k_h}x{k_w} {outputs}"
    numbers = (x, w, operator.inputs[3] if len(operator.inputs) > 3 else -1)
    add_layer(builder, operator, "conv_xnnpack", turned, window, words, numbers, image)


def _spread(size: int, kernel: int, stride: int, out: int, padded: bool) -> Ints:
    """Return which index of the input lies at each place of the spread image, or FILLED."""
    before = max((size - 1) * stride + kernel - out, 0) // 2 if padded else 0
    at = np.arange(out + kernel - 1) - (kernel - 1) + before
    inside = (at % stride == 0) & (at >= 0) & (at < size * stride)
    return np.where(inside, at // stride, FILLED)


def fully_connected(builder: Builder, operator: Operator) -> None:
    """Add a FULLY_CONNECTED as a convolution of one pixel; weights (outputs, inputs)."""
    x, w, *_ = operator.inputs
    weight = builder.constant(w, "int8", "weights")
    outputs, inputs = weight.shape
    pixels = int(np.prod(builder.shape(x))) // inputs
    window = Window(1, pixels, inputs, 1, 1, 1, 1, 0, 0, 1, pixels)
    add_layer(builder, operator, "conv_xnnpack", weight, window, f"dense {outputs}")


def add_layer(
    builder: Builder,
    operator: Operator,
    op: str,
    weight: npt.NDArray[Any],
    window: Window,
    words: str,
    numbers: tuple[int, ...] = (),
    image: str = "",
) -> None:
    """Add a layer; by default, the operator's inputs are the input, the weights and biases."""
    x, w, *rest = numbers or operator.inputs
    (y,) = operator.outputs
    zero, outputs = builder.zero_point(x), len(weight)
    scales = builder.tensor(w).scales
    if len(scales) not in (1, outputs) or np.any(builder.tensor(w).zero_points != 0):
        builder.refuse("its weights are not quantized symmetrically", "quantize the network anew")
    # In float32, and in this order, as TFLite does.
    real = builder.scale(x) * np.broadcast_to(scales, outputs) / builder.scale(y)
    try:
        pairs = np.array([float32_scale(value) for value in real], np.int64)
    except ValueError as error:
        builder.refuse(f"a scale is out of range ({error})", "quantize the network anew")
    bias = np.zeros(outputs, np.int64)
    if rest and rest[0] >= 0:
        bias = builder.constant(rest[0], "int32", "biases").astype(np.int64)
    low, high = builder.limits(operator.options["fused_activation_function"], y)
    attributes = {
        "weight": np.ascontiguousarray(weight, np.int8),
        # The file's inputs are centred on the zero point; ours are not.
        "bias": bias - zero * weight.astype(np.int64).sum(axis=1),
        "window": tuple(window),
        "pad": zero,
        "zero_point": builder.zero_point(y),
        "activation_min": low,
        "activation_max": high,
        "mantissa": pairs[:, 0],
        "shift": pairs[:, 1],
    }
    spec = builder.spec(builder.name(), y, (window.out_height, window.out_width, outputs))
    node = Node(op, (image or builder.source(x).name,), spec.name, attributes)
    relu = "" if operator.options["fused_activation_function"] == "NONE" else " relu"
    builder.add(node, spec, y, words + relu)


def ungrouped(builder: Builder, weight: npt.NDArray[Any], channels: int) -> npt.NDArray[Any]:
    """Return weights (outputs, height, width, inputs) with zeros for the other groups' inputs."""
    outputs, k_h, k_w, inputs = weight.shape
    if inputs == channels:
        return weight
    groups = channels // max(inputs, 1)
    if channels % max(inputs, 1) or outputs % groups:
        builder.refuse(f"{channels} channels do not make groups of {inputs}", "check the network")
    wide = np.zeros((outputs, k_h, k_w, groups, inputs), weight.dtype)
    which = np.arange(outputs) // (outputs // groups)
    wide[np.arange(outputs), :, :, which] = weight
    return wide.reshape(outputs, k_h, k_w, channels)


def dilated(weight: npt.NDArray[Any], dilation: tuple[int, int]) -> npt.NDArray[Any]:
    """Return weights (n, height, width, m) with zeros between, which stand for the gaps."""
    if dilation == (1, 1):
        return weight
    n, height, width, m = weight.shape
    down, across = dilation
    wide = np.zeros((n, (height - 1) * down + 1, (width - 1) * across + 1, m), weight.dtype)
    wide[:, ::down, ::across] = weight
    return wide


def _window(
    builder: Builder,
    operator: Operator,
    image: tuple[int, ...],
    kernel: tuple[int, ...],
) -> Window:
    options = operator.options
    strides = options["stride_h"], options["stride_w"]
    return window_of(builder, operator, image, kernel, strides)


def window_of(
    builder: Builder,
    operator: Operator,
    image: tuple[int, ...],
    kernel: tuple[int, ...],
    strides: tuple[int, int],
) -> Window:
    """Return how a window moves over an image, as TFLite pads it: the smaller half comes first."""
    padded = operator.options["padding"] == "SAME"
    out, before = [], []
    for size, window, stride in zip(image[:2], kernel, strides, strict=True):
        count = -(-size // stride) if padded else (size - window) // stride + 1
        if count < 1:
            builder.refuse(f"a window of {window} leaves nothing of {size}", "use a smaller one")
        out.append(count)
        before.append(max((count - 1) * stride + window - size, 0) // 2 if padded else 0)
    (height, width, channels), (k_h, k_w), (down, across) = image, kernel, strides
    return Window(height, width, channels, k_h, k_w, down, across, *before, *out)
