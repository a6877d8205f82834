"""Reads a .tflite with the package `tflite`, whose code is generated from the schema.

The result has the classes of `importers/tflite/model.py`, and options where we have some.
"""

from __future__ import annotations

import re
from typing import Any

import flatbuffers
import numpy as np
import tflite

from thumbnet.importers.tflite.model import Operator, Subgraph, Tensor, TfliteModel
from thumbnet.importers.tflite.schema import OPTIONS

Generated = Any

WITHOUT_VALUES = ("resource", "string", "variant", "int4", "bfloat16")


def _names(enumeration: type) -> dict[int, str]:
    return {code: name for name, code in vars(enumeration).items() if isinstance(code, int)}


OPERATORS = _names(tflite.BuiltinOperator)
TABLES = _names(tflite.BuiltinOptions)
TYPES = {code: name.lower() for code, name in _names(tflite.TensorType).items()}
ENUMERATIONS = {
    "Padding": _names(tflite.Padding),
    "FusedActivationFunction": _names(tflite.ActivationFunctionType),
    "WeightsFormat": _names(tflite.FullyConnectedOptionsWeightsFormat),
    **dict.fromkeys(("QuantizedBiasType", "InDataType", "OutDataType", "OutType"), TYPES),
}


def snake(name: str) -> str:
    """The name of the schema for a method: DilationWFactor -> dilation_w_factor."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def fields(table: type) -> list[str]:
    """The methods of a generated class that return a field."""
    names = [name for name in vars(table) if re.match("(?!GetRoot|Init$)[A-Z]", name)]
    return [
        name for name in names if not name.endswith(("Length", "AsNumpy", "IsNone", "Identifier"))
    ]


def generated_options(table: Generated) -> dict[str, Any]:
    """All fields of a table of options."""
    found = {}
    for name in fields(type(table)):
        if hasattr(table, f"{name}Length"):
            value: Any = _vector(table, name)
        else:
            value = getattr(table, name)()
        if name in ENUMERATIONS:
            value = ENUMERATIONS[name][value]
        if isinstance(value, bytes):
            value = _text(value)
        found[snake(name)] = "" if value is None else value
    return found


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "backslashreplace")


def options_table(name: str, operator: Generated) -> Generated:
    """The table of options of an operator."""
    table = getattr(tflite, name)()
    table.Init(operator.BuiltinOptions().Bytes, operator.BuiltinOptions().Pos)
    return table


def _vector(table: Generated, name: str) -> tuple[int, ...]:
    return tuple(getattr(table, name)(i) for i in range(getattr(table, f"{name}Length")()))


def _numbers(table: Generated, name: str, dtype: str) -> Any:
    return np.array(_vector(table, name), dtype)


def generated_model(data: bytes) -> TfliteModel:
    """Read a file."""
    model = tflite.Model.GetRootAs(data)
    assert tflite.Model.ModelBufferHasIdentifier(data, 0)
    return TfliteModel(
        tuple(_subgraph(model, model.Subgraphs(i)) for i in range(model.SubgraphsLength())),
        _text(model.Description()),
    )


def _subgraph(model: Generated, table: Generated) -> Subgraph:
    return Subgraph(
        _text(table.Name()),
        tuple(_tensor(model, table.Tensors(i)) for i in range(table.TensorsLength())),
        tuple(_operator(model, table.Operators(i), i) for i in range(table.OperatorsLength())),
        _vector(table, "Inputs"),
        _vector(table, "Outputs"),
    )


def _tensor(model: Generated, table: Generated) -> Tensor:
    scales, zero_points, axis = np.empty(0, np.float32), np.empty(0, np.int64), 0
    quantization = table.Quantization()
    if quantization is not None:
        scales = _numbers(quantization, "Scale", "float32")
        zero_points = _numbers(quantization, "ZeroPoint", "int64")
        axis = quantization.QuantizedDimension()
    shape, kind = _vector(table, "Shape"), TYPES[table.Type()]
    content = _content(model, table.Buffer())
    data = None
    if kind not in WITHOUT_VALUES and (content or 0 in shape):
        data = np.frombuffer(content, kind).reshape(shape)
    return Tensor(
        name=_text(table.Name()),
        shape=shape,
        dtype=kind,
        data=data,
        scales=scales,
        zero_points=zero_points,
        axis=axis,
        is_variable=table.IsVariable(),
        signature=_vector(table, "ShapeSignature"),
    )


def _content(model: Generated, number: int) -> bytes:
    """The bytes of a buffer, which may be outside of all tables."""
    buffer = model.Buffers(number) if model.BuffersLength() else None
    if buffer is not None and buffer.Offset() > 1:
        return bytes(model._tab.Bytes[buffer.Offset() : buffer.Offset() + buffer.Size()])
    return bytes(buffer.DataAsNumpy()) if buffer is not None and buffer.DataLength() else b""


def _newer_code(code: Generated) -> int:
    """The field itself: the package's method ignores codes below 127, which LiteRT does not."""
    place = code._tab.Offset(10)
    return int(code._tab.Get(flatbuffers.number_types.Int32Flags, place + code._tab.Pos)) * (
        place > 0
    )


def _operator(model: Generated, table: Generated, position: int) -> Operator:
    code = model.OperatorCodes(table.OpcodeIndex())
    name = OPERATORS[max(_newer_code(code), code.DeprecatedBuiltinCode())]
    if name == "CUSTOM":
        name = f"CUSTOM {_text(code.CustomCode())}"
    kind = table.BuiltinOptionsType() if name in OPTIONS else 0
    return Operator(
        name=name,
        position=position,
        version=code.Version(),
        inputs=_vector(table, "Inputs"),
        outputs=_vector(table, "Outputs"),
        options=generated_options(options_table(TABLES[kind], table))
        if kind and table.BuiltinOptions()
        else {},
        intermediates=_vector(table, "Intermediates"),
    )


def assert_same(found: TfliteModel, expected: TfliteModel) -> None:
    """Compare every field; options that a file leaves out have their defaults in `found`."""
    assert found.description == expected.description
    assert len(found.subgraphs) == len(expected.subgraphs)
    for ours, theirs in zip(found.subgraphs, expected.subgraphs, strict=True):
        for name in ("name", "inputs", "outputs"):
            assert getattr(ours, name) == getattr(theirs, name)
        for one, other in zip(ours.operators, theirs.operators, strict=True):
            _assert_same_options(one, other)
            for name in ("name", "position", "version", "inputs", "outputs", "intermediates"):
                assert getattr(one, name) == getattr(other, name)
        for a, b in zip(ours.tensors, theirs.tensors, strict=True):
            _assert_same_tensor(a, b)


def _assert_same_options(a: Operator, b: Operator) -> None:
    for name in {*a.options, *b.options} if b.options else ():
        ours, theirs = a.options[name], b.options[name]
        assert type(ours) is type(theirs), (a.name, name)
        # A NaN is no equal of itself.
        assert ours == theirs or (ours != ours and theirs != theirs), (a.name, name)


def _assert_same_tensor(a: Tensor, b: Tensor) -> None:
    for name in ("name", "shape", "dtype", "axis", "is_variable", "signature"):
        assert getattr(a, name) == getattr(b, name), a.name
    for name in ("scales", "zero_points", "data"):
        ours, theirs = getattr(a, name), getattr(b, name)
        assert (ours is None) == (theirs is None), (a.name, name)
        if ours is not None:
            assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape), (a.name, name)
            assert ours.tobytes() == theirs.tobytes(), (a.name, name)
