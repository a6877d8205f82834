"""ONNX's functions of every element, as functions of NumPy arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from thumbnet.trainer import CURVES as TRAINER_CURVES
from thumbnet.trainer import ThumbnetError

from ..onnx_files.read_onnx import OnnxNode
from .onnx_settings import constant
from .prelu import prelu

Take = Callable[[Any, OnnxNode, Sequence[Any]], list[Any]]


def _function(make: Callable[[OnnxNode, Sequence[Any]], Callable[[Any], Any]]) -> Take:
    """Return the translation of an operation whose settings make a function."""

    def take(c: Any, node: OnnxNode, inputs: Sequence[Any]) -> list[Any]:
        return [c.tracer.function(inputs[0], make(node, inputs))]

    return take


def _plain(function: Callable[[Any], Any]) -> Take:
    return _function(lambda node, inputs: function)


def _named(name: str) -> Take:
    return _plain(TRAINER_CURVES[name])


def _erf(x: Any) -> Any:
    return np.vectorize(math.erf, otypes=[float])(x)


def _number(node: OnnxNode, name: str, default: float) -> float:
    return float(node.attributes.get(name, default))


def _leaky(node: OnnxNode, inputs: Sequence[Any]) -> Callable[[Any], Any]:
    alpha = _number(node, "alpha", 0.01)
    return lambda x: np.where(x >= 0, x, alpha * x)


def _elu(node: OnnxNode, inputs: Sequence[Any]) -> Callable[[Any], Any]:
    alpha = _number(node, "alpha", 1.0)
    return lambda x: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def _selu(node: OnnxNode, inputs: Sequence[Any]) -> Callable[[Any], Any]:
    gamma, alpha = _number(node, "gamma", 1.0507010221), _number(node, "alpha", 1.6732631922)
    return lambda x: gamma * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def _celu(node: OnnxNode, inputs: Sequence[Any]) -> Callable[[Any], Any]:
    alpha = _number(node, "alpha", 1.0)
    return lambda x: np.maximum(x, 0) + np.minimum(0, alpha * np.expm1(np.minimum(x, 0) / alpha))


def _hard_sigmoid(c: Any, node: OnnxNode, inputs: Sequence[Any]) -> list[Any]:
    """Return a line and a clip: with PyTorch's numbers they are `hard_sigmoid`."""
    alpha, beta = (np.array(_number(node, *a)) for a in (("alpha", 0.2), ("beta", 0.5)))
    line = c.tracer.arithmetic("+", c.tracer.arithmetic("*", inputs[0], alpha), beta)
    return [c.tracer.function(line, lambda x: np.clip(x, 0, 1))]


def _gelu(node: OnnxNode, inputs: Sequence[Any]) -> Callable[[Any], Any]:
    tanh = node.attributes.get("approximate", "none") == "tanh"
    return TRAINER_CURVES["gelu_tanh" if tanh else "gelu"]


def _clip(node: OnnxNode, inputs: Sequence[Any]) -> Callable[[Any], Any]:
    low, high = _number(node, "min", -np.inf), _number(node, "max", np.inf)
    if len(inputs) > 1 and inputs[1] is not None:
        low = float(constant(inputs, 1, "limits").reshape(-1)[0])
    if len(inputs) > 2 and inputs[2] is not None:
        high = float(constant(inputs, 2, "limits").reshape(-1)[0])
    return lambda x: np.clip(x, low, high)


def _with_number(function: Callable[[Any, Any], Any]) -> Take:
    """Return the translation of Max, Min and Pow with one number."""

    def take(c: Any, node: OnnxNode, inputs: Sequence[Any]) -> list[Any]:
        tensors = [x for x in inputs if not isinstance(x, np.ndarray)]
        numbers = [x for x in inputs if isinstance(x, np.ndarray)]
        ordered = node.op != "Pow" or not isinstance(inputs[0], np.ndarray)
        if len(tensors) != 1 or len(numbers) != 1 or numbers[0].size != 1 or not ordered:
            raise ThumbnetError("combines two tensors: only a tensor and one number are supported")
        number = float(numbers[0].reshape(-1)[0])
        return [c.tracer.function(tensors[0], lambda x: function(x, number))]

    return take


def _prelu(c: Any, node: OnnxNode, inputs: Sequence[Any]) -> list[Any]:
    return [prelu(c.tracer, inputs[0], constant(inputs, 1, "slope"))]


CURVES: dict[str, Take] = {
    "Relu": _named("relu"),
    "Sigmoid": _named("sigmoid"),
    "Tanh": _named("tanh"),
    "Softplus": _named("softplus"),
    "Softsign": _named("softsign"),
    "Mish": _named("mish"),
    "HardSwish": _named("hard_swish"),
    "Swish": _named("silu"),
    "Abs": _plain(np.abs),
    "Neg": _plain(np.negative),
    "Exp": _plain(np.exp),
    "Log": _plain(np.log),
    "Sqrt": _plain(np.sqrt),
    "Reciprocal": _plain(np.reciprocal),
    "Erf": _plain(_erf),
    "LeakyRelu": _function(_leaky),
    "Elu": _function(_elu),
    "Selu": _function(_selu),
    "Celu": _function(_celu),
    "HardSigmoid": _hard_sigmoid,
    "Gelu": _function(_gelu),
    "Clip": _function(_clip),
    "Max": _with_number(np.maximum),
    "Min": _with_number(np.minimum),
    "Pow": _with_number(np.power),
    "PRelu": _prelu,
}
"""By the name of the operation."""
