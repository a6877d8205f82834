"""Read an ONNX file into plain data, without trusting what it says about sizes."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError, read_bytes

Array = npt.NDArray[Any]

MOST_NODES = 10_000
_SPARE_BYTES = 4096
_DOMAINS = ("", "ai.onnx", "com.microsoft")


@dataclass(frozen=True)
class OnnxNode:
    """One operation.

    Attributes
    ----------
    op, name : str
        Its kind, such as "Conv", and its own name, which may be empty.
    domain : str
        "" for the operations of ONNX itself.
    position : int
        Counted from 0 in the file's order.
    inputs, outputs : tuple of str
        Names of tensors; "" for one that is left out.
    attributes : dict
        Numbers, text (str), lists of them, and arrays.
    """

    op: str
    name: str
    domain: str
    position: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any]


@dataclass(frozen=True)
class OnnxModel:
    """A network.

    Attributes
    ----------
    nodes : tuple of OnnxNode
        In computing order.
    constants : dict of str to ndarray
        The initializers.
    inputs : dict of str to (tuple of int or None)
        Shape of each input that is no initializer; None for a size that is left open.
    input_types : dict of str to str
        Their types, in NumPy's names.
    outputs : tuple of str
        Names of the results.
    opset : int
        Version of ONNX's own operations.
    """

    nodes: tuple[OnnxNode, ...]
    constants: dict[str, Array]
    inputs: dict[str, tuple[int | None, ...]]
    input_types: dict[str, str]
    outputs: tuple[str, ...]
    opset: int


def read_onnx(path: str | os.PathLike[str]) -> OnnxModel:
    """Read an ONNX file.

    Parameters
    ----------
    path : path
        The file. Weights in files beside it are refused.

    Returns
    -------
    OnnxModel
        Its graph.

    Raises
    ------
    ThumbnetError
        If the package `onnx` is missing, or the file is not a whole ONNX model of this kind.
    """
    data = read_bytes(path)
    try:
        import onnx
    except ImportError as error:
        raise ThumbnetError(
            f"{path}: reading ONNX needs the package onnx: pip install 'thumbnet[onnx]'"
        ) from error
    try:
        proto = onnx.load_model_from_string(data)
    except Exception as error:  # of protobuf, which has several implementations
        raise ThumbnetError(f"{path}: is no ONNX model, or damaged: export it again") from error
    try:
        return _model(proto)
    except ThumbnetError as error:
        raise ThumbnetError(f"{path}: {error}") from error
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        why = " ".join(str(error).split())[:100]
        raise ThumbnetError(f"{path}: damaged ({why}): export it again") from error


def _model(proto: Any) -> OnnxModel:
    graph = proto.graph
    if not graph.node:
        raise ThumbnetError("is no ONNX model, or has no operations: export it again")
    if len(graph.node) > MOST_NODES:
        raise ThumbnetError(
            f"it has {len(graph.node):,} operations, at most {MOST_NODES:,} are read: no board "
            "runs so many"
        )
    if proto.functions:
        raise ThumbnetError("it contains functions: inline them (onnx.inliner) and save it again")
    if graph.sparse_initializer:
        raise ThumbnetError("it has sparse weights: save them as dense ones")
    versions = {entry.domain: entry.version for entry in proto.opset_import}
    opset = versions.get("", versions.get("ai.onnx", 0))
    if opset < 7:
        raise ThumbnetError(f"it has opset {opset}: export it with opset 13 or later")
    constants = {tensor.name: array_of(tensor, tensor.name) for tensor in graph.initializer}
    inputs, types = {}, {}
    for value in graph.input:
        if value.name not in constants:
            tensor = value.type.tensor_type
            inputs[value.name] = tuple(map(_size, tensor.shape.dim))
            types[value.name] = _type_name(tensor.elem_type)
    nodes = tuple(_node(node, position) for position, node in enumerate(graph.node))
    outputs = tuple(value.name for value in graph.output)
    return OnnxModel(nodes, constants, inputs, types, outputs, opset)


def _size(dimension: Any) -> int | None:
    size = dimension.dim_value if dimension.HasField("dim_value") else 0
    return int(size) if size > 0 else None


def _type_name(code: int) -> str:
    import onnx

    try:
        return str(onnx.helper.tensor_dtype_to_np_dtype(code))
    except (KeyError, ValueError, TypeError):
        return f"type {code}"


def _node(node: Any, position: int) -> OnnxNode:
    where = f"operation {position} ({node.op_type:.40})"
    if node.domain not in _DOMAINS:
        raise ThumbnetError(
            f"{where} is of the domain {node.domain:.40}, which is not known: export with "
            "operations of ONNX only"
        )
    attributes = {a.name: _attribute(a, where) for a in node.attribute}
    domain = "" if node.domain == "ai.onnx" else node.domain
    inputs, outputs = tuple(node.input), tuple(node.output)
    return OnnxNode(node.op_type, node.name, domain, position, inputs, outputs, attributes)


def _attribute(attribute: Any, where: str) -> Any:
    import onnx

    kind = onnx.AttributeProto
    if attribute.type == kind.TENSOR:
        return array_of(attribute.t, f"{where}.{attribute.name}")
    if attribute.type not in (
        *(kind.FLOAT, kind.INT, kind.STRING, kind.FLOATS, kind.INTS, kind.STRINGS),
    ):
        raise ThumbnetError(
            f"{where} holds a graph or a special tensor ({attribute.name:.40}): export the network "
            "without If, Loop and Scan"
        )
    value = onnx.helper.get_attribute_value(attribute)
    if attribute.type == kind.STRING:
        return value.decode("utf-8", "replace")
    if attribute.type == kind.STRINGS:
        return [text.decode("utf-8", "replace") for text in value]
    return list(value) if attribute.type in (kind.FLOATS, kind.INTS) else value


def array_of(tensor: Any, name: str) -> Array:
    """Return a TensorProto as an array, whose size is that of the data in the file.

    Raises ThumbnetError if the data are in another file, or fewer or more than the shape says.
    """
    import onnx

    if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
        raise ThumbnetError(
            f"the weights {name:.60} are in another file: save all in one, with "
            "torch.onnx.export(..., external_data=False) or onnx.save(model, path)"
        )
    if tensor.HasField("segment"):
        raise ThumbnetError(f"the weights {name:.60} come in segments: save them in one")
    try:
        itemsize = np.dtype(onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)).itemsize
    except (KeyError, ValueError, TypeError) as error:
        raise ThumbnetError(f"the weights {name:.60} have an unknown type: use float32") from error
    count = math.prod(tensor.dims)
    stored = len(tensor.raw_data) or itemsize * max(
        len(tensor.float_data),
        len(tensor.int32_data),
        len(tensor.int64_data),
        len(tensor.double_data),
        len(tensor.uint64_data),
        len(tensor.string_data),
    )
    if any(n < 0 for n in tensor.dims) or count * itemsize > 2 * stored + _SPARE_BYTES:
        raise ThumbnetError(
            f"the weights {name:.60} of shape {tuple(tensor.dims)} have {stored:,} bytes: the file "
            "is damaged, export it again"
        )
    return np.asarray(onnx.numpy_helper.to_array(tensor))
