"""ONNX's operations that move axes or take a part: what each becomes in the float graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from thumbnet.trainer import ThumbnetError

from ..onnx_files.read_onnx import OnnxNode
from .onnx_context import Context, Results
from .onnx_settings import constant, ints
from .sequences import last_step


def _reshape(c: Context, node: OnnxNode, inputs: Sequence[Any]) -> Results:
    x = c.tracer.materialize(inputs[0])
    target = constant(inputs, 1, "shape").reshape(-1).tolist()
    if not node.attributes.get("allowzero", 0):
        target = [x.shape[i] if n == 0 else n for i, n in enumerate(target)]
    return [x.reshaped(target)]


def _flatten(c: Context, node: OnnxNode, inputs: Sequence[Any]) -> Results:
    x = c.tracer.materialize(inputs[0])
    axis = int(node.attributes.get("axis", 1))
    axis += len(x.axes) if axis < 0 else 0
    return [x.reshaped([int(np.prod(x.shape[:axis])), int(np.prod(x.shape[axis:]))])]


def _transpose(c: Context, node: OnnxNode, inputs: Sequence[Any]) -> Results:
    x = c.tracer.materialize(inputs[0])
    return [x.transposed(ints(node, "perm", list(range(len(x.axes)))[::-1]))]


def _squeeze(c: Context, node: OnnxNode, inputs: Sequence[Any]) -> Results:
    return [c.tracer.materialize(inputs[0]).squeezed(_axes(node, inputs))]


def _unsqueeze(c: Context, node: OnnxNode, inputs: Sequence[Any]) -> Results:
    return [c.tracer.materialize(inputs[0]).expanded(_axes(node, inputs) or [])]


def _axes(node: OnnxNode, inputs: Sequence[Any]) -> list[int] | None:
    if len(inputs) > 1 and inputs[1] is not None:
        return [int(n) for n in constant(inputs, 1, "axes").reshape(-1)]
    axes = node.attributes.get("axes")
    return None if axes is None else [int(n) for n in axes]


def _shape(c: Context, node: OnnxNode, inputs: Sequence[Any]) -> Results:
    shape = c.tracer.materialize(inputs[0]).shape
    end = node.attributes.get("end")
    return [np.array(shape[int(node.attributes.get("start", 0)) : end], np.int64)]


def _gather(c: Context, node: OnnxNode, inputs: Sequence[Any]) -> Results:
    x = c.tracer.materialize(inputs[0])
    axis = int(node.attributes.get("axis", 0)) % len(x.axes)
    index = constant(inputs, 1, "indices")
    if index.size != 1 or int(index.reshape(-1)[0]) not in (-1, x.shape[axis] - 1):
        raise ThumbnetError("takes a part of a tensor: only the last step of sequences can be")
    return [last_step(c.tracer, x, axis, keep=index.ndim == 1)]


def _slice(c: Context, node: OnnxNode, inputs: Sequence[Any]) -> Results:
    x = c.tracer.materialize(inputs[0])
    if len(inputs) > 1:
        rows = [constant(inputs, i, "range").reshape(-1).tolist() for i in range(1, len(inputs))]
    else:
        rows = [ints(node, "starts", []), ints(node, "ends", [])]
        rows += [node.attributes["axes"]] if "axes" in node.attributes else []
    starts, ends = rows[:2]
    axes = rows[2] if len(rows) > 2 else list(range(len(starts)))
    steps = rows[3] if len(rows) > 3 else [1] * len(starts)
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        size = x.shape[axis]
        taken = range(size)[slice(start, end, step)]
        if len(taken) == size and step == 1:
            continue
        if list(taken) != [size - 1]:
            raise ThumbnetError("takes a part of a tensor: only the last step of sequences can be")
        x = last_step(c.tracer, x, axis, keep=True)
    return [x]


SHAPES: dict[str, Callable[[Context, OnnxNode, Sequence[Any]], Results]] = {
    "Reshape": _reshape,
    "Flatten": _flatten,
    "Transpose": _transpose,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Shape": _shape,
    "Gather": _gather,
    "Slice": _slice,
}
"""By the name of the operation."""
