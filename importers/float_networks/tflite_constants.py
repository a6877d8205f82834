"""Constants of a .tflite as real numbers, and operators that read only constants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from ..tflite.model import Tensor

Array = npt.NDArray[Any]
Options = dict[str, Any]


def real_numbers(tensor: Tensor) -> Array:
    """Return the values of a constant; integers with scales become the floats they stand for."""
    data = np.asarray(tensor.data)
    if not len(tensor.scales) or data.dtype.kind == "f":
        return data
    shape = [1] * data.ndim
    if len(tensor.scales) > 1:
        shape[tensor.axis] = -1
    scales = tensor.scales.astype(np.float64).reshape(shape if data.ndim else -1)
    zeros = tensor.zero_points.astype(np.float64).reshape(shape if data.ndim else -1)
    return np.asarray((data.astype(np.float64) - zeros) * scales)


def strided(options: Options, inputs: Sequence[Any]) -> tuple[Any, ...]:
    """Return the index of a STRIDED_SLICE."""
    begin, end, steps = (np.asarray(x).reshape(-1).tolist() for x in inputs[1:4])
    if options.get("ellipsis_mask") or options.get("new_axis_mask"):
        raise ThumbnetError("has an ellipsis or new axes: slice without")
    index: list[Any] = []
    for i, (first, last, step) in enumerate(zip(begin, end, steps, strict=True)):
        if options.get("shrink_axis_mask", 0) >> i & 1:
            index.append(first)
        else:
            start = None if options.get("begin_mask", 0) >> i & 1 else first
            stop = None if options.get("end_mask", 0) >> i & 1 else last
            index.append(slice(start, stop, step))
    return tuple(index)


def _strided_slice(options: Options, inputs: Sequence[Any]) -> Array:
    return np.asarray(inputs[0][strided(options, inputs)])


def _pack(options: Options, inputs: Sequence[Any]) -> Array:
    return np.stack([np.asarray(x) for x in inputs], axis=int(options.get("axis", 0)))


def _concatenation(options: Options, inputs: Sequence[Any]) -> Array:
    return np.concatenate([np.atleast_1d(x) for x in inputs], axis=int(options.get("axis", 0)))


def _reduce_prod(options: Options, inputs: Sequence[Any]) -> Array:
    keep = bool(options.get("keep_dims", False))
    return np.asarray(np.prod(inputs[0], axis=tuple(np.ravel(inputs[1]).tolist()), keepdims=keep))


CONSTANTS: dict[str, Callable[[Options, Sequence[Any]], Array]] = {
    "DEQUANTIZE": lambda options, inputs: np.asarray(inputs[0]),
    "CAST": lambda options, inputs: np.asarray(inputs[0]),
    "SHAPE": lambda options, inputs: np.array(np.shape(inputs[0]), np.int64),
    "RESHAPE": lambda options, inputs: np.reshape(inputs[0], np.ravel(inputs[1]).tolist()),
    "TRANSPOSE": lambda options, inputs: np.transpose(inputs[0], np.ravel(inputs[1]).tolist()),
    "STRIDED_SLICE": _strided_slice,
    "PACK": _pack,
    "CONCATENATION": _concatenation,
    "REDUCE_PROD": _reduce_prod,
}
"""By operator; the result is no larger than what they read."""
