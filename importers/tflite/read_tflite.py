"""Read a .tflite: bytes -> `TfliteModel`."""

from __future__ import annotations

import math
import os
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...trainer import ThumbnetError, read_bytes
from .check_model import check_model
from .check_operators import check_operators
from .flatbuffer import Damaged, FlatBuffer, NotRead, Table
from .labels import label_file, read_labels
from .model import Operator, Subgraph, Tensor, TfliteModel
from .schema import (
    ENUMERATIONS,
    IDENTIFIER,
    OPERATORS,
    OPTIONS,
    VERSION,
    WITHOUT_ARRAYS,
    Field,
)

MOST_DIMENSIONS = 8
MOST_VALUES = 2**31
"""Values of the largest tensor."""

_CUSTOM = OPERATORS.index("CUSTOM")


def read_tflite(path: str | os.PathLike[str]) -> TfliteModel:
    """Read a .tflite file.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    TfliteModel
        Its constants are read-only views of the file. Every number of a tensor or sub-graph is one
        that exists, sizes of constants are those of their shapes, operators only read what is
        there, and those that are imported have as many tensors as they need, of shapes that fit.

    Raises
    ------
    ThumbnetError
        If it cannot be read, is no such file, is damaged, or has what is never imported: sparse
        tensors, data in other files, types of which NumPy has no arrays.
    """
    data = read_bytes(path)
    try:
        model = parse_tflite(data)
        if not model.subgraphs[0].inputs or not model.subgraphs[0].outputs:
            raise Damaged("the network has no inputs or no outputs")
        for subgraph in model.subgraphs:
            check_operators(subgraph)
        return replace(model, labels=read_labels(path, data, model.label_file))
    except NotRead as error:
        raise ThumbnetError(f"{path}: {error}") from error
    except Damaged as error:
        raise ThumbnetError(
            f"{path}: the file is damaged: {error}: get it again, or convert the network again"
        ) from error


def parse_tflite(data: bytes) -> TfliteModel:
    """Parse the contents of a .tflite file.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    TfliteModel

    Raises
    ------
    Damaged, NotRead
        For the reasons of `read_tflite`; operators are not checked one by one.
    """
    if data[4:8] != IDENTIFIER:
        raise NotRead("is no .tflite file: bytes 4 to 7 are not TFL3: convert the network again")
    root = FlatBuffer(data).root()
    version = root.number(0, "uint32")
    if version != VERSION:
        raise NotRead(f"is of version {version} of the format: convert the network to version 3")
    codes = [_operator_code(table) for table in root.tables(1)]
    buffers = [_buffer(table) for table in root.tables(4)]
    model = TfliteModel(
        tuple(_subgraph(table, codes, buffers) for table in root.tables(2)),
        root.text(3),
        label_file(root, buffers),
    )
    check_model(model)
    return model


def _operator_code(table: Table) -> tuple[str, int]:
    """Name and version."""
    # Codes up to 126 are in the older field, of one byte, too; a file has the larger of both.
    code = max(table.number(0, "int8"), table.number(3, "int32"))
    if not 0 <= code < len(OPERATORS):
        raise NotRead(f"has an operator of the unknown code {code}: convert the network without it")
    name = f"CUSTOM {table.text(1)}" if code == _CUSTOM else OPERATORS[code]
    return name, table.number(2, "int32", 1)


def _buffer(table: Table) -> memoryview:
    """The bytes of a constant."""
    start = table.number(1, "uint64")
    if start > 1:  # 0 and 1 say that the data are in the table
        return table.file.span(start, table.number(2, "uint64"))
    return table.content(0)


def _subgraph(table: Table, codes: list[tuple[str, int]], buffers: list[memoryview]) -> Subgraph:
    tensors = tuple(_tensor(one, i, buffers) for i, one in enumerate(table.tables(0)))
    operators = tuple(_operator(one, i, codes) for i, one in enumerate(table.tables(3)))
    return Subgraph(table.text(4), tensors, operators, table.integers(1), table.integers(2))


