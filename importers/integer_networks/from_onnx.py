"""A quantized ONNX file as an integer graph with the same integers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.export import Node
from thumbnet.trainer import ThumbnetError

from ..float_networks.onnx_constants import computed
from ..onnx_files.read_onnx import OnnxModel, OnnxNode
from ..tflite.model import Operator, Tensor
from .boxes import Ints
from .finish import finished
from .moving import places
from .network import IntegerNetwork
from .onnx_builder import OnnxBuilder, Real, Reordered, channels_last
from .onnx_elementwise import clip_limits, quantization
from .onnx_qoperators import dequantized
from .onnx_quantizing import (
    check_axis,
    check_limit,
    quantized_constant,
    requantized,
    scales_of,
)
from .onnx_registry import COMPUTES, MOVES, check_source, compute
from .onnx_values import Level, Pending, input_of, needed_of

Array = npt.NDArray[Any]


def integer_network_of_onnx(model: OnnxModel, path: str, name: str) -> IntegerNetwork:
    """Translate a quantized network.

    Parameters
    ----------
    model
        The file's description.
    path
        The file, for messages.
    name
        The name of the module.

    Raises
    ------
    ThumbnetError
        If an operation or its types are not supported, with its position and what to do.

    """
    try:
        model = dequantized(model)
    except ThumbnetError as error:
        raise ThumbnetError(f"{path}: {error}") from error
    try:
        return _Translation(model, path, None).network(name)
    except Reordered as needed:
        return _Translation(model, path, needed.order).network(name)


class _Translation:
    """One pass over the nodes of a file."""

    def __init__(self, model: OnnxModel, path: str, order: Ints | None) -> None:
        self.model, self.order, self.path = model, order, path
        self.builder = OnnxBuilder(path, model.opset)
        self.values: dict[str, Any] = {**model.constants}
        self.uses: dict[str, int] = dict.fromkeys(model.outputs, 1)
        self.start: tuple[Any, ...] | None = None
        self.types: set[str] = set()

    def network(self, name: str) -> IntegerNetwork:
        """Return the network."""
        self.input, self.shape = input_of(self.model, self.builder)
        needed = needed_of(self.model)
        for node in needed:
            for tensor in node.inputs:
                self.uses[tensor] = self.uses.get(tensor, 0) + 1
        for node in needed:
            shown = " ".join(node.op.split())[:40]
            operator = Operator(shown, node.position, self.model.opset, (), (), node.attributes)
            self.builder.at(operator)
            try:
                self._take(node)
            except ThumbnetError as error:
                if str(error).startswith(self.path):
                    raise
                self.builder.refuse(str(error), "docs/import.md says what is supported")
            except (ValueError, TypeError, IndexError, KeyError, ZeroDivisionError) as error:
                why = " ".join(str(error).split())[:100]
                self.builder.refuse(f"its settings do not fit ({why})", "export the network again")
        return self._finished(name)

    # The nodes.

    def _take(self, node: OnnxNode) -> None:
        inputs = [self._value(name) for name in node.inputs]
        if node.op == "QuantizeLinear":
            self.values[node.outputs[0]] = self._quantize(node, inputs)
        elif node.op == "DequantizeLinear":
            self.values[node.outputs[0]] = self._dequantize(node, inputs)
        elif all(value is None or isinstance(value, np.ndarray) for value in inputs):
            self.values.update(computed(node, inputs, self.model.opset))
        elif node.op == "Shape":
            shape = self.builder.dims(self._number(inputs[0]))
            part = slice(node.attributes.get("start", 0), node.attributes.get("end"))
            self.values[node.outputs[0]] = np.array(shape, np.int64)[part]
        elif node.op in ("Relu", "Clip") and isinstance(inputs[0], Pending):
            self.values[node.outputs[0]] = self._limited(node, inputs)
        elif node.op in MOVES:
            self._move(node, inputs)
        elif node.op in COMPUTES:
            check_source(self.builder, node.op, inputs)
            self.values[node.outputs[0]] = Pending(self._operator(node, inputs))
        else:
            self.builder.refuse(
                "thumbnet has no integer form of it",
                f"use one of {', '.join(sorted({*MOVES, *COMPUTES}))}, or import the float "
                "network with --data",
            )
        if len(node.outputs) > 1 and node.op not in MOVES:
            kept = [name for name in node.outputs[1:] if self.uses.get(name)]
            if kept:
                self.builder.refuse("it has several outputs", "use its first output only")

    def _value(self, name: str) -> Any:
        if not name:
            return None
        if name == self.input:
            return self.input
        if name not in self.values:
            self.builder.refuse(f"it reads {name[:60]!r}, which nothing writes", "export it again")
        value = self.values[name]
        if isinstance(value, Pending) and self.uses[name] > 1:
            self.builder.at(value.operator)
            self.builder.refuse(
                f"its result is read {self.uses[name]} times before it is quantized",
                "quantize it once, with QuantizeLinear and DequantizeLinear",
            )
        return value

    def _number(self, value: Any) -> int:
        """Return the number of a tensor that an operation reads."""
        if value is None:
            return -1
        if isinstance(value, np.ndarray):
            return self.builder.constant_of(value)
        if isinstance(value, (Real, Level)):
            return value.number
        if isinstance(value, Pending):
            why = f"it reads what {value.operator.name} {value.operator.position} computes, in "
            remedy = "put QuantizeLinear and DequantizeLinear between them"
            if value.operator.name == "ReduceMean":
                remedy += (
                    ", or, if it is PyTorch's average over a picture, export with dynamo=False, "
                    "which writes GlobalAveragePool"
                )
            self.builder.refuse(f"{why}floats", remedy)
        return self.builder.refuse(
            "it reads the input, which is not quantized",
            "put QuantizeLinear and DequantizeLinear behind the input",
        )

    def _operator(self, node: OnnxNode, inputs: list[Any], outputs: tuple[int, ...] = ()) -> Any:
        numbers = tuple(self._number(value) for value in inputs)
        options = dict(node.attributes)
        return Operator(node.op, node.position, self.model.opset, numbers, outputs, options)

    def _move(self, node: OnnxNode, inputs: list[Any]) -> None:
        if isinstance(inputs[0], np.ndarray):
            self.builder.refuse("it moves a constant by computed places", "run onnxsim on the file")
        operator = self._operator(node, inputs, tuple(range(len(node.outputs))))
        operator.options["parts"] = len(node.outputs)
        if self.builder.is_constant(operator.inputs[0]):
            self.builder.refuse(
                "it moves a quantized constant", "run onnxsim on the file, or fold it"
            )
        made = MOVES[node.op](self.builder, self.builder.at(operator))
        whole = isinstance(inputs[0], Level)
        moved = node.op not in ("Identity", "Dropout")
        kinds = [Level(one.number) if whole else Real(one.number, moved) for one in made]
        self.values.update(zip(node.outputs, kinds, strict=False))

    # Quantization.

    def _limited(self, node: OnnxNode, inputs: list[Any]) -> Pending:
        pending: Pending = inputs[0]
        numbers = [self._number(value) for value in inputs[1:]]
        operator = Operator(node.op, node.position, self.model.opset, (), (), dict(node.attributes))
        low, high = 0.0, np.inf
        if node.op == "Clip":
            found = clip_limits(self.builder, operator, numbers)
            low, high = float(found["min"]), float(found["max"])
        return Pending(pending.operator, [*pending.limits, (operator, low, high)])

    def _quantize(self, node: OnnxNode, inputs: list[Any]) -> Any:
        value, scale, zero = (*inputs, None)[:3]
        scales, zeros, dtype = scales_of(self.builder, node, scale, zero, "uint8")
        if isinstance(value, np.ndarray):
            return quantized_constant(self.builder, node, value, scales, zeros, dtype)
        if len(scales) != 1:
            self.builder.refuse("it has a scale for each channel", "use one for the whole tensor")
        if dtype not in ("int8", "uint8"):
            self.builder.refuse(f"it quantizes to {dtype}", "quantize to 8 bits")
        tensor = Tensor("", (), dtype, None, scales, zeros)
        if isinstance(value, str):
            return Level(self._begin(tensor))
        if isinstance(value, Real):
            return Level(requantized(self.builder, node, value, tensor))
        if not isinstance(value, Pending):
            self.builder.refuse("it quantizes integers", "export the network again")
        number = self.builder.found(tensor)
        operator = value.operator
        q = quantization(self.builder, number)
        for limit, low, high in value.limits:
            check_limit(self.builder, limit, low, high, q)
        operator = Operator(
            operator.name,
            operator.position,
            operator.version,
            operator.inputs,
            (number,),
            operator.options,
        )
        compute(self.builder, self.builder.at(operator))
        self.types.add(dtype)
        return Level(number)

    def _dequantize(self, node: OnnxNode, inputs: list[Any]) -> Real:
        value, scale, zero = (*inputs, None)[:3]
        if isinstance(value, np.ndarray):
            scales, zeros, _ = scales_of(self.builder, node, scale, zero, str(value.dtype))
            check_axis(self.builder, node, value, scales)
            axis = int(node.attributes.get("axis", 1))
            data = (value.shape, str(value.dtype), value)
            return Real(self.builder.found(Tensor("", *data, scales, zeros, axis)))
        kind = self.model.input_types.get(self.input, "uint8")
        if isinstance(value, Level):
            kind = self.builder.tensor(value.number).dtype
        scales, zeros, _ = scales_of(self.builder, node, scale, zero, kind)
        if isinstance(value, str):
            return Real(self._begin(Tensor("", (), kind, None, scales, zeros)))
        if not isinstance(value, Level):
            self.builder.refuse("it dequantizes floats", "export the network again")
        found = self.builder.tensor(value.number)
        if not (np.array_equal(found.scales, scales) and np.array_equal(found.zero_points, zeros)):
            self.builder.refuse(
                "its scale is not that of the QuantizeLinear before it", "export the network again"
            )
        return Real(value.number)

    def _begin(self, tensor: Tensor) -> int:
        """Return the number of the input, whose integers the module takes."""
        builder = self.builder
        wanted = (tensor.dtype, float(tensor.scales[0]), int(tensor.zero_points[0]))
        if self.start is not None:
            if self.start[1:] != wanted:
                builder.refuse("the input is quantized in several ways", "quantize it once")
            return int(self.start[0])
        if tensor.dtype not in ("int8", "uint8") or len(tensor.scales) != 1:
            builder.refuse(f"its input is {tensor.dtype}", "quantize it to 8 bits")
        scales, zeros = tensor.scales, tensor.zero_points
        number = builder.found(Tensor("", self.shape, tensor.dtype, None, scales, zeros))
        layout = None
        if self.order is not None:
            layout = np.argsort(self.order, axis=None, kind="stable").reshape(self.shape)
        elif len(self.shape) > 2:
            builder.reordered = channels_last(places(self.shape)).reshape(-1)
        node = Node("quantize_levels", ("input",), "x", {"minimum": 0, "maximum": 255, "gain": 1})
        builder.put(node, builder.spec("x", number), number, layout, "")
        self.start = (number, *wanted)
        self.types.add(tensor.dtype)
        return number

    # The end.

    def _finished(self, name: str) -> IntegerNetwork:
        builder = self.builder
        sources = []
        for k, output in enumerate(self.model.outputs):
            value = self.values.get(output)
            if isinstance(value, Pending):
                builder.at(value.operator)
                builder.refuse(
                    "its result is an output in floats",
                    "put QuantizeLinear and DequantizeLinear behind it",
                )
            builder.at(Operator("Output", k, self.model.opset, (), (), {}))
            if not isinstance(value, (Real, Level)) or builder.is_constant(value.number):
                builder.refuse("it does not depend on the input", "export the network again")
            number = value.number
            builder.alias_of(number, builder.in_order(number, builder.layout(number), "ordered"))
            sources.append(builder.source(number))
        builder.operator = None
        kind = f"{' and '.join(sorted(self.types))} ONNX"
        if self.order is not None:
            kind += ", rows with channels last"
        return finished(builder, name, self.shape[1:], sources, (), kind)
