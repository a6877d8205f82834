"""What each operation of the float stages means, in NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..quantizer.curves import CURVES
from .float_layers import (
    add,
    average_pool,
    concatenate,
    conv,
    depthwise_conv,
    gru,
    max_pool,
    simple_rnn,
)

Floats = npt.NDArray[np.float64]


def scale_shift(x: Floats, *, scale: Floats, offset: Floats) -> Floats:
    """`x * scale + offset`: for all, per channel (the last axis), or per number of a sample."""
    rows = x.reshape(len(x), -1)
    scale, offset = (np.tile(v, rows.shape[1] // np.size(v)) for v in (scale, offset))
    return (rows * scale + offset).reshape(x.shape)


def dense(x: Floats, *, kernel: Floats, bias: Floats) -> Floats:
    """`x @ kernel + bias`; x (n, inputs), kernel (inputs, outputs)."""
    return x.reshape(len(x), -1) @ kernel + bias


def reshape(x: Floats) -> Floats:
    """One row a sample."""
    return x.reshape(len(x), -1)


def activation(x: Floats, *, function: str) -> Floats:
    """`CURVES[function]` of every element (softmax: of every row)."""
    return CURVES[function](x)


FLOAT_OPS: dict[str, Callable[..., Any]] = {
    "scale_shift": scale_shift,
    "dense": dense,
    "reshape": reshape,
    "activation": activation,
    "conv": conv,
    "depthwise_conv": depthwise_conv,
    "max_pool": max_pool,
    "average_pool": average_pool,
    "add": add,
    "concatenate": concatenate,
    "simple_rnn": simple_rnn,
    "gru": gru,
}
