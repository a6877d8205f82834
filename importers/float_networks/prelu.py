"""PReLU: leaky relu with a slope for each channel."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import CURVES

from .tracer import Traced, Tracer

Array = npt.NDArray[Any]


def prelu(tracer: Tracer, x: Traced, slope: Array) -> Traced:
    """Return x where it is positive, slope * x elsewhere: slope * x + (1 - slope) * relu(x)."""
    slope = np.asarray(slope, np.float64)
    if slope.size and (slope == slope.reshape(-1)[0]).all():
        alpha = float(slope.reshape(-1)[0])
        return tracer.function(x, lambda v: np.where(v >= 0, v, alpha * v))
    value = tracer.materialize(x)
    zero = np.zeros((1,) * slope.ndim)
    positive = tracer.scaled(tracer.function(value, CURVES["relu"]), 1 - slope, zero)
    return tracer.arithmetic("+", tracer.scaled(value, slope, zero), positive)
