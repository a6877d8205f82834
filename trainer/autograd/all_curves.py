"""All curves by the name of their activation."""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from . import curves, parametric_curves
from .parametric_curves import CurveFunction


class Curves(dict[str, CurveFunction]):
    """The curves by name; those with numbers in their name, such as `elu(0.5)`, are made."""

    def __missing__(self, name: str) -> CurveFunction:
        pair = parametric_curves.with_parameters(name)
        if pair is None:
            raise KeyError(name)
        return typed(pair[0])


def typed(function: CurveFunction) -> CurveFunction:
    """Return a function whose results have the dtype of its argument."""

    def curve(x: Array) -> Array:
        return np.asarray(function(x), dtype=x.dtype)

    return curve


_BASIC: tuple[CurveFunction, ...] = (
    *(curves.linear, curves.relu, curves.leaky_relu, curves.sigmoid, curves.tanh),
    *(curves.step, curves.sign, curves.softmax),
)

CURVES = Curves(
    {
        **{function.__name__: function for function in _BASIC},
        **{name: typed(curve) for name, (curve, _) in parametric_curves.PAIRS.items()},
    }
)
"""The curves by the name of their activation: float64 arrays to float64 arrays."""
