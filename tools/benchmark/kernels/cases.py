"""The layers that kernels are timed on, and a check of their outputs.

The exporter makes the kernel calls, from graphs of a single layer.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.export import Graph, Node, StandaloneCall, TensorSpec, standalone_calls
from thumbnet.trainer import ThumbnetError

Array = npt.NDArray[Any]
Shape = tuple[int, int, int]

INPUTS, OUTPUTS = 784, 16
"""Size of the dense layer on which all tiers are timed."""

MACS = INPUTS * OUTPUTS

WIDE_LIMIT = 2**29
"""Clamping limit of a wide output: no accumulator reaches it."""

PAD = 7
"""Value of the padding: the zero point of the input."""


def dense_layer_call(
    weight: npt.NDArray[np.int64], wide: bool, tier: str = "thumb"
) -> StandaloneCall:
    """Return the kernel call of a dense layer.

    Parameters
    ----------
    weight
        (outputs, inputs), from -128 to 127.
    wide
        Whether outputs are int32 and not clamped to a byte.
    tier
        The tier of the kernel.

    """
    outputs, inputs = weight.shape
    attributes = _requantization(weight, wide)
    return _single_call("fully_connected", (inputs,), (outputs,), attributes, wide, tier)


def conv_layer_call(
    kernel: str,
    weight: npt.NDArray[np.int64],
    image: Shape,
    size: tuple[int, int],
    out: tuple[int, int],
    stride: tuple[int, int] = (1, 1),
    padding: tuple[int, int] = (0, 0),
) -> StandaloneCall:
    """Return the call of a convolution kernel in tier thumb, with outputs of a byte.

    Parameters
    ----------
    kernel
        "conv", "conv_int4" or "depthwise_conv".
    weight
        (outputs, taps * channels); of a depthwise convolution (channels, taps).
    image
        (height, width, channels) of the input.
    size, out, stride
        (height, width) of the kernel, of the output, and of a step.
    padding
        Rows above and columns left of the image.

    """
    attributes = {
        **_requantization(weight, wide=False),
        "window": [*image, *size, *stride, *padding, *out],
        "pad": PAD,
    }
    if kernel == "conv_int4":
        attributes["bits"] = 4
    op = "conv" if kernel == "conv_int4" else kernel
    return _single_call(op, (prod(image),), (*out, len(weight)), attributes, False, "thumb")


def products(call: StandaloneCall) -> int:
    """Return the multiply-accumulates of a convolution, those in the padding included."""
    weight = call.node.attributes["weight"]
    return int(weight.size) * call.outputs // len(weight)


def check_outputs(what: str, call: StandaloneCall, x: Array, outputs: list[int]) -> None:
    """Compare the outputs of a kernel for one input with the specification.

    Raises
    ------
    ThumbnetError
        If they differ; `what` names the kernel.

    """
    expected = call.expected(x)
    if outputs != expected:
        pairs = enumerate(zip(expected, outputs, strict=True))
        k, (want, got) = next(item for item in pairs if item[1][0] != item[1][1])
        raise ThumbnetError(
            f"{what} gives wrong answers (output {k}: expected {want}, got {got}): it is not timed"
        )


def without_zeros(inputs: int = INPUTS) -> Array:
    """Return an input without zeros."""
    return (np.arange(inputs) * 7 % 255 + 1).astype(np.uint8)


def with_zeros(share: float, inputs: int = INPUTS) -> Array:
    """Return an input with a share of zeros, at random places."""
    x = without_zeros(inputs)
    places = np.random.default_rng(0).permutation(inputs)[: round(share * inputs)]
    x[places] = 0
    return x


def _requantization(weight: npt.NDArray[np.int64], wide: bool) -> dict[str, Any]:
    outputs = np.arange(len(weight))
    return {
        "weight": weight,
        "bias": 1000 * outputs - 7500,
        "zero_point": 0 if wide else 128,
        "multiplier": 2**14 + 1000 * outputs % 2**14,
        "shift": 16 + 10 * (not wide) + outputs % 2,
        "activation_min": -WIDE_LIMIT if wide else 0,
        "activation_max": WIDE_LIMIT if wide else 255,
    }


def _single_call(
    op: str,
    inputs: tuple[int, ...],
    outputs: tuple[int, ...],
    attributes: dict[str, Any],
    wide: bool,
    tier: str,
) -> StandaloneCall:
    """Return the kernel call of a graph with one layer behind its input."""
    quantize = {"minimum": 0, "maximum": 255, "gain": 1}
    nodes = (
        Node("quantize_levels", ("counts",), "x", quantize),
        Node(op, ("x",), "y", attributes),
    )
    tensors = {
        "counts": TensorSpec("counts", inputs, "int32"),
        "x": TensorSpec("x", inputs, "uint8"),
        "y": TensorSpec("y", outputs, "int32" if wide else "uint8"),
    }
    (call,) = standalone_calls(Graph("layer", "fuse", "counts", ("y",), nodes, tensors), tier)
    return call
