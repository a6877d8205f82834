"""ONNX nodes that read only constants: computed by the reference implementation of `onnx`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from ..onnx_files.read_onnx import OnnxNode

Array = npt.NDArray[Any]

_KEEP_SIZE = {
    *("Abs", "Add", "Cast", "Ceil", "Concat", "Constant", "Div", "Equal", "Exp", "Floor"),
    *("Gather", "Identity", "Log", "Max", "Min", "Mul", "Neg", "Pow", "Reciprocal", "ReduceProd"),
    *("Reshape", "Round", "Shape", "Sign", "Size", "Slice", "Split", "Sqrt", "Squeeze", "Sub"),
    *("Transpose", "Unsqueeze", "Where", "Flatten", "DequantizeLinear", "Mod", "Not"),
}
"""Operations whose result is about as large as what they read, so that no file asks for memory."""

MOST_NUMBERS = 2**24


def computed(node: OnnxNode, inputs: Sequence[Array | None], opset: int) -> dict[str, Array]:
    """Compute a node of constants.

    Parameters
    ----------
    node : OnnxNode
        The operation.
    inputs : sequence of ndarray or None
        What it reads.
    opset : int
        Version of the operations.

    Returns
    -------
    dict of str to ndarray
        Its outputs by name.

    Raises
    ------
    ThumbnetError
        If it is none of those that are computed, or the result would be large.
    """
    if node.op in ("ConstantOfShape", "Expand"):
        shape = inputs[0] if node.op == "ConstantOfShape" else inputs[1]
        size = math.prod(int(n) for n in np.asarray(shape).reshape(-1)) if shape is not None else 0
    elif node.op in _KEEP_SIZE:
        shapes = [np.shape(x) for x in inputs if x is not None]
        if node.op in ("Gather", "Concat", "Reshape", "Slice", "Unsqueeze", "Squeeze", "Split"):
            size = sum(math.prod(shape) for shape in shapes)
        else:
            size = math.prod(np.broadcast_shapes(*shapes)) if _broadcasts(node.op) else 0
    else:
        raise ThumbnetError("computes a constant and is not supported: run onnxsim on the file")
    if not 0 <= size <= MOST_NUMBERS:
        raise ThumbnetError(f"would make a constant of {size:,} numbers: the file is damaged")
    import onnx
    from onnx.reference import ReferenceEvaluator

    names = [f"i{i}" if x is not None else "" for i, x in enumerate(inputs)]
    outputs = [f"o{i}" for i in range(len(node.outputs))]
    made = onnx.helper.make_node(node.op, names, outputs, domain=node.domain)
    for key, value in node.attributes.items():
        if isinstance(value, np.ndarray):
            value = onnx.numpy_helper.from_array(value)
        made.attribute.append(onnx.helper.make_attribute(key, value))
    kind = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        [made],
        "constant",
        [
            kind(name, onnx.helper.np_dtype_to_tensor_dtype(x.dtype), x.shape)
            for name, x in zip(names, inputs, strict=True)
            if x is not None
        ],
        [onnx.ValueInfoProto(name=name) for name in outputs],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", opset)])
    feeds = {name: x for name, x in zip(names, inputs, strict=True) if x is not None}
    try:
        results = ReferenceEvaluator(model).run(None, feeds)
    except Exception as error:  # whatever a wrong setting makes of it
        raise ThumbnetError("computes a constant from settings that do not fit") from error
    return {name: np.asarray(r) for name, r in zip(node.outputs, results, strict=True)}


def _broadcasts(op: str) -> bool:
    return op in ("Add", "Div", "Equal", "Max", "Min", "Mul", "Pow", "Sub", "Where", "Mod")
