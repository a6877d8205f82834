"""ONNX to the float graph: node by node, constants computed at once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from thumbnet.trainer import ThumbnetError

from ..onnx_files.read_onnx import OnnxModel, OnnxNode, read_onnx
from .float_graph import FloatGraph
from .onnx_constants import computed
from .onnx_context import Context
from .onnx_operations import OPERATIONS
from .tracer import Reorder, Tracer


def float_graph_of_onnx(path: str | os.PathLike[str]) -> FloatGraph:
    """Read the float network of an ONNX file.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    FloatGraph
        With channels last.

    Raises
    ------
    ThumbnetError
        If the file cannot be read, or has an operation that the trainer has no layer for; the
        message names it and its position.
    """
    return float_graph_of_onnx_model(read_onnx(path), path)


def float_graph_of_onnx_model(model: OnnxModel, path: str | os.PathLike[str]) -> FloatGraph:
    """Return the float network of a file that was read; errors name the file."""
    name = Path(path).stem
    try:
        try:
            return _translated(model, name, None)
        except Reorder as needed:
            return _translated(model, name, needed.order)
    except ThumbnetError as error:
        raise ThumbnetError(f"{path}: {error}") from error


def _translated(model: OnnxModel, name: str, order: list[int] | None) -> FloatGraph:
    shape, source = _input(model)
    tracer = Tracer(name, shape, order)
    uses: dict[str, int] = dict.fromkeys(model.outputs, 1)
    for node in model.nodes:
        for tensor in node.inputs:
            uses[tensor] = uses.get(tensor, 0) + 1
    context = Context(tracer, model.opset, uses)
    context.values = {**model.constants, source: tracer.input}
    needed = _needed(model)
    for node in model.nodes:
        if node.position not in needed:
            continue
        tracer.where = f"operation {node.position}, {node.op}"
        tracer.where += f" {node.name[:60]!r}" if node.name else ""
        try:
            _take(context, node)
        except ThumbnetError as error:
            where = tracer.where
            raise ThumbnetError(f"{where}: {error}") from error
        except (ValueError, TypeError, IndexError, KeyError, ZeroDivisionError) as error:
            why = " ".join(str(error).split())[:100]
            raise ThumbnetError(f"{tracer.where}: its settings do not fit ({why})") from error
    result = context.values.get(model.outputs[0])
    if result is None or isinstance(result, np.ndarray):
        raise ThumbnetError("its output does not depend on its input")
    tracer.where = "the output"
    return tracer.finished(result)


def _input(model: OnnxModel) -> tuple[tuple[int, ...], str]:
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise ThumbnetError(
            f"it has {len(model.inputs)} inputs and {len(model.outputs)} outputs: export a network "
            "with one of each"
        )
    ((name, shape),) = model.inputs.items()
    if model.input_types[name] not in ("float32", "float64", "float16"):
        raise ThumbnetError(
            f"its input is {model.input_types[name]}: export the network with a float32 input"
        )
    if len(shape) < 2 or None in shape[1:]:
        text = ", ".join("?" if n is None else str(n) for n in shape)
        raise ThumbnetError(
            f"its input has shape ({text}): export it with a batch axis, and fixed sizes behind it"
        )
    if len(shape) > 5:
        raise ThumbnetError(f"its input has {len(shape)} axes: at most 5 are supported")
    return (1, *(int(n) for n in shape[1:] if n is not None)), name


def _needed(model: OnnxModel) -> set[int]:
    """Return the positions of the nodes that the output depends on."""
    tensors, found = set(model.outputs), set()
    for node in reversed(model.nodes):
        if tensors & set(node.outputs):
            found.add(node.position)
            tensors |= set(node.inputs)
    return found


def _take(context: Context, node: OnnxNode) -> None:
    """Compute or translate a node."""
    inputs: list[Any] = []
    for name in node.inputs:
        if name and name not in context.values:
            raise ThumbnetError(f"it reads {name[:60]!r}, which nothing before it writes")
        inputs.append(context.values[name] if name else None)
    if all(value is None or isinstance(value, np.ndarray) for value in inputs):
        context.values.update(computed(node, inputs, context.opset))
        return
    if node.op not in OPERATIONS:
        raise ThumbnetError("is not supported: docs/import.md lists what is; leave it out")
    results = OPERATIONS[node.op](context, node, inputs)
    context.values.update(zip(node.outputs, results, strict=False))
