"""Checks of operators: how many tensors, of what ranks and shapes, and options that mean something.

What translates operators can then unpack and divide without checks of its own. Shapes that the file
leaves open (-1 in the signature, the batch aside) are not compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .flatbuffer import Damaged
from .model import Operator, Subgraph, Tensor

MOST_STEP = 2**16
"""The largest stride, dilation and window."""

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Form:
    """How many tensors an operator has, and of what ranks.

    Attributes
    ----------
    least, most
        Numbers of inputs; the first `least` of them are never left out.
    outputs
        Number of outputs; None stands for at least one.
    ranks
        Ranks of the inputs in order; 0 for any.
    """

    least: int
    most: int
    outputs: int | None = 1
    ranks: tuple[int, ...] = ()


_MANY = 1 << 20
_UNARY = Form(1, 1)
_BINARY = Form(2, 2)

FORMS = {
    "CONV_2D": Form(2, 3, 1, (4, 4, 1)),
    "DEPTHWISE_CONV_2D": Form(2, 3, 1, (4, 4, 1)),
    "TRANSPOSE_CONV": Form(3, 4, 1, (1, 4, 4, 1)),
    "FULLY_CONNECTED": Form(2, 3, 1, (0, 2, 1)),
    "AVERAGE_POOL_2D": Form(1, 1, 1, (4,)),
    "MAX_POOL_2D": Form(1, 1, 1, (4,)),
    "RESIZE_NEAREST_NEIGHBOR": Form(2, 2, 1, (4, 1)),
    "SVDF": Form(3, 5, 1, (2, 2, 2)),
    "CONCATENATION": Form(1, _MANY),
    "PACK": Form(1, _MANY),
    "SPLIT": Form(2, 2, None),
    "SPLIT_V": Form(3, 3, None),
    "STRIDED_SLICE": Form(4, 4, 1, (0, 1, 1, 1)),
    "PAD": Form(2, 2, 1, (0, 2)),
    "TRANSPOSE": Form(2, 2, 1, (0, 1)),
    "RESHAPE": Form(1, 2),
    # The weights of the input gate may be left out.
    "UNIDIRECTIONAL_SEQUENCE_LSTM": Form(1, 24, 1, (3,)),
    "VAR_HANDLE": Form(0, 0),
    "READ_VARIABLE": _UNARY,
    "ASSIGN_VARIABLE": Form(2, 2, 0),
    "CALL_ONCE": Form(0, 0, 0),
    **dict.fromkeys(("ADD", "SUB", "MUL", "DIV", "PRELU", "BATCH_MATMUL"), _BINARY),
    **dict.fromkeys(("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "EXPAND_DIMS"), _BINARY),
    **dict.fromkeys(("SOFTMAX", "LOGISTIC", "TANH", "RELU", "RELU6", "RELU_N1_TO_1"), _UNARY),
    **dict.fromkeys(("LEAKY_RELU", "HARD_SWISH", "ELU", "GELU", "ABS", "RSQRT"), _UNARY),
    **dict.fromkeys(("QUANTIZE", "DEQUANTIZE", "CAST", "SHAPE", "SQUEEZE"), _UNARY),
}
"""The operators that are checked: those that are imported."""

_STEPS = {
    *("stride_w", "stride_h", "filter_width", "filter_height"),
    *("dilation_w_factor", "dilation_h_factor"),
}


def check_operators(subgraph: Subgraph) -> None:
    """Refuse operators that could not run.

    Parameters
    ----------
    subgraph : Subgraph
        Its numbers of tensors are known to exist.

    Raises
    ------
    Damaged
        If one has too few or too many tensors, or shapes or options that do not fit together. The
        text names the operator and its position.
    """
    for operator in subgraph.operators:
        if operator.name in FORMS:
            try:
                _check(operator, subgraph.tensors)
            except Damaged as error:
                where = f"operator {operator.position} {operator.name}"
                raise Damaged(f"{where} {error}") from error


def _check(operator: Operator, tensors: tuple[Tensor, ...]) -> None:
    form = FORMS[operator.name]
    if not form.least <= len(operator.inputs) <= form.most or -1 in operator.inputs[: form.least]:
        raise Damaged(f"cannot have {len(operator.inputs)} inputs, or lacks one of them")
    if form.outputs is None and not operator.outputs:
        raise Damaged("has no outputs")
    if form.outputs not in (None, len(operator.outputs)):
        raise Damaged(f"has {len(operator.outputs)} outputs instead of {form.outputs}")
    for rank, number in zip(form.ranks, operator.inputs, strict=False):
        if number != -1 and rank not in (0, len(tensors[number].shape)):
            raise Damaged(f"has an input of shape {tensors[number].shape}, but needs rank {rank}")
    _check_options(operator)
    used = [tensors[number] for number in (*operator.inputs, *operator.outputs) if number != -1]
    is_open = any(-1 in tensor.signature[1:] for tensor in used)
    if operator.name in _SHAPES and not is_open:
        inputs = [tensors[number].shape if number != -1 else () for number in operator.inputs]
        _SHAPES[operator.name](operator, inputs, tensors[operator.outputs[0]].shape)


def _check_options(operator: Operator) -> None:
    for name, value in operator.options.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise Damaged(f"has the {name} {value}")
        if name in _STEPS and not 1 <= value <= MOST_STEP:
            raise Damaged(f"has the {name} {value}")
    for name, tensors in (("num_splits", operator.outputs), ("values_count", operator.inputs)):
        if operator.options.get(name, len(tensors)) != len(tensors):
            raise Damaged(f"has the {name} {operator.options[name]}, but {len(tensors)} tensors")


def _expect(found: Shape, expected: Shape) -> None:
    if found != expected:
        raise Damaged(f"has an output of shape {found}, but computes {expected}")


def _moved(operator: Operator, image: Shape, window: Shape) -> Shape:
    """Height and width of what a window computes that moves over an image."""
    options, out = operator.options, []
    for size, taps, axis in zip(image[1:3], window, "hw", strict=True):
        reach = (taps - 1) * options.get(f"dilation_{axis}_factor", 1) + 1
        stride = options[f"stride_{axis}"]
        # With padding, a window reaches over the edge, but what never meets the image is a lie.
        is_padded = options["padding"] == "SAME"
        if not 1 <= reach <= (2 * size + stride if is_padded else size):
            raise Damaged(f"has a window of {reach} over {size} values")
        out.append(-(-size // stride) if is_padded else (size - reach) // stride + 1)
    return tuple(out)


def _check_bias(inputs: list[Shape], channels: int) -> None:
    if len(inputs) > 2 and inputs[2] not in ((), (channels,)):
        raise Damaged(f"has biases of shape {inputs[2]} for {channels} channels")


def _conv(operator: Operator, inputs: list[Shape], output: Shape) -> None:
    x, w = inputs[:2]
    if not w[3] or x[3] % w[3]:
        raise Damaged(f"has weights of shape {w} for an input of shape {x}")
    _check_bias(inputs, w[0])
    _expect(output, (x[0], *_moved(operator, x, w[1:3]), w[0]))


def _depthwise(operator: Operator, inputs: list[Shape], output: Shape) -> None:
    x, w = inputs[:2]
    if w[0] != 1 or not x[3] or not w[3] or w[3] % x[3]:
        raise Damaged(f"has weights of shape {w} for an input of shape {x}")
    _check_bias(inputs, w[3])
    _expect(output, (x[0], *_moved(operator, x, w[1:3]), w[3]))


def _pool(operator: Operator, inputs: list[Shape], output: Shape) -> None:
    (x,) = inputs
    window = operator.options["filter_height"], operator.options["filter_width"]
    _expect(output, (x[0], *_moved(operator, x, window), x[3]))


def _fully_connected(operator: Operator, inputs: list[Shape], output: Shape) -> None:
    x, w = inputs[:2]
    if not w[0] or not w[1] or math.prod(x) % w[1]:
        raise Damaged(f"has weights of shape {w} for an input of shape {x}")
    _check_bias(inputs, w[0])
    if math.prod(output) != math.prod(x) // w[1] * w[0]:
        raise Damaged(f"has an output of shape {output} for weights of shape {w}")


def _same(operator: Operator, inputs: list[Shape], output: Shape) -> None:
    _expect(output, inputs[0])


def _same_size(operator: Operator, inputs: list[Shape], output: Shape) -> None:
    if math.prod(output) != math.prod(inputs[0]):
        raise Damaged(f"makes the shape {output} of {inputs[0]}")


def _broadcast(operator: Operator, inputs: list[Shape], output: Shape) -> None:
    try:
        shape = np.broadcast_shapes(*inputs)
    except ValueError as error:
        raise Damaged(f"has inputs of shapes {inputs[0]} and {inputs[1]}") from error
    _expect(output, shape)


def _concatenation(operator: Operator, inputs: list[Shape], output: Shape) -> None:
    axis, rank = operator.options["axis"], len(inputs[0])
    if not -rank <= axis < rank or any(len(shape) != rank for shape in inputs):
        raise Damaged(f"joins tensors along dimension {axis}, but the first has the rank {rank}")
    axis %= rank
    expected = [*inputs[0]]
    expected[axis] = sum(shape[axis] for shape in inputs)
    for shape in inputs:
        if (*shape[:axis], *shape[axis + 1 :]) != (*inputs[0][:axis], *inputs[0][axis + 1 :]):
            raise Damaged(f"joins tensors of shapes {inputs[0]} and {shape}")
    _expect(output, tuple(expected))


_SHAPES: dict[str, Callable[[Operator, list[Shape], Shape], None]] = {
    "CONV_2D": _conv,
    "DEPTHWISE_CONV_2D": _depthwise,
    "AVERAGE_POOL_2D": _pool,
    "MAX_POOL_2D": _pool,
    "FULLY_CONNECTED": _fully_connected,
    "CONCATENATION": _concatenation,
    **dict.fromkeys(("RESHAPE", "SQUEEZE", "EXPAND_DIMS"), _same_size),
    **dict.fromkeys(("ADD", "SUB", "MUL", "DIV", "PRELU"), _broadcast),
    **dict.fromkeys(("SOFTMAX", "LOGISTIC", "TANH", "RELU", "RELU6", "RELU_N1_TO_1"), _same),
    **dict.fromkeys(("LEAKY_RELU", "HARD_SWISH", "ELU", "GELU", "ABS", "RSQRT"), _same),
    **dict.fromkeys(("QUANTIZE", "DEQUANTIZE", "CAST"), _same),
}
