"""The layers of Keras: what each becomes in the float graph."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from .computing import concatenated, dense, reduced, softmax
from .keras_curves import CURVE_LAYERS, activated
from .keras_settings import Settings, channel_of, pads_of, pair_of, spatial_sizes
from .sequences import layer_normalization, recurrent
from .tracer import Traced, Tracer
from .windows import convolution, padded, pool

Array = npt.NDArray[Any]
Weights = Sequence[Array]
Take = Callable[[Tracer, Settings, Weights, Sequence[Traced]], Traced]


def _bias(settings: Settings, weights: Weights, place: int) -> Array | None:
    return weights[place] if settings.get("use_bias", True) else None


def _convolved(
    tracer: Tracer, s: Settings, x: Traced, kernel: Array, bias: Array | None, groups: int
) -> Traced:
    """Return a convolution with the settings of a layer, without its activation."""
    rank = kernel.ndim - 2
    strides, dilations = (pair_of(s.get(name, 1), rank) for name in ("strides", "dilation_rate"))
    window = [(k - 1) * d + 1 for k, d in zip(kernel.shape[:rank], dilations, strict=True)]
    pads = pads_of(s["padding"], spatial_sizes(tracer, x, s), window, strides)
    return convolution(
        tracer,
        x,
        kernel,
        bias,
        strides,
        pads,
        channel=channel_of(s),
        dilations=dilations,
        groups=groups,
    )


def _conv(rank: int) -> Take:
    def take(tracer: Tracer, s: Settings, w: Weights, inputs: Sequence[Traced]) -> Traced:
        _check_rank(w[0], rank + 2)
        groups = int(s.get("groups", 1))
        y = _convolved(tracer, s, inputs[0], w[0], _bias(s, w, 1), groups)
        return activated(tracer, s, y)

    return take


def _by_channel(kernel: Array) -> Array:
    """Return a depthwise kernel (*window, channels, multiplier) in the layout of groups."""
    return kernel.reshape(*kernel.shape[:-2], 1, -1)


def _depthwise(rank: int) -> Take:
    def take(tracer: Tracer, s: Settings, w: Weights, inputs: Sequence[Traced]) -> Traced:
        _check_rank(w[0], rank + 2)
        y = _convolved(tracer, s, inputs[0], _by_channel(w[0]), _bias(s, w, 1), w[0].shape[-2])
        return activated(tracer, s, y)

    return take


def _separable(rank: int) -> Take:
    def take(tracer: Tracer, s: Settings, w: Weights, inputs: Sequence[Traced]) -> Traced:
        _check_rank(w[0], rank + 2)
        y = _convolved(tracer, s, inputs[0], _by_channel(w[0]), None, w[0].shape[-2])
        plain = {**s, "strides": 1, "dilation_rate": 1, "padding": "valid"}
        return activated(tracer, s, _convolved(tracer, plain, y, w[1], _bias(s, w, 2), 1))

    return take


def _check_rank(kernel: Array, rank: int) -> None:
    if kernel.ndim != rank:
        raise ThumbnetError(f"has weights of shape {kernel.shape}: save the model again")


def _dense(tracer: Tracer, s: Settings, w: Weights, inputs: Sequence[Traced]) -> Traced:
    _check_rank(w[0], 2)
    return activated(tracer, s, dense(tracer, inputs[0], w[0], _bias(s, w, 1)))


def _pool(rank: int, kind: str) -> Take:
    def take(tracer: Tracer, s: Settings, w: Weights, inputs: Sequence[Traced]) -> Traced:
        window = pair_of(s["pool_size"], rank)
        strides = pair_of(s["strides"] or window, rank)
        pads = pads_of(s["padding"], spatial_sizes(tracer, inputs[0], s), window, strides)
        return pool(tracer, inputs[0], kind, window, strides, pads, channel=channel_of(s))

    return take


def _global(kind: str) -> Take:
    def take(tracer: Tracer, s: Settings, w: Weights, inputs: Sequence[Traced]) -> Traced:
        x = tracer.materialize(inputs[0])
        channel = channel_of(s) % len(x.axes)
        axes = [i for i in range(1, len(x.axes)) if i != channel]
        return reduced(tracer, x, kind, axes, bool(s.get("keepdims", False)))

    return take


def _batch_normalization(
    tracer: Tracer, s: Settings, w: Weights, inputs: Sequence[Traced]
) -> Traced:
    arrays = [np.asarray(a, np.float64) for a in w]
    gamma = arrays.pop(0) if s.get("scale", True) else np.ones_like(arrays[-1])
    beta = arrays.pop(0) if s.get("center", True) else np.zeros_like(arrays[-1])
    mean, variance = arrays
    scale = gamma / np.sqrt(variance + float(s["epsilon"]))
    return _along(tracer, inputs[0], s.get("axis", -1), scale, beta - scale * mean)


def _along(tracer: Tracer, x: Traced, axis: Any, scale: Array, offset: Array) -> Traced:
    """Return x * scale + offset with numbers for the elements of an axis."""
    value = tracer.materialize(x)
    place = int(axis[0] if isinstance(axis, list) else axis) % len(value.axes)
    shape = [1] * len(value.axes)
    shape[place] = -1
    return tracer.scaled(value, scale.reshape(shape), offset.reshape(shape))


def _normalization(tracer: Tracer, s: Settings, w: Weights, inputs: Sequence[Traced]) -> Traced:
    if s.get("invert"):
        raise ThumbnetError("inverts: use a Normalization that does not")
    if len(w) >= 2:
        mean, variance = (np.asarray(a, np.float64).reshape(-1) for a in w[:2])
    else:
        mean, variance = (
            np.asarray(s[name], np.float64).reshape(-1) for name in ("mean", "variance")
        )
    std = np.maximum(np.sqrt(variance), 1e-7)
    axis = s.get("axis", -1)
    return _along(tracer, inputs[0], -1 if axis in (None, [], ()) else axis, 1 / std, -mean / std)


def _rescaling(tracer: Tracer, s: Settings, w: Weights, inputs: Sequence[Traced]) -> Traced:
    scale, offset = (np.asarray(s[name], np.float64) for name in ("scale", "offset"))
    return tracer.scaled(inputs[0], scale, offset)


def _layer_normalization(
    tracer: Tracer, s: Settings, w: Weights, inputs: Sequence[Traced]
) -> Traced:
    if s.get("rms_scaling"):
        raise ThumbnetError("is RMS normalization: use LayerNormalization without rms_scaling")
    arrays = list(w)
    gamma = arrays.pop(0) if s.get("scale", True) else np.ones(1)
    beta = arrays.pop(0) if s.get("center", True) else np.zeros(1)
    axis = s.get("axis", -1)
    axes = axis if isinstance(axis, list) else [axis]
    return layer_normalization(tracer, inputs[0], axes, gamma, beta, float(s["epsilon"]))


def _same(tracer: Tracer, s: Settings, w: Weights, inputs: Sequence[Traced]) -> Traced:
    return inputs[0]


def _flatten(tracer: Tracer, s: Settings, w: Weights, inputs: Sequence[Traced]) -> Traced:
    value = tracer.materialize(inputs[0])
    if channel_of(s) == 1 and len(value.axes) > 2:  # Keras moves the channels to the end
        value = value.transposed([0, *range(2, len(value.axes)), 1])
    return value.reshaped([1, math.prod(value.shape)])


def _reshape(tracer: Tracer, s: Settings, w: Weights, inputs: Sequence[Traced]) -> Traced:
    return tracer.materialize(inputs[0]).reshaped([1, *s["target_shape"]])


def _permute(tracer: Tracer, s: Settings, w: Weights, inputs: Sequence[Traced]) -> Traced:
    return tracer.materialize(inputs[0]).transposed([0, *s["dims"]])


def _zero_padding(tracer: Tracer, s: Settings, w: Weights, inputs: Sequence[Traced]) -> Traced:
    value = tracer.materialize(inputs[0])
    given = s["padding"]
    pairs = [given] if not isinstance(given[0], list) else given
    pairs = [(int(a), int(b)) for a, b in pairs]
    amounts = [(0, 0), *pairs, (0, 0)] if channel_of(s) == -1 else [(0, 0), (0, 0), *pairs]
    return padded(tracer, value, amounts, channel_of(s))


def _merge(op: str) -> Take:
    def take(tracer: Tracer, s: Settings, w: Weights, inputs: Sequence[Traced]) -> Traced:
        operands: list[Any] = list(inputs)
        numbers = s.get("numbers", ())
        if len(operands) == 1 and len(numbers) == 2:  # x * 2, as an operation of Keras
            operands = [operands[0] if n is None else np.asarray(n, np.float64) for n in numbers]
        result = operands[0]
        for other in operands[1:]:
            result = tracer.arithmetic(op, result, other)
        return result  # type: ignore[no-any-return]

    return take


def _average(tracer: Tracer, s: Settings, w: Weights, inputs: Sequence[Traced]) -> Traced:
    total = _merge("+")(tracer, {}, (), inputs)
    return tracer.scaled(total, np.array(1 / len(inputs)), np.array(0.0))


def _concatenate(tracer: Tracer, s: Settings, w: Weights, inputs: Sequence[Traced]) -> Traced:
    return concatenated(tracer, inputs, int(s.get("axis", -1)))


def _softmax(tracer: Tracer, s: Settings, w: Weights, inputs: Sequence[Traced]) -> Traced:
    return softmax(tracer, inputs[0], int(s.get("axis", -1)))


def _recurrent(op: str, gates: int) -> Take:
    def take(tracer: Tracer, s: Settings, w: Weights, inputs: Sequence[Traced]) -> Traced:
        for name in ("go_backwards", "stateful", "return_state"):
            if s.get(name):
                raise ThumbnetError(f"has {name}=True: use a layer without")
        if op == "gru" and not s.get("reset_after", True):
            raise ThumbnetError("has reset_after=False: use a GRU with reset_after=True")
        function = s.get("activation", "tanh")
        if op != "simple_rnn" and (function, s.get("recurrent_activation")) != ("tanh", "sigmoid"):
            raise ThumbnetError("has other activations: tanh and sigmoid are supported")
        settings = {"function": str(function)} if op == "simple_rnn" else {}
        width = gates * int(s["units"])
        bias = w[2] if s.get("use_bias", True) else np.zeros((2, width) if op == "gru" else width)
        value, _, _ = recurrent(
            tracer,
            inputs[0],
            op,
            1,
            bool(s["return_sequences"]),
            units=int(s["units"]),
            kernel=w[0],
            recurrent_kernel=w[1],
            bias=np.asarray(bias, np.float64),
            **settings,
        )
        return value

    return take


_DROPPED = (
    *("Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianNoise", "GaussianDropout"),
    *("ActivityRegularization", "AlphaDropout", "InputLayer", "RandomFlip", "RandomRotation"),
    *("RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness", "Identity"),
)
"""Layers that do nothing in prediction."""

LAYERS: dict[str, Take] = {
    **dict.fromkeys(_DROPPED, _same),
    **CURVE_LAYERS,
    "Conv1D": _conv(1),
    "Conv2D": _conv(2),
    "DepthwiseConv1D": _depthwise(1),
    "DepthwiseConv2D": _depthwise(2),
    "SeparableConv1D": _separable(1),
    "SeparableConv2D": _separable(2),
    "Dense": _dense,
    "MaxPooling1D": _pool(1, "max_pool"),
    "MaxPooling2D": _pool(2, "max_pool"),
    "AveragePooling1D": _pool(1, "average_pool"),
    "AveragePooling2D": _pool(2, "average_pool"),
    "GlobalAveragePooling1D": _global("average_pool"),
    "GlobalAveragePooling2D": _global("average_pool"),
    "GlobalMaxPooling1D": _global("max_pool"),
    "GlobalMaxPooling2D": _global("max_pool"),
    "BatchNormalization": _batch_normalization,
    "Normalization": _normalization,
    "LayerNormalization": _layer_normalization,
    "Rescaling": _rescaling,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Permute": _permute,
    "ZeroPadding1D": _zero_padding,
    "ZeroPadding2D": _zero_padding,
    "Add": _merge("+"),
    "Subtract": _merge("-"),
    "Multiply": _merge("*"),
    "Divide": _merge("/"),
    "TrueDivide": _merge("/"),
    "Average": _average,
    "Concatenate": _concatenate,
    "Softmax": _softmax,
    "GRU": _recurrent("gru", 3),
    "SimpleRNN": _recurrent("simple_rnn", 1),
    "LSTM": _recurrent("lstm", 4),
}
"""By class: reads settings, weights and inputs, and returns the output."""
