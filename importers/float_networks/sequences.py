"""Recurrent operations and layer normalization, as calls of a `Tracer`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from .tracer import Traced, Tracer
from .values import BATCH, Axis, Value, new_axis, size_of

Array = npt.NDArray[Any]


def recurrent(
    tracer: Tracer, x: Traced, op: str, time: int, sequences: bool, **weights: Any
) -> tuple[Value, Axis, Axis]:
    """Emit a recurrent layer over sequences.

    Parameters
    ----------
    tracer : Tracer
        Where the network is built.
    x : Value or Expression
        Three axes: steps, the batch, and features last.
    op : str
        "gru", "simple_rnn" or "lstm".
    time : int
        The axis of the steps.
    sequences : bool
        Whether all states are the result instead of the last.
    weights
        In the layouts of the trainer's layers; `units` is the size of the state.

    Returns
    -------
    Value
        (batch, steps, units) or (batch, units).
    tuple of Atom
        The axis of steps.
    tuple of Atom
        The axis of units.
    """
    value = tracer.materialize(x)
    if len(value.axes) != 3 or value.axes[1 - time] != (BATCH,):
        raise ThumbnetError(f"its input has shape {value.shape}: sequences are supported")
    steps, features = value.axes[time], value.axes[2]
    tensor, order = tracer.arranged(value, [steps, features])
    units = new_axis(weights["units"])
    shape = (weights["units"],)
    kernel = np.asarray(weights.pop("kernel"), np.float64)
    if kernel.shape[0] != len(order):
        raise ThumbnetError(f"its weights {kernel.shape} do not fit {len(order)} features")
    output = tracer.emit(
        op,
        [tensor],
        (size_of(steps), *shape) if sequences else shape,
        kernel=kernel[order],
        sequences=sequences,
        **weights,
    )
    if sequences:
        return Value(output, ((BATCH,), steps, units), (*steps, *units)), steps, units
    return Value(output, ((BATCH,), units), units), steps, units


def last_step(tracer: Tracer, x: Traced, axis: int, keep: bool) -> Value:
    """Return the last element along an axis, which has to be the slowest in memory."""
    value = tracer.materialize(x)
    axis %= len(value.axes)
    steps = value.axes[axis]
    if not steps:
        return value if keep else value.squeezed([axis])
    rest = value.stored[len(steps) :]
    if value.stored[: len(steps)] != steps:
        raise ThumbnetError("it takes a part of a tensor: only the last step of sequences can be")
    tensor, _ = tracer.arranged(value, [steps, rest])
    output = tracer.emit("last_step", [tensor], (size_of(rest),))
    axes = tuple(() if i == axis else a for i, a in enumerate(value.axes))
    result = replace(value, tensor=output, axes=axes, stored=rest)
    return result if keep else result.squeezed([axis])


def layer_normalization(
    tracer: Tracer, x: Traced, axes: Sequence[int], gamma: Array, beta: Array, epsilon: float
) -> Value:
    """Return x normalized over its last axis."""
    value = tracer.materialize(x)
    rank = len(value.axes)
    if {i % rank for i in axes} != {rank - 1}:
        raise ThumbnetError("it normalizes over several axes: only the last one is supported")
    last = value.axes[-1]
    groups = [axis for axis in value.axes[:-1] if axis and axis != (BATCH,)]
    tensor, order = tracer.arranged(value, [*groups, last])
    gamma, beta = (
        np.broadcast_to(np.asarray(v, np.float64).reshape(-1), (size_of(last),))
        for v in (gamma, beta)
    )
    output = tracer.emit(
        "layer_normalization",
        [tensor],
        tracer.shapes[tensor],
        gamma=gamma[order],
        beta=beta[order],
        epsilon=epsilon,
    )
    return Value(output, value.axes, value.stored)