def _tensor(table: Table, number: int, buffers: list[memoryview]) -> Tensor:
    name = table.text(3)
    where = f"tensor {number} {name[:40]!r}"
    kind = _name_of(table.number(1, "int8"), "dtype", where)
    shape = table.integers(0)
    if len(shape) > MOST_DIMENSIONS or min(shape, default=0) < 0:
        raise Damaged(f"{where} has the impossible shape {shape[: MOST_DIMENSIONS + 1]}")
    if math.prod(max(size, 1) for size in shape) > MOST_VALUES:
        raise Damaged(f"{where} of shape {shape} has more values than any network")
    if table.table(6) is not None:
        raise NotRead(f"{where} is sparse: convert the network without sparsity")
    if table.number(10, "uint32"):
        raise NotRead(f"{where} has its data in another file: convert the network into one file")
    buffer = table.number(2, "uint32")
    if buffer and buffer >= len(buffers):
        raise Damaged(f"{where} names buffer {buffer}, but there are {len(buffers)}")
    content = buffers[buffer] if buffers else memoryview(b"")
    scales, zero_points, axis = _quantization(table.table(4))
    return Tensor(
        name,
        shape,
        kind,
        data=None if kind in WITHOUT_ARRAYS else _constant(content, kind, shape, where),
        scales=scales,
        zero_points=zero_points,
        axis=axis,
        is_variable=table.number(5, "bool"),
        signature=table.integers(7),
    )


def _constant(
    content: memoryview, kind: str, shape: tuple[int, ...], where: str
) -> NDArray[Any] | None:
    dtype = np.dtype(kind)
    size = math.prod(shape) * dtype.itemsize
    if not content and size:
        return None
    if len(content) != size:
        raise Damaged(
            f"{where} is {kind} of shape {shape}, {size:,} bytes, but it has {len(content):,}"
        )
    if not size:
        return np.empty(shape, dtype)
    values = np.frombuffer(content, dtype.newbyteorder("<")).reshape(shape)
    if kind == "bool" and bool(np.any(values.view(np.uint8) > 1)):
        raise Damaged(f"{where} has booleans that are neither true nor false")
    return values.astype(dtype, copy=False)


def _quantization(
    table: Table | None,
) -> tuple[NDArray[np.float32], NDArray[np.int64], int]:
    """Scales, zero points and axis."""
    if table is None:
        return np.empty(0, np.float32), np.empty(0, np.int64), 0
    if table.number(4, "uint8"):
        raise NotRead("a tensor has a quantization of its own kind: convert the network again")
    scales, zero_points = table.numbers(2, "float32"), table.numbers(3, "int64")
    return scales, zero_points, table.number(6, "int32")


def _operator(table: Table, position: int, codes: list[tuple[str, int]]) -> Operator:
    index = table.number(0, "uint32")
    if index >= len(codes):
        raise Damaged(f"operator {position} names code {index}, but there are {len(codes)}")
    name, version = codes[index]
    return Operator(
        name,
        position,
        version,
        inputs=table.integers(1),
        outputs=table.integers(2),
        options=_options(table, name, f"operator {position} {name}"),
        intermediates=table.integers(8),
    )


def _options(operator: Table, name: str, where: str) -> dict[str, Any]:
    if name not in OPTIONS:
        return {}
    code = operator.number(3, "uint8")
    if code not in (0, OPTIONS[name].code):
        raise Damaged(f"{where} has the options of another operator")
    return read_options(operator.table(4) if code else None, name, where)


def read_options(table: Table | None, name: str, where: str) -> dict[str, Any]:
    """Read the options of an operator.

    Parameters
    ----------
    table : Table or None
        Its table of options; None stands for all defaults.
    name : str
        The operator.
    where : str
        What messages call it.

    Returns
    -------
    dict of str to object
        As in `Operator.options`.
    """
    return {
        field.name: field.default if table is None else _option(table, i, field, where)
        for i, field in enumerate(OPTIONS[name].fields)
    }


def _option(table: Table, number: int, field: Field, where: str) -> Any:
    if field.kind == "text":
        return table.text(number)
    if field.kind == "int32s":
        return table.integers(number)
    if field.kind in ENUMERATIONS:
        default = ENUMERATIONS[field.kind].index(field.default)
        code = table.number(number, "int8", default)
        return _name_of(code, field.kind, f"{field.name} of {where}")
    return table.number(number, field.kind, field.default)


def _name_of(code: int, kind: str, where: str) -> str:
    names = ENUMERATIONS[kind]
    if not 0 <= code < len(names):
        raise NotRead(f"{where} has the unknown {kind} {code}: convert the network again")
    return names[code]
