"""The operators of TensorFlow Lite in floats: what each becomes in the float graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import CURVES, ThumbnetError

from .computing import concatenated, dense, reduced, softmax
from .float_graph import Pads
from .onnx_settings import constant
from .prelu import prelu
from .sequences import last_step
from .tflite_constants import Options, strided
from .tflite_recurrent import sequence_lstm
from .tracer import Traced, Tracer
from .values import BATCH
from .windows import convolution, padded, pool

Array = npt.NDArray[Any]
Take = Callable[[Tracer, Options, Sequence[Any]], Any]

_FUSED: dict[str, Callable[[Any], Any]] = {
    "RELU": CURVES["relu"],
    "RELU6": CURVES["relu6"],
    "RELU_N1_TO_1": lambda x: np.clip(x, -1, 1),
    "TANH": CURVES["tanh"],
}


def _fused(tracer: Tracer, options: Options, x: Traced) -> Traced:
    """Return x after the activation that an operator has."""
    name = options.get("fused_activation_function", "NONE")
    if name == "NONE":
        return x
    if name not in _FUSED:
        raise ThumbnetError(f"has the activation {name}: use one of {', '.join(_FUSED)}")
    return tracer.function(x, _FUSED[name])


def _steps(options: Options, *names: str) -> list[int]:
    numbers = [int(options.get(f"{name}_{side}", 1)) for name in names for side in ("h", "w")]
    if not all(1 <= n <= 2**12 for n in numbers):
        raise ThumbnetError(f"has strides {numbers}: they have to be positive")
    return numbers


def _window(
    tracer: Tracer, options: Options, x: Traced, window: Sequence[int], dilations: Sequence[int]
) -> tuple[list[int], Pads]:
    """Return strides and padding."""
    shape = tracer.materialize(x).shape
    if len(shape) != 4:
        raise ThumbnetError(f"its input has shape {shape}: images are supported")
    strides = _steps(options, "stride")
    if options.get("padding") != "SAME":
        return strides, ((0, 0), (0, 0))
    pads = []
    for n, k, s, d in zip(shape[1:3], window, strides, dilations, strict=True):
        total = max((-(-n // s) - 1) * s + (k - 1) * d + 1 - n, 0)
        pads.append((total // 2, total - total // 2))
    return strides, tuple(pads)


def _dilations(options: Options) -> list[int]:
    numbers = [int(options.get(f"dilation_{side}_factor", 1)) for side in ("h", "w")]
    if not all(1 <= n <= 2**12 for n in numbers):
        raise ThumbnetError(f"has dilations {numbers}: they have to be positive")
    return numbers


def _bias(inputs: Sequence[Any]) -> Array | None:
    return constant(inputs, 2, "bias") if len(inputs) > 2 and inputs[2] is not None else None


def _conv(tracer: Tracer, options: Options, inputs: Sequence[Any]) -> Any:
    kernel = constant(inputs, 1, "weights").transpose(1, 2, 3, 0)
    channels = tracer.materialize(inputs[0]).shape[3]
    groups = channels // kernel.shape[2] if channels % kernel.shape[2] == 0 else 1
    return _convolution(tracer, options, inputs, kernel, groups)


def _depthwise(tracer: Tracer, options: Options, inputs: Sequence[Any]) -> Any:
    kernel = constant(inputs, 1, "weights").transpose(1, 2, 0, 3)
    return _convolution(tracer, options, inputs, kernel, tracer.materialize(inputs[0]).shape[3])


def _convolution(
    tracer: Tracer, options: Options, inputs: Sequence[Any], kernel: Any, groups: int
) -> Any:
    dilations = _dilations(options)
    strides, pads = _window(tracer, options, inputs[0], kernel.shape[:2], dilations)
    y = convolution(
        tracer,
        inputs[0],
        kernel,
        _bias(inputs),
        strides,
        pads,
        channel=3,
        dilations=dilations,
        groups=groups,
    )
    return _fused(tracer, options, y)


def _fully_connected(tracer: Tracer, options: Options, inputs: Sequence[Any]) -> Any:
    if options.get("weights_format", "DEFAULT") != "DEFAULT":
        raise ThumbnetError("has shuffled weights: convert the network again")
    x, kernel = tracer.materialize(inputs[0]), constant(inputs, 1, "weights").T
    if not options.get("keep_num_dims") and len(x.axes) != 2:
        x = x.reshaped([-1, kernel.shape[0]])
    return _fused(tracer, options, dense(tracer, x, kernel, _bias(inputs)))


def _matmul(tracer: Tracer, options: Options, inputs: Sequence[Any]) -> Any:
    kernel = constant(inputs, 1, "second operand")
    if options.get("adj_x") or kernel.ndim != 2:
        raise ThumbnetError("multiplies two tensors: multiply by a matrix of weights")
    return dense(tracer, inputs[0], kernel.T if options.get("adj_y") else kernel, None)


def _pool(kind: str) -> Take:
    def take(tracer: Tracer, options: Options, inputs: Sequence[Any]) -> Any:
        window = [int(options["filter_height"]), int(options["filter_width"])]
        strides, pads = _window(tracer, options, inputs[0], window, (1, 1))
        y = pool(tracer, inputs[0], kind, window, strides, pads, channel=3)
        return _fused(tracer, options, y)

    return take


def _reduce(kind: str) -> Take:
    def take(tracer: Tracer, options: Options, inputs: Sequence[Any]) -> Any:
        axes = [int(n) for n in constant(inputs, 1, "axes").reshape(-1)]
        return reduced(tracer, inputs[0], kind, axes, bool(options.get("keep_dims")))

    return take


def _arithmetic(op: str) -> Take:
    def take(tracer: Tracer, options: Options, inputs: Sequence[Any]) -> Any:
        return _fused(tracer, options, tracer.arithmetic(op, *inputs))

    return take


def _function(name: str) -> Take:
    return lambda tracer, options, inputs: tracer.function(inputs[0], CURVES[name])


def _plain(function: Callable[[Any], Any]) -> Take:
    return lambda tracer, options, inputs: tracer.function(inputs[0], function)


def _leaky(tracer: Tracer, options: Options, inputs: Sequence[Any]) -> Any:
    alpha = float(options.get("alpha", 0.0))
    return tracer.function(inputs[0], lambda x: np.where(x >= 0, x, alpha * x))


def _gelu(tracer: Tracer, options: Options, inputs: Sequence[Any]) -> Any:
    name = "gelu_tanh" if options.get("approximate") else "gelu"
    return tracer.function(inputs[0], CURVES[name])


def _prelu(tracer: Tracer, options: Options, inputs: Sequence[Any]) -> Any:
    return prelu(tracer, inputs[0], constant(inputs, 1, "slope"))


def _with_number(function: Callable[[Any, Any], Any]) -> Take:
    def take(tracer: Tracer, options: Options, inputs: Sequence[Any]) -> Any:
        x, number = inputs
        if isinstance(x, np.ndarray):
            x, number = number, x
        if not isinstance(number, np.ndarray) or number.size != 1:
            raise ThumbnetError("combines two tensors: only a tensor and one number are supported")
        limit = float(number.reshape(-1)[0])
        return tracer.function(x, lambda v: function(v, limit))

    return take


def _softmax(tracer: Tracer, options: Options, inputs: Sequence[Any]) -> Any:
    x, beta = inputs[0], float(options.get("beta", 1.0))
    if beta != 1:
        x = tracer.arithmetic("*", x, np.array(beta))
    return softmax(tracer, x, -1)


def _concatenation(tracer: Tracer, options: Options, inputs: Sequence[Any]) -> Any:
    if any(isinstance(x, np.ndarray) for x in inputs):
        raise ThumbnetError("joins a tensor and a constant: convert the network without")
    return _fused(tracer, options, concatenated(tracer, inputs, int(options.get("axis", 0))))


def _pad(tracer: Tracer, options: Options, inputs: Sequence[Any]) -> Any:
    amounts = [(int(a), int(b)) for a, b in constant(inputs, 1, "padding").reshape(-1, 2)]
    if len(inputs) > 2 and inputs[2] is not None and np.any(constant(inputs, 2, "value")):
        raise ThumbnetError("pads with something else than zeros: pad with zeros")
    return padded(tracer, inputs[0], amounts, -1)


def _reshape(tracer: Tracer, options: Options, inputs: Sequence[Any]) -> Any:
    if len(inputs) > 1:
        target = constant(inputs, 1, "shape").reshape(-1).tolist()
    else:
        target = list(options["new_shape"])
    return tracer.materialize(inputs[0]).reshaped(target)


def _squeeze(tracer: Tracer, options: Options, inputs: Sequence[Any]) -> Any:
    axes = list(options.get("squeeze_dims") or ())
    return tracer.materialize(inputs[0]).squeezed(axes or None)


def _expand_dims(tracer: Tracer, options: Options, inputs: Sequence[Any]) -> Any:
    axes = constant(inputs, 1, "axis").reshape(-1).tolist()
    return tracer.materialize(inputs[0]).expanded(axes)


def _transpose(tracer: Tracer, options: Options, inputs: Sequence[Any]) -> Any:
    order = constant(inputs, 1, "order").reshape(-1).tolist()
    return tracer.materialize(inputs[0]).transposed(order)


def _shape(tracer: Tracer, options: Options, inputs: Sequence[Any]) -> Any:
    return np.array(tracer.materialize(inputs[0]).shape, np.int64)


def _same(tracer: Tracer, options: Options, inputs: Sequence[Any]) -> Any:
    return inputs[0]


def _strided_slice(tracer: Tracer, options: Options, inputs: Sequence[Any]) -> Any:
    x = tracer.materialize(inputs[0])
    result = x
    gone = []
    for axis, part in enumerate(strided(options, inputs)):
        size = x.shape[axis]
        whole = isinstance(part, slice) and range(size)[part] == range(size)
        if whole or BATCH in x.axes[axis]:
            continue
        taken = list(range(size)[part]) if isinstance(part, slice) else [part % size]
        if taken != [size - 1]:
            raise ThumbnetError("takes a part of a tensor: only the last step of sequences can be")
        result = last_step(tracer, result, axis, keep=True)
        gone += [] if isinstance(part, slice) else [axis]
    return result.squeezed(gone) if gone else result


OPERATIONS: dict[str, Take] = {
    "CONV_2D": _conv,
    "DEPTHWISE_CONV_2D": _depthwise,
    "FULLY_CONNECTED": _fully_connected,
    "BATCH_MATMUL": _matmul,
    "AVERAGE_POOL_2D": _pool("average_pool"),
    "MAX_POOL_2D": _pool("max_pool"),
    "MEAN": _reduce("average_pool"),
    "REDUCE_MAX": _reduce("max_pool"),
    "ADD": _arithmetic("+"),
    "SUB": _arithmetic("-"),
    "MUL": _arithmetic("*"),
    "DIV": _arithmetic("/"),
    "CONCATENATION": _concatenation,
    "SOFTMAX": _softmax,
    "LOGISTIC": _function("sigmoid"),
    "TANH": _function("tanh"),
    "RELU": _function("relu"),
    "RELU6": _function("relu6"),
    "RELU_N1_TO_1": _plain(lambda x: np.clip(x, -1, 1)),
    "RELU_0_TO_1": _plain(lambda x: np.clip(x, 0, 1)),
    "HARD_SWISH": _function("hard_swish"),
    "ELU": _function("elu"),
    "ABS": _plain(np.abs),
    "NEG": _plain(np.negative),
    "EXP": _plain(np.exp),
    "LOG": _plain(np.log),
    "SQRT": _plain(np.sqrt),
    "RSQRT": _plain(lambda x: 1 / np.sqrt(x)),
    "SQUARE": _plain(np.square),
    "LEAKY_RELU": _leaky,
    "GELU": _gelu,
    "PRELU": _prelu,
    "MAXIMUM": _with_number(np.maximum),
    "MINIMUM": _with_number(np.minimum),
    "POW": _with_number(np.power),
    "PAD": _pad,
    "PADV2": _pad,
    "RESHAPE": _reshape,
    "SQUEEZE": _squeeze,
    "EXPAND_DIMS": _expand_dims,
    "TRANSPOSE": _transpose,
    "SHAPE": _shape,
    "STRIDED_SLICE": _strided_slice,
    "CAST": _same,
    "DEQUANTIZE": _same,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": sequence_lstm,
}
"""By operator: reads options and inputs, and returns the output."""

NOT_IN_FLOATS = {
    "SVDF": "keeps a memory from one inference to the next, which no Model does: convert the "
    "network to int8 with full integer quantization",
}
"""Operators that the integer route has alone, and what to do."""
