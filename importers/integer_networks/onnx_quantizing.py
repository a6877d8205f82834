"""QuantizeLinear and DequantizeLinear of an ONNX file: scales, constants, limits."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..onnx_files.read_onnx import OnnxNode
from ..tflite.model import Operator, Tensor
from .onnx_arithmetic import LEVELS, quantized, reals
from .onnx_builder import OnnxBuilder, Real
from .onnx_elementwise import looked_up, quantization

Array = npt.NDArray[Any]

_ANEW = "quantize the network anew"


def scales_of(
    builder: OnnxBuilder, node: OnnxNode, scale: Any, zero: Any, dtype: str
) -> tuple[Array, Array, str]:
    """Return scales, zero points and the type of integers."""
    if not isinstance(scale, np.ndarray) or not (zero is None or isinstance(zero, np.ndarray)):
        builder.refuse("its scale is computed", "quantize the network statically")
    if node.attributes.get("block_size", 0):
        builder.refuse("it quantizes in blocks", "use one scale per tensor or channel")
    scales = np.atleast_1d(scale).astype(np.float32)
    if scales.ndim != 1 or not np.all(np.isfinite(scales) & (scales > 0)):
        builder.refuse("its scales are no positive numbers", _ANEW)
    if zero is None:
        return scales, np.zeros(len(scales), np.int64), dtype
    zeros = np.atleast_1d(zero)
    if zeros.dtype.kind not in "iu" or zeros.shape != scales.shape:
        builder.refuse("its zero points are no integers, one for each scale", _ANEW)
    return scales, zeros.astype(np.int64), str(zero.dtype)


def quantized_constant(
    builder: OnnxBuilder, node: OnnxNode, value: Array, scales: Array, zeros: Array, dtype: str
) -> Array:
    """Return a constant of floats as integers."""
    if dtype not in ("int8", "uint8"):
        builder.refuse(f"it quantizes to {dtype}", "quantize to 8 bits")
    column = check_axis(builder, node, value, scales)
    info = np.iinfo(dtype)
    steps = np.rint(value.astype(np.float32) / scales.reshape(column))
    levels = np.clip(steps + zeros.reshape(column), info.min, info.max)
    return np.asarray(levels, dtype)


def check_axis(builder: OnnxBuilder, node: OnnxNode, value: Array, scales: Array) -> list[int]:
    """Return the shape in which scales belong to a constant, or refuse scales that do not."""
    if len(scales) == 1:
        return [1] * value.ndim
    axis = int(node.attributes.get("axis", 1)) % max(value.ndim, 1)
    if value.ndim == 0 or value.shape[axis] != len(scales):
        builder.refuse(
            f"it has {len(scales)} scales for {list(value.shape)}", "export the network again"
        )
    return [-1 if k == axis else 1 for k in range(value.ndim)]


def check_limit(builder: OnnxBuilder, limit: Operator, low: float, high: float, q: Any) -> None:
    """Refuse a Relu or Clip that cuts off levels: onnxruntime then computes in floats."""
    ends = (np.float32(end - q.zero) * q.scale for end in (0, 255))
    first, last = (float(end) for end in ends)
    spare = float(np.finfo(np.float32).eps)
    if low - first > spare or last - high > spare:
        builder.at(limit)
        builder.refuse(
            f"it cuts off levels of {first:g} to {last:g}, so onnxruntime computes in floats "
            "what is before it",
            "quantize activations asymmetrically, so that the scale ends where it cuts",
        )


def requantized(builder: OnnxBuilder, node: OnnxNode, value: Real, tensor: Tensor) -> int:
    """Return the number of a tensor in another quantization."""
    number = value.number
    found = builder.tensor(number)
    if (
        found.dtype == tensor.dtype
        and np.array_equal(found.scales, tensor.scales)
        and np.array_equal(found.zero_points, tensor.zero_points)
    ):
        return number
    if not value.moved:
        builder.refuse(
            "it quantizes anew what is quantized, and onnxruntime merges both",
            "leave one of them out",
        )
    y = builder.found(tensor)
    operator = builder.at(Operator(node.op, node.position, builder.opset, (number,), (y,), {}))
    source, target = quantization(builder, number), quantization(builder, y)
    looked_up(builder, operator, quantized(reals(LEVELS, source), target))
    return y
