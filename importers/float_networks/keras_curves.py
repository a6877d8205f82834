"""Keras's activations, by name and as layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import CURVES, ThumbnetError

from .computing import softmax
from .prelu import prelu
from .tracer import Traced, Tracer

Array = npt.NDArray[Any]
Function = Callable[[Any], Any]

_SAME_NAME = (
    *("relu", "relu6", "sigmoid", "tanh", "elu", "selu", "softplus", "softsign", "mish"),
    *("silu", "hard_sigmoid"),
)
_FUNCTIONS: dict[str, Function] = {
    **{name: CURVES[name] for name in _SAME_NAME},
    "swish": CURVES["silu"],
    "gelu": CURVES["gelu"],
    "hard_silu": CURVES["hard_swish"],
    "hard_swish": CURVES["hard_swish"],
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "leaky_relu": lambda x: np.where(x >= 0, x, 0.2 * x),
}


def activated(tracer: Tracer, settings: dict[str, Any], x: Traced) -> Traced:
    """Return x after the activation that a layer has."""
    return named(tracer, settings.get("activation"), x, int(settings["keras_version"]))


def named(tracer: Tracer, activation: Any, x: Traced, version: int) -> Traced:
    """Return x after an activation, given by its name or as Keras writes its functions."""
    if isinstance(activation, dict):
        found = activation.get("config")
        known = str(activation.get("module") or "").startswith("keras")
        if activation.get("class_name") == "__lambda__" or not isinstance(found, str) or not known:
            raise ThumbnetError("has an activation of its own: use one of Keras's, by name")
        activation = found
    if activation in (None, "linear"):
        return x
    if activation == "softmax":
        return softmax(tracer, x, -1)
    if activation == "hard_sigmoid" and version < 3:
        line = tracer.arithmetic("*", x, np.array(0.2))
        line = tracer.arithmetic("+", line, np.array(0.5))
        return tracer.function(line, lambda v: np.clip(v, 0, 1))
    if activation not in _FUNCTIONS:
        raise ThumbnetError(
            f"has the activation {str(activation)[:40]!r}: use one of {', '.join(_FUNCTIONS)}"
        )
    return tracer.function(x, _FUNCTIONS[activation])


def _activation(
    tracer: Tracer, s: dict[str, Any], w: Sequence[Array], inputs: Sequence[Traced]
) -> Traced:
    return activated(tracer, s, inputs[0])


def _relu(
    tracer: Tracer, s: dict[str, Any], w: Sequence[Array], inputs: Sequence[Traced]
) -> Traced:
    most = np.inf if s.get("max_value") is None else float(s["max_value"])
    slope, threshold = float(s.get("negative_slope") or 0), float(s.get("threshold") or 0)

    def function(x: Any) -> Any:
        return np.where(x >= threshold, np.minimum(x, most), slope * (x - threshold))

    return tracer.function(inputs[0], function)


def _leaky(
    tracer: Tracer, s: dict[str, Any], w: Sequence[Array], inputs: Sequence[Traced]
) -> Traced:
    alpha = float(s["negative_slope"] if "negative_slope" in s else s.get("alpha", 0.3))
    return tracer.function(inputs[0], lambda x: np.where(x >= 0, x, alpha * x))


def _elu(tracer: Tracer, s: dict[str, Any], w: Sequence[Array], inputs: Sequence[Traced]) -> Traced:
    alpha = float(s.get("alpha", 1.0))
    return tracer.function(
        inputs[0], lambda x: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))
    )


def _prelu(
    tracer: Tracer, s: dict[str, Any], w: Sequence[Array], inputs: Sequence[Traced]
) -> Traced:
    return prelu(tracer, inputs[0], w[0])


CURVE_LAYERS = {
    "Activation": _activation,
    "ReLU": _relu,
    "LeakyReLU": _leaky,
    "ELU": _elu,
    "PReLU": _prelu,
}
"""By class."""
