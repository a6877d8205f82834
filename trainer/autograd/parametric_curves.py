"""Curves that networks trained elsewhere use, each with its derivative.

Some have numbers in their name: `leaky_relu(0.2)`, `elu(0.5)`, `clip(0,6)`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import numpy as np

from ..arrays import Array
from .curves import logistic

CurveFunction = Callable[[Array], Array]
Pair = tuple[CurveFunction, CurveFunction]

_NAME = re.compile(r"([a-z_]{1,20})\(([-+.e\d]{1,25})(?:,([-+.e\d]{1,25}))?\)")
_SELU = (1.0507009873554805, 1.6732632423543772)
_ERFC = (
    *(-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806),
    *(0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277),
)
"""Chebyshev's coefficients of erfc; relative error below 1.2e-7 (Press et al., 1992)."""


def erfc(x: Array) -> Array:
    """Return 1 - erf(x), to seven digits everywhere."""
    z = np.abs(x)
    t = 1 / (1 + z / 2)
    total = np.zeros_like(t)
    for coefficient in reversed(_ERFC):
        total = total * t + x.dtype.type(coefficient)
    upper = t * np.exp(total - z * z)
    return np.asarray(np.where(x >= 0, upper, 2 - upper))


def _elu(alpha: float, scale: float = 1.0) -> Pair:
    return (
        lambda x: scale * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))),
        lambda x: scale * np.where(x > 0, 1, alpha * np.exp(np.minimum(x, 0))),
    )


def _leaky(alpha: float) -> Pair:
    return (
        lambda x: np.where(x >= 0, x, alpha * x),
        lambda x: np.where(x > 0, 1.0, alpha),
    )


def _clip(low: float, high: float) -> Pair:
    return lambda x: np.clip(x, low, high), lambda x: ((x > low) & (x < high)).astype(x.dtype)


def _gelu(x: Array) -> Array:
    return np.asarray(0.5 * x * erfc(-x * math.sqrt(0.5)))


def _gelu_slope(x: Array) -> Array:
    density = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    return np.asarray(0.5 * erfc(-x * math.sqrt(0.5)) + x * density)


def _inner(x: Array) -> Array:
    return np.asarray(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))


def _gelu_tanh_slope(x: Array) -> Array:
    t = np.tanh(_inner(x))
    inner_slope = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x * x)
    return np.asarray(0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner_slope)


def _softplus(x: Array) -> Array:
    return np.asarray(np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))))


def _mish_slope(x: Array) -> Array:
    t = np.tanh(_softplus(x))
    return np.asarray(t + x * (1 - t * t) * logistic(x))


PAIRS: dict[str, Pair] = {
    "relu6": _clip(0.0, 6.0),
    "elu": _elu(1.0),
    "selu": _elu(_SELU[1], _SELU[0]),
    "gelu": (_gelu, _gelu_slope),
    "gelu_tanh": (lambda x: 0.5 * x * (1 + np.tanh(_inner(x))), _gelu_tanh_slope),
    "silu": (
        lambda x: x * logistic(x),
        lambda x: logistic(x) * (1 + x * (1 - logistic(x))),
    ),
    "mish": (lambda x: x * np.tanh(_softplus(x)), _mish_slope),
    "softplus": (_softplus, logistic),
    "softsign": (lambda x: x / (1 + np.abs(x)), lambda x: 1 / np.square(1 + np.abs(x))),
    "hard_sigmoid": (
        lambda x: np.clip(x / 6 + 0.5, 0, 1),
        lambda x: np.where(np.abs(x) < 3, 1 / 6, 0.0),
    ),
    "hard_swish": (
        lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
        lambda x: np.where(np.abs(x) < 3, x / 3 + 0.5, np.where(x > 0, 1.0, 0.0)),
    ),
    "absolute": (np.abs, np.sign),
}
"""By the name of the activation: its curve, and the derivative of that."""


def with_parameters(name: str) -> Pair | None:
    """Make a curve whose name has numbers.

    Parameters
    ----------
    name : str
        `leaky_relu(ALPHA)`, `elu(ALPHA)` or `clip(LOW,HIGH)`.

    Returns
    -------
    tuple of callable, or None
        The curve and its derivative; None if the name is none of these.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        numbers = [float(text) for text in found.groups()[1:] if text is not None]
    except ValueError:
        return None
    if not all(abs(number) <= 1e6 for number in numbers):
        return None
    if found[1] == "clip" and len(numbers) == 2 and numbers[0] < numbers[1]:
        return _clip(*numbers)
    if len(numbers) == 1 and found[1] in ("leaky_relu", "elu"):
        return _leaky(*numbers) if found[1] == "leaky_relu" else _elu(*numbers)
    return None
