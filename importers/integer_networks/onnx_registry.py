"""The operations of quantized ONNX files, and what translates each."""

from __future__ import annotations

from collections.abc import Callable

from ..tflite.model import Operator
from . import onnx_elementwise, onnx_means, onnx_moving, onnx_pooling, onnx_softmax, onnx_weighted
from .onnx_builder import OnnxBuilder, Real
from .onnx_tables import CURVES

MOVES: dict[str, Callable[[OnnxBuilder, Operator], list[Real]]] = {
    "Dropout": onnx_moving.identity,
    "Flatten": onnx_moving.flatten,
    "Gather": onnx_moving.gather,
    "GlobalMaxPool": onnx_pooling.global_max_pool,
    "Identity": onnx_moving.identity,
    "MaxPool": onnx_pooling.max_pool,
    "Pad": onnx_moving.pad,
    "Reshape": onnx_moving.reshape,
    "Resize": onnx_moving.resize,
    "Slice": onnx_moving.slice_,
    "Split": onnx_moving.split,
    "Squeeze": onnx_moving.squeeze,
    "Transpose": onnx_moving.transpose,
    "Unsqueeze": onnx_moving.unsqueeze,
}
"""Operations whose results are values of their input: they keep its quantization."""

COMPUTES: dict[str, Callable[[OnnxBuilder, Operator], None]] = {
    **dict.fromkeys(CURVES, onnx_elementwise.curve),
    "Add": onnx_elementwise.add,
    "AveragePool": onnx_means.average_pool,
    "Concat": onnx_moving.concat,
    "Conv": onnx_weighted.conv,
    "Gemm": onnx_weighted.gemm,
    "GlobalAveragePool": onnx_pooling.global_average_pool,
    "MatMul": onnx_weighted.matmul,
    "Mul": onnx_elementwise.mul,
    "ReduceMean": onnx_means.reduce_mean,
    "Softmax": onnx_softmax.softmax,
    "Sub": onnx_elementwise.sub,
}
"""Operations whose results are quantized anew by a QuantizeLinear behind them."""

OF_ONE_TYPE = {"AveragePool", "Conv", "Gemm", "GlobalAveragePool", "MatMul", "Softmax"}
"""Operations that onnxruntime computes in floats if inputs and outputs are int8 and uint8."""

OF_BYTES = {"AveragePool", "Softmax"}
"""Operations that onnxruntime computes of bytes only right behind their DequantizeLinear."""

_BINARY = ("move", "lookup", "lookup_channels")

MADE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(CURVES, ("lookup",)),
    **dict.fromkeys(("Dropout", "Flatten", "Identity", "Reshape"), ()),
    **dict.fromkeys(("Squeeze", "Transpose", "Unsqueeze"), ()),
    **dict.fromkeys(("Concat", "Gather", "Pad", "Resize", "Slice", "Split"), ("move",)),
    **dict.fromkeys(("GlobalMaxPool", "MaxPool"), ("max_pool",)),
    "Add": ("add_levels", *_BINARY),
    "AveragePool": ("sum_levels", "move"),
    "Conv": ("conv_xnnpack", "depthwise_conv_xnnpack"),
    "Gemm": ("conv_xnnpack",),
    "GlobalAveragePool": ("sum_levels",),
    "MatMul": ("conv_xnnpack", "matmul_levels"),
    "Mul": ("multiply_levels", *_BINARY),
    "ReduceMean": ("sum_levels", "move"),
    "Softmax": ("softmax_onnx",),
    "Sub": ("add_levels", *_BINARY),
}
"""The operations of the graph that each may become; none if it only renames values.

Where a window or a matrix finds its values in another order, there is also a `move`.
"""


def compute(builder: OnnxBuilder, operator: Operator) -> None:
    """Add an operation of `COMPUTES`."""
    numbers = [n for n in (*operator.inputs, *operator.outputs) if n >= 0]
    kinds = {builder.tensor(n).dtype for n in numbers if not builder.is_constant(n)}
    if operator.name in OF_ONE_TYPE and len(kinds) > 1:
        builder.refuse(
            f"it computes {' and '.join(sorted(kinds))}, so onnxruntime adds in floats",
            "quantize all activations to one type",
        )
    COMPUTES[operator.name](builder, operator)


def check_source(builder: OnnxBuilder, op: str, inputs: list[object]) -> None:
    """Refuse an operation that onnxruntime computes in floats behind one that only moves values."""
    if op in OF_BYTES and isinstance(inputs[0], Real) and inputs[0].moved:
        builder.refuse(
            "what it reads is moved behind its DequantizeLinear, so onnxruntime adds in floats",
            "put QuantizeLinear and DequantizeLinear between them",
        )
