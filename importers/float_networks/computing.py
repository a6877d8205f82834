"""Operations without a window, as calls of a `Tracer`: reductions, products, joining."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from .tracer import Traced, Tracer
from .values import BATCH, Axis, Value, new_axis, size_of
from .windows import pool

Array = npt.NDArray[Any]


def reduced(tracer: Tracer, x: Traced, kind: str, which: Sequence[int], keep: bool) -> Value:
    """Return the mean or the maximum over spatial axes; kind as for `pool`."""
    value = tracer.materialize(x)
    rank = len(value.axes)
    chosen = sorted({i % rank for i in which})
    rest = [i for i in range(rank) if i not in (*chosen, value.batch)]
    if value.batch in chosen or not chosen:
        raise ThumbnetError("it reduces the batch axis, or none: reduce height and width")
    wide = [i for i in rest if value.axes[i]]
    if len(wide) > 1 or rank > 4:
        return _partly_reduced(tracer, value, kind, chosen, keep)
    channel: Axis = value.axes[wide[0]] if wide else ()
    before = [atom for atom in value.stored if atom not in channel]
    places = [value.axes[i] for i in chosen]
    places.sort(key=lambda axis: before.index(axis[0]) if axis else -1)
    if kind != "average_pool" or len(places) > 2:
        places = [tuple(before)]
    tensor, order = tracer.arranged(value, [*places, channel])
    axes = [() if i in chosen else axis for i, axis in enumerate(value.axes)]
    stored = value.stored[len(before) :]
    if kind == "average_pool":
        output = tracer.emit("global_average", [tensor], (len(order),))
    else:
        size = size_of(before)
        output = tracer.emit(
            kind, [tensor], (1, len(order)), window=(size,), strides=(size,), pads=((0, 0),)
        )
    result = Value(output, tuple(axes), stored)
    return result if keep else result.squeezed(chosen)


def _partly_reduced(
    tracer: Tracer, value: Value, kind: str, chosen: list[int], keep: bool
) -> Value:
    """Return the mean or maximum over some of the spatial axes, as a pooling."""
    last = value.stored[-1]
    channel = next(i for i, axis in enumerate(value.axes) if last in axis)
    if channel in chosen or len(value.axes) > 4:
        raise ThumbnetError("it reduces the channels: reduce height and width only")
    window = [
        value.shape[i] if i in chosen else 1
        for i in range(len(value.axes))
        if i not in (channel, value.batch)
    ]
    pads = tuple((0, 0) for _ in window)
    result = pool(tracer, value, kind, window, window, pads, channel=channel)
    return result if keep else result.squeezed(chosen)


def dense(tracer: Tracer, x: Traced, kernel: Array, bias: Array | None) -> Value:
    """Return x @ kernel + bias over the last axis; kernel (inputs, outputs)."""
    value = tracer.materialize(x)
    inputs, outputs = kernel.shape
    if value.shape[-1] != inputs or BATCH in value.axes[-1]:
        raise ThumbnetError(
            f"its {inputs} weights per output do not fit an input of shape {value.shape}"
        )
    kernel = np.asarray(kernel, np.float64)
    bias = np.zeros(1) if bias is None else np.asarray(bias, np.float64)
    bias = np.broadcast_to(bias.reshape(-1), (outputs,))
    others = tuple(atom for atom in value.stored if atom not in value.axes[-1])
    end = new_axis(outputs)
    if not others:
        tensor, order = tracer.arranged(value, [value.axes[-1]])
        output = tracer.emit("dense", [tensor], (outputs,), kernel=kernel[order], bias=bias)
        return Value(output, (*value.axes[:-1], end), end)
    groups = [tuple(a for a in axis if a is not BATCH) for axis in value.axes[:-1]]
    groups = [group for group in groups if group]
    if len(groups) > 2:
        groups = [others]
    tensor, order = tracer.arranged(value, [*groups, value.axes[-1]])
    places, ones = tracer.shapes[tensor][:-1], (1,) * len(groups)
    output = tracer.emit(
        "convolution",
        [tensor],
        (*places, outputs),
        window=ones,
        strides=ones,
        pads=((0, 0),) * len(groups),
        kernel=kernel[order].reshape(*ones, inputs, outputs),
        bias=bias,
    )
    return Value(output, (*value.axes[:-1], end), (*others, *end))


def concatenated(tracer: Tracer, values: Sequence[Traced], axis: int) -> Value:
    """Return tensors one after the other along an axis, which has to be the fastest in memory."""
    parts = [tracer.materialize(value) for value in values]
    first = parts[0]
    axis %= len(first.axes)
    if len(parts) == 1:
        return first
    wrong = f"it joins tensors along axis {axis}: only channels, or features, can be joined"
    if axis == first.batch or any(BATCH in part.axes[axis] for part in parts):
        raise ThumbnetError(wrong)
    others = [i for i in range(len(first.axes)) if i not in (axis, first.batch)]
    places_of = {atom: k for k, atom in enumerate(first.stored)}
    others.sort(key=lambda i: places_of[first.axes[i][0]] if first.axes[i] else -1)
    tensors = []
    for part in parts:
        tensor, order = tracer.arranged(part, [part.axes[i] for i in (*others, axis)])
        if (order != np.arange(len(order))).any():
            raise ThumbnetError(wrong)
        tensors.append(tensor)
    total = sum(part.shape[axis] for part in parts)
    output = tracer.emit("concatenate", tensors, (*tracer.shapes[tensors[0]][:-1], total))
    end = new_axis(total)
    axes = (*first.axes[:axis], end, *first.axes[axis + 1 :])
    kept = tuple(atom for atom in first.stored if atom not in first.axes[axis])
    return Value(output, axes, (*kept, *end))


def softmax(tracer: Tracer, x: Traced, axis: int) -> Value:
    """Return probabilities over an axis, which has to be all that there is."""
    value = tracer.materialize(x)
    axis %= len(value.axes)
    if {*value.stored} != {*value.axes[axis]}:
        raise ThumbnetError(
            f"it takes one axis of shape {value.shape}: a softmax is supported where each example "
            "is one row of scores"
        )
    tensor, _ = tracer.arranged(value, [value.axes[axis]])
    output = tracer.emit("curve", [tensor], tracer.shapes[tensor], function="softmax")
    return Value(output, value.axes, value.stored)
