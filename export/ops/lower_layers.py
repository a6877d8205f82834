"""What each layer of the trainer becomes in the float graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from ..graph.window import Window, whole

Attributes = dict[str, Any]
Steps = list[tuple[str, Attributes]]


def steps(layer: Any) -> Steps:
    """Return the operations of a built layer, in order; none for what only training needs.

    Raises
    ------
    ThumbnetError
        If there is no operation for such a layer.

    """
    kind = type(layer).__name__
    if kind not in _LOWERINGS:
        raise ThumbnetError(
            f"export: no operation for layer {layer.name!r} ({kind}): use one of "
            + ", ".join(sorted(_LOWERINGS))
        )
    return _LOWERINGS[kind](layer)


def _dense(layer: Any) -> Steps:
    return [("dense", _weights(layer, -1)), *_activation(layer)]


def _conv(layer: Any) -> Steps:
    return [("conv", {**_weights(layer, -1), "window": _window(layer)}), *_activation(layer)]


def _depthwise(layer: Any) -> Steps:
    attributes = {**_weights(layer, -1), "window": _window(layer)}
    return [("depthwise_conv", attributes), *_activation(layer)]


def _weights(layer: Any, outputs: int) -> Attributes:
    """Return the kernel as a matrix, a row for each product in memory's order, and the bias."""
    kernel = _real(layer.kernel)
    kernel = kernel.reshape(-1, kernel.shape[outputs])
    bias = _real(layer.bias) if layer.use_bias else np.zeros(kernel.shape[1])
    return {"kernel": kernel, "bias": bias}


def _real(variable: Any) -> npt.NDArray[np.float64]:
    return np.asarray(variable.numpy(), dtype=np.float64)


def _window(layer: Any) -> Window:
    """Return how the layer's window moves; a sequence (t, c) is an image of height 1."""
    (height, width, channels), (out_height, out_width, _) = (
        (1, *shape) if len(shape) == 2 else shape
        for shape in (layer.input_shape, layer.output_shape)
    )
    (top, _), (left, _) = layer.pads
    return Window(
        *(height, width, channels, *layer.window, *layer.strides, top, left, out_height, out_width)
    )


def _pool(op: str) -> Callable[[Any], Steps]:
    return lambda layer: [(op, {"window": _window(layer)})]


def _global_average(layer: Any) -> Steps:
    shape = layer.input_shape
    return [("average_pool", {"window": whole(*((1, *shape) if len(shape) == 2 else shape))})]


def _activation(layer: Any) -> Steps:
    if layer.activation == "linear":
        return []
    return [("activation", {"function": layer.activation})]


def _batch_normalization(layer: Any) -> Steps:
    scale = _real(layer.gamma) / np.sqrt(_real(layer.moving_variance) + layer.epsilon)
    offset = _real(layer.beta) - _real(layer.moving_mean) * scale
    return [("scale_shift", {"scale": scale, "offset": offset})]


def _scale_shift(layer: Any) -> Steps:
    scale = np.asarray(layer.scale, dtype=np.float64)
    offset = np.asarray(layer.offset, dtype=np.float64)
    return [("scale_shift", {"scale": scale, "offset": offset})]


def _recurrent(op: str) -> Callable[[Any], Steps]:
    def lowering(layer: Any) -> Steps:
        times, _ = layer.input_shape
        attributes = {
            "kernel": _real(layer.kernel),
            "recurrent_kernel": _real(layer.recurrent_kernel),
            "bias": _real(layer.bias) if layer.bias is not None else None,
            "function": layer.activation,
            "steps": times,
            "units": layer.units,
            "sequences": layer.return_sequences,
        }
        units = attributes["recurrent_kernel"].shape[1]
        if attributes["bias"] is None:
            attributes["bias"] = np.zeros(units)
        return [(op, attributes)]

    return lowering


_LOWERINGS: dict[str, Callable[[Any], Steps]] = {
    "Activation": _activation,
    "Add": lambda layer: [("add", {})],
    "AveragePooling1D": _pool("average_pool"),
    "AveragePooling2D": _pool("average_pool"),
    "BatchNormalization": _batch_normalization,
    "Concatenate": lambda layer: [("concatenate", {})],
    "Conv1D": _conv,
    "Conv2D": _conv,
    "Dense": _dense,
    "DepthwiseConv1D": _depthwise,
    "DepthwiseConv2D": _depthwise,
    "Dropout": lambda layer: [],
    "Flatten": lambda layer: [("reshape", {})],
    "GRU": _recurrent("gru"),
    "GlobalAveragePooling1D": _global_average,
    "GlobalAveragePooling2D": _global_average,
    "MaxPooling1D": _pool("max_pool"),
    "MaxPooling2D": _pool("max_pool"),
    "Normalization": _scale_shift,
    "RandomShift": lambda layer: [],
    "Rescaling": _scale_shift,
    "SimpleRNN": _recurrent("simple_rnn"),
}
