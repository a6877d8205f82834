"""Functions of one variable of quantized ONNX files, as tables equal to onnxruntime's.

onnxruntime computes each in float32: from the dequantized input, rounded as its own kernels round.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .boxes import Ints
from .onnx_arithmetic import LEVELS, F, Floats, Quantized, fused, quantized, reals

Curve = Callable[[Floats, Mapping[str, Any]], Floats]

_TANH = (
    (-2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-08),
    (1.48572235717979e-05, 6.37261928875436e-04, 4.89352455891786e-03),
    (1.19825839466702e-06, 1.18534705686654e-04, 2.26843463243900e-03, 4.89352518554385e-03),
)
_LOGISTIC = (
    (4.37031012579801e-11, 1.15627324459942e-07, 6.08574864600143e-05),
    (8.51377133304701e-03, 2.48287947061529e-01),
    (6.10247389755681e-13, 5.76102136993427e-09, 6.29106785017040e-06),
    (1.70198817374094e-03, 1.16817656904453e-01, 9.93151921023180e-01),
)


def table(curve: Curve, settings: Mapping[str, Any], x: Quantized, y: Quantized) -> Ints:
    """Return the level of a curve for each level."""
    return quantized(curve(reals(LEVELS, x), settings), y)


def _polynomial(x: Floats, coefficients: tuple[float, ...]) -> Floats:
    found = np.full(x.shape, F(coefficients[0]))
    for coefficient in coefficients[1:]:
        found = fused(found, x, F(coefficient))
    return np.asarray(found)


def tanh(x: Floats, _: Mapping[str, Any]) -> Floats:
    """Return the hyperbolic tangent: a quotient of polynomials of fused multiply-adds."""
    x = np.clip(x, F(-9), F(9))
    square = x * x
    above, below = _polynomial(square, _TANH[0] + _TANH[1]), _polynomial(square, _TANH[2])
    return np.asarray(above * x / below)


def sigmoid(x: Floats, _: Mapping[str, Any]) -> Floats:
    """Return the logistic function, in the same way."""
    x = np.clip(x, F(-18), F(18))
    square = x * x
    above = _polynomial(square, _LOGISTIC[0] + _LOGISTIC[1])
    below = _polynomial(square, _LOGISTIC[2] + _LOGISTIC[3])
    return np.asarray(np.clip(above * x / below + F(0.5), F(0), F(1)))


def relu(x: Floats, _: Mapping[str, Any]) -> Floats:
    """Return x, or 0 below 0."""
    return np.asarray(np.maximum(x, F(0)))


def clip(x: Floats, settings: Mapping[str, Any]) -> Floats:
    """Return x between two limits."""
    return np.asarray(np.clip(x, F(settings["min"]), F(settings["max"])))


def leaky_relu(x: Floats, settings: Mapping[str, Any]) -> Floats:
    """Return x, or alpha * x below 0."""
    return np.asarray(np.where(x >= 0, x, F(settings.get("alpha", 0.01)) * x))


def hard_sigmoid(x: Floats, settings: Mapping[str, Any]) -> Floats:
    """Return alpha * x + beta between 0 and 1."""
    alpha, beta = F(settings.get("alpha", 0.2)), F(settings.get("beta", 0.5))
    return np.asarray(np.clip(alpha * x + beta, F(0), F(1)))


def hard_swish(x: Floats, _: Mapping[str, Any]) -> Floats:
    """Return x * relu6(x + 3) / 6."""
    return np.asarray(x * hard_sigmoid(x, {"alpha": 1 / 6, "beta": 0.5}))


def absolute(x: Floats, _: Mapping[str, Any]) -> Floats:
    """Return |x|."""
    return np.asarray(np.abs(x))


def negative(x: Floats, _: Mapping[str, Any]) -> Floats:
    """Return -x."""
    return -x


CURVES: dict[str, Curve] = {
    "Abs": absolute,
    "Clip": clip,
    "HardSigmoid": hard_sigmoid,
    "HardSwish": hard_swish,
    "LeakyRelu": leaky_relu,
    "Neg": negative,
    "Relu": relu,
    "Sigmoid": sigmoid,
    "Tanh": tanh,
}
"""By the name of the operation."""
