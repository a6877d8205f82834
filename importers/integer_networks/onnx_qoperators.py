"""Operations on integers (QLinearConv ...) as onnxruntime's format QDQ writes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from thumbnet.trainer import ThumbnetError

from ..onnx_files.read_onnx import OnnxModel, OnnxNode

LINEAR = {
    **{f"QLinear{op}": op for op in ("Add", "AveragePool", "Concat", "Conv", "GlobalAveragePool")},
    **{f"QLinear{op}": op for op in ("LeakyRelu", "MatMul", "Mul", "Sigmoid", "Softmax")},
    "QGemm": "Gemm",
}
"""The operation of floats that each stands for."""

_TRIPLES = {"Add": 2, "Conv": 2, "Gemm": 2, "MatMul": 2, "Mul": 2}
"""How many inputs have a scale and a zero point; the others have one."""


def dequantized(model: OnnxModel) -> OnnxModel:
    """Return a network whose integer operations have become DequantizeLinear and QuantizeLinear."""
    if not any(node.op in LINEAR for node in model.nodes):
        return model
    constants = dict(model.constants)
    nodes = [made for node in model.nodes for made in _expanded(node, constants)]
    return replace(model, nodes=tuple(nodes), constants=constants)


def _expanded(node: OnnxNode, constants: dict[str, Any]) -> Iterator[OnnxNode]:
    if node.op not in LINEAR:
        yield node
        return
    if node.attributes.get("channels_last", 0):
        raise ThumbnetError(
            f"operation {node.position}, {node.op}: has channels last: export it with channels "
            "first"
        )
    op, inputs = LINEAR[node.op], list(node.inputs)
    count = (len(inputs) - 2) // 3 if op == "Concat" else _TRIPLES.get(op, 1)
    first = 2 if op == "Concat" else 0
    end = first + 3 * count
    triples = [inputs[at : at + 3] for at in range(first, end, 3)]
    bias = ""
    if op == "Concat":
        scale, zero = inputs[:2]
    elif op == "Gemm":
        bias, scale, zero = (*inputs[end:], "", "", "")[:3]
    else:
        scale, zero, bias = (*inputs[end:], "", "", "")[:3]
    if not scale:
        raise ThumbnetError(
            f"operation {node.position}, {node.op}: has no scale of its output: quantize it, too"
        )
    name = node.outputs[0]
    read = []
    for k, triple in enumerate(triples):
        read.append(f"{name}#{k}")
        axis = _axis(op, k, node)
        yield replace(
            node,
            op="DequantizeLinear",
            domain="",
            inputs=tuple(triple),
            outputs=(read[-1],),
            attributes={"axis": axis},
        )
    if bias:
        read.append(f"{name}#bias")
        constants[f"{name}#scale"] = np.ones(1, np.float32)
        yield replace(
            node,
            op="DequantizeLinear",
            domain="",
            inputs=(bias, f"{name}#scale"),
            outputs=(read[-1],),
            attributes={},
        )
    yield replace(node, op=op, domain="", inputs=tuple(read), outputs=(f"{name}#y",))
    yield replace(
        node,
        op="QuantizeLinear",
        domain="",
        inputs=(f"{name}#y", scale, zero),
        outputs=node.outputs,
        attributes={},
    )


def _axis(op: str, k: int, node: OnnxNode) -> int:
    """Return the axis along which an input has a scale for each output."""
    turned = op == "Gemm" and node.attributes.get("transB", 0)
    return 0 if k == 1 and (op == "Conv" or turned) else 1
