"""Writes a .tflite from the description that `read_tflite` returns, with generated code.

`build(model)` gives the bytes of a file. A `Network` is a shorter way to a model:

    net = Network()
    x = net.input((1, 4), scale=0.1, zero_point=3)
    w = net.constant(weights, scales, axis=0)                          # int8, a scale for each row
    y = net.apply("FULLY_CONNECTED", [x, w], (1, 2), scale=0.2, fused_activation_function="RELU")
    data = build(net.model(y))

Slots and defaults are those of the package `tflite`, not of `importers/tflite/schema.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np
import tflite
from numpy.typing import ArrayLike

from thumbnet.importers.tflite.model import Operator, Subgraph, Tensor, TfliteModel
from thumbnet.importers.tflite.schema import OPTIONS

from .tflite_metadata import metadata, with_labels

IDENTIFIER = b"TFL3"

ENUMERATIONS = {
    "padding": tflite.Padding,
    "activation": tflite.ActivationFunctionType,
    "weights_format": tflite.FullyConnectedOptionsWeightsFormat,
}
TABLES = {code: name for name, code in vars(tflite.BuiltinOptions).items() if isinstance(code, int)}
"""The names of the tables of options."""

INT8_VERSIONS = {
    **{"CONV_2D": 3, "DEPTHWISE_CONV_2D": 3, "TRANSPOSE_CONV": 2, "FULLY_CONNECTED": 4},
    **dict.fromkeys(("ADD", "SUB", "MUL", "MEAN", "REDUCE_MAX", "CONCATENATION", "SPLIT"), 2),
    **dict.fromkeys(("AVERAGE_POOL_2D", "MAX_POOL_2D", "SOFTMAX", "LOGISTIC", "TANH", "RELU"), 2),
    **dict.fromkeys(("RELU6", "LEAKY_RELU", "PAD", "TRANSPOSE", "STRIDED_SLICE", "SPLIT_V"), 2),
    **dict.fromkeys(("RESIZE_NEAREST_NEIGHBOR", "DEQUANTIZE", "BATCH_MATMUL", "GELU"), 2),
    **{"SVDF": 3, "UNIDIRECTIONAL_SEQUENCE_LSTM": 3, "ABS": 2, "RSQRT": 2, "PACK": 2},
}
"""The version that the converter gives an int8 operator; 1 for the others."""


@dataclass
class Network:
    """A sub-graph in the making. Methods take and return numbers of tensors."""

    tensors: list[Tensor] = field(default_factory=list)
    operators: list[Operator] = field(default_factory=list)
    inputs: list[int] = field(default_factory=list)

    def tensor(
        self,
        shape: Sequence[int],
        scale: ArrayLike = (),
        zero_point: ArrayLike = 0,
        dtype: str = "int8",
        **more: Any,
    ) -> int:
        """Add a tensor: one scale, a scale for each index of `axis`, or none."""
        scales = np.atleast_1d(np.asarray(scale, np.float32))
        zero_points = np.broadcast_to(np.asarray(zero_point, np.int64), scales.shape).copy()
        more.setdefault("name", f"t{len(self.tensors)}")
        self.tensors.append(
            Tensor(
                shape=tuple(map(int, shape)),
                dtype=dtype,
                scales=scales,
                zero_points=zero_points,
                **more,
            )
        )
        return len(self.tensors) - 1

    def input(
        self,
        shape: Sequence[int],
        scale: ArrayLike = (),
        zero_point: ArrayLike = 0,
        dtype: str = "int8",
        **more: Any,
    ) -> int:
        """Add an input of the network."""
        self.inputs.append(self.tensor(shape, scale, zero_point, dtype, **more))
        return self.inputs[-1]

    def constant(
        self, values: Any, scale: ArrayLike = (), zero_point: ArrayLike = 0, **more: Any
    ) -> int:
        """Add a constant; its type is that of the array."""
        data = np.asarray(values)
        return self.tensor(data.shape, scale, zero_point, data.dtype.name, **{"data": data, **more})

    def variable(self, shape: Sequence[int], scale: ArrayLike = (), **more: Any) -> int:
        """Add the state of an operator: it has no values in the file, and is neither input."""
        return self.tensor(shape, scale, **{"is_variable": True, **more})

    def operator(
        self,
        name: str,
        inputs: Sequence[int],
        outputs: Sequence[int],
        *,
        version: int | None = None,
        intermediates: Sequence[int] = (),
        **options: Any,
    ) -> None:
        """Add an operator between tensors that exist; -1 is an input that is left out."""
        if version is None:
            int8 = any(self.tensors[i].dtype == "int8" for i in (*inputs, *outputs) if i >= 0)
            version = INT8_VERSIONS.get(name, 1) if int8 else 1
        self.operators.append(
            Operator(
                name,
                len(self.operators),
                version,
                tuple(inputs),
                tuple(outputs),
                options,
                tuple(intermediates),
            )
        )

    def apply(
        self,
        name: str,
        inputs: Sequence[int],
        shape: Sequence[int],
        scale: ArrayLike = (),
        zero_point: ArrayLike = 0,
        dtype: str = "int8",
        **options: Any,
    ) -> int:
        """Add an operator with one new tensor as its output."""
        output = self.tensor(shape, scale, zero_point, dtype)
        self.operator(name, inputs, [output], **options)
        return output

    def subgraph(self, *outputs: int, name: str = "main") -> Subgraph:
        """Return what was added, with these outputs."""
        return Subgraph(
            name, tuple(self.tensors), tuple(self.operators), tuple(self.inputs), tuple(outputs)
        )

    def model(self, *outputs: int) -> TfliteModel:
        """Return a model of this one sub-graph."""
        return TfliteModel((self.subgraph(*outputs),), "built by the tests")


def build(model: TfliteModel) -> bytes:
    """Return the file of a model. Options may be left out: they get their default."""
    data = bytes(Writer().write(model))
    if not model.label_file:
        return data
    return with_labels(data, model.label_file, model.labels)


class Writer:
    """Writes the tables from the innermost to the outermost, as FlatBuffers need it."""

    def __init__(self) -> None:
        self.to = flatbuffers.Builder(4096)
        self.codes: dict[tuple[str, int], int] = {}
        self.buffers: list[bytes] = [b""]

    def write(self, model: TfliteModel) -> bytearray:
        if model.label_file:
            self.buffers.append(metadata(model.label_file))
        metadata_buffer = len(self.buffers) - 1
        subgraphs = self.offsets([self._subgraph(one) for one in model.subgraphs])
        codes = self.offsets([self._code(*key) for key in self.codes])
        buffers = self.offsets([self._buffer(data) for data in self.buffers])
        description = self.to.CreateString(model.description)
        entries = None
        if model.label_file:
            name = self.to.CreateString("TFLITE_METADATA")
            entries = self.offsets([self._table("Metadata", Name=name, Buffer=metadata_buffer)])
        root = self._table(
            "Model",
            Version=3,
            OperatorCodes=codes,
            Subgraphs=subgraphs,
            Description=description,
            Buffers=buffers,
            Metadata=entries,
        )
        self.to.Finish(root, IDENTIFIER)
        return bytearray(self.to.Output())

    def _table(self, name: str, **fields: Any) -> int:
        """Write a table; None leaves a field out."""
        getattr(tflite, f"{name}Start")(self.to)
        for key, value in fields.items():
            if value is not None:
                getattr(tflite, f"{name}Add{key}")(self.to, value)
        return int(getattr(tflite, f"{name}End")(self.to))

    def offsets(self, offsets: Sequence[int]) -> int:
        self.to.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            self.to.PrependUOffsetTRelative(offset)
        return int(self.to.EndVector())

    def _numbers(self, values: Iterable[int] | np.ndarray[Any, Any], dtype: str) -> int | None:
        array = np.asarray(values if isinstance(values, np.ndarray) else tuple(values), dtype)
        return int(self.to.CreateNumpyVector(array)) if array.size else None

    def _buffer(self, data: bytes) -> int:
        # Readers expect constants at multiples of 16.
        self.to.StartVector(1, len(data), 16)
        self.to.head -= len(data)
        self.to.Bytes[self.to.head : self.to.head + len(data)] = data
        content = self.to.EndVector()
        return self._table("Buffer", Data=content if data else None)

    def _code(self, name: str, version: int) -> int:
        custom = name.removeprefix("CUSTOM ") if name.startswith("CUSTOM ") else None
        code = getattr(tflite.BuiltinOperator, "CUSTOM" if custom is not None else name)
        text = None if custom is None else self.to.CreateString(custom)
        return self._table(
            "OperatorCode",
            DeprecatedBuiltinCode=min(code, 127),
            CustomCode=text,
            Version=version,
            BuiltinCode=code,
        )

    def _subgraph(self, subgraph: Subgraph) -> int:
        tensors = self.offsets([self._tensor(one) for one in subgraph.tensors])
        operators = self.offsets([self._operator(one) for one in subgraph.operators])
        return self._table(
            "SubGraph",
            Tensors=tensors,
            Inputs=self._numbers(subgraph.inputs, "int32"),
            Outputs=self._numbers(subgraph.outputs, "int32"),
            Operators=operators,
            Name=self.to.CreateString(subgraph.name),
        )

    def _tensor(self, tensor: Tensor) -> int:
        buffer = 0
        if tensor.data is not None:
            self.buffers.append(np.ascontiguousarray(tensor.data).tobytes())
            buffer = len(self.buffers) - 1
        quantization = (
            self._table(
                "QuantizationParameters",
                Scale=self._numbers(tensor.scales, "float32"),
                ZeroPoint=self._numbers(tensor.zero_points, "int64"),
                QuantizedDimension=tensor.axis,
            )
            if tensor.scales.size
            else None
        )
        return self._table(
            "Tensor",
            Shape=self._numbers(tensor.shape, "int32"),
            Type=getattr(tflite.TensorType, tensor.dtype.upper()),
            Buffer=buffer,
            Name=self.to.CreateString(tensor.name),
            Quantization=quantization,
            IsVariable=tensor.is_variable,
            ShapeSignature=self._numbers(tensor.signature, "int32"),
            HasRank=True,
        )

    def _operator(self, operator: Operator) -> int:
        key = operator.name, operator.version
        code = self.codes.setdefault(key, len(self.codes))
        kind, options = self._options(operator)
        return self._table(
            "Operator",
            OpcodeIndex=code,
            Inputs=self._numbers(operator.inputs, "int32"),
            Outputs=self._numbers(operator.outputs, "int32"),
            BuiltinOptionsType=kind,
            BuiltinOptions=options,
            Intermediates=self._numbers(operator.intermediates, "int32"),
        )

    def _options(self, operator: Operator) -> tuple[int, int | None]:
        if operator.name not in OPTIONS:
            assert not operator.options, f"{operator.name} has no options"
            return 0, None
        known = OPTIONS[operator.name]
        kinds = {one.name: one.kind for one in known.fields}
        fields = {
            "".join(part.capitalize() for part in name.split("_")): self._option(kinds[name], value)
            for name, value in operator.options.items()
        }
        return known.code, self._table(TABLES[known.code], **fields)

    def _option(self, kind: str, value: Any) -> Any:
        if kind == "text":
            return self.to.CreateString(value)
        if kind == "int32s":
            return self._numbers(value, "int32")
        if kind == "dtype":
            return getattr(tflite.TensorType, value.upper())
        return getattr(ENUMERATIONS[kind], value) if kind in ENUMERATIONS else value
