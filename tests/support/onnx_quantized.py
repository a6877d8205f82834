"""Quantized ONNX networks in the making, and what onnxruntime computes with them."""

from __future__ import annotations

import platform
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from thumbnet.export.stages.reference import execute
from thumbnet.importers import IntegerNetwork, read

from .require import require

Rng = np.random.Generator
F = np.float32


class Network:
    """A graph; tensors are the names of what is dequantized."""

    def __init__(self, rng: Rng, dtype: str = "uint8", opset: int = 13) -> None:
        self.rng, self.dtype, self.opset = rng, np.dtype(dtype), opset
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.shapes: dict[str, tuple[int, ...]] = {}
        self.quantization: dict[str, tuple[Any, int]] = {}
        self.low = int(np.iinfo(self.dtype).min)

    def constant(self, values: Any) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def node(self, op: str, inputs: list[str], outputs: int = 1, **settings: Any) -> Any:
        names = [f"t{len(self.nodes)}_{k}" for k in range(outputs)]
        self.nodes.append(helper.make_node(op, inputs, names, **settings))
        return names if outputs > 1 else names[0]

    def place(self) -> tuple[Any, int]:
        """A scale and a zero point of the file's type."""
        return F(np.exp(self.rng.uniform(-5, -2))), int(self.rng.integers(0, 256)) + self.low

    def quantized(self, name: str, shape: tuple[int, ...], place: tuple[Any, int]) -> str:
        pair = [self.constant(F(place[0])), self.constant(self.dtype.type(place[1]))]
        found: str = self.node(
            "DequantizeLinear", [self.node("QuantizeLinear", [name, *pair]), *pair]
        )
        self.shapes[found], self.quantization[found] = shape, place
        return found

    def start(self, shape: tuple[int, ...]) -> str:
        self.input = shape
        return self.quantized("x", shape, self.place())

    def fixed(self, values: Any, scale: Any, zero: Any = 0, axis: int = 0) -> str:
        """A quantized constant."""
        dtype = values.dtype
        scales = np.asarray(scale, F)
        zeros = np.broadcast_to(np.asarray(zero, dtype), scales.shape)
        more = {"axis": axis} if scales.ndim else {}
        inputs = [self.constant(values), self.constant(scales), self.constant(zeros)]
        if self.rng.random() < 0.3 and dtype == np.int8:
            # As PyTorch writes weights: floats, and QuantizeLinear.
            column = [-1 if k == axis else 1 for k in range(values.ndim)]
            steps = scales.reshape(column) if scales.ndim else scales
            floats = (values.astype(F) - np.asarray(zero, F)) * steps
            inputs[0] = self.node("QuantizeLinear", [self.constant(floats), *inputs[1:]], **more)
        name: str = self.node("DequantizeLinear", inputs, **more)
        return name

    def apply(
        self, op: str, inputs: list[str], shape: tuple[int, ...], place: Any = None, **settings: Any
    ) -> str:
        """An operation, and the quantization of its output."""
        return self.quantized(self.node(op, inputs, **settings), shape, place or self.place())

    def model(self, *outputs: str) -> bytes:
        batch = ["N", *self.input[1:]]
        graph = helper.make_graph(
            self.nodes,
            "net",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, batch)],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
            self.constants,
        )
        opsets = [helper.make_opsetid("", self.opset), helper.make_opsetid("com.microsoft", 1)]
        made = helper.make_model(graph, opset_imports=opsets)
        made.ir_version = 8
        data: bytes = made.SerializeToString()
        return data


def sum_net() -> bytes:
    """A file with the sum of an image and its curve, and the softmax of it."""
    net = Network(np.random.default_rng(0))
    x = net.start((1, 2, 3, 3))
    y = net.apply("Relu", [x], (1, 2, 3, 3))
    z = net.apply("Add", [x, y], (1, 2, 3, 3))
    return net.model(net.apply("Softmax", [z], (1, 2, 3, 3), (F(1 / 256), 0)))


@cache
def imported_onnx(data: bytes, name: str = "net") -> IntegerNetwork:
    """Return the integer network in a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.onnx"
        path.write_bytes(data)
        found = read(path, name)
    assert isinstance(found, IntegerNetwork)
    return found


def session(data: bytes, **entries: str) -> Any:
    """onnxruntime as anyone gets it; networks of int8 run in integers, as they do on ARM.

    On x86, onnxruntime by default computes convolutions in floats whose int8 input is read twice.
    """
    import onnxruntime

    if platform.machine().lower() not in ("x86_64", "amd64"):
        require("x86", "onnxruntime rounds sums and means in another way on this processor")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    for key, value in {"session.qdqisint8allowed": "1", **entries}.items():
        options.add_session_config_entry(key, value)
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


@cache
def has_exact_products() -> bool:
    """Whether onnxruntime's products are exact here: without VNNI, sums of two are cut to 16 bits.

    Weights of 7 bits never need more; `reduce_range` of its quantizer makes such.
    """
    text = Path("/proc/cpuinfo")
    return text.is_file() and bool({"avx512_vnni", "avx_vnni"} & {*text.read_text().split()})


def scores_of_onnxruntime(made: Any, network: IntegerNetwork, x: Any) -> Any:
    """The outputs for each row of levels, joined, as integers without their zero point."""
    (start,) = made.get_inputs()
    spec = network.graph.tensors[network.graph.nodes[0].output]
    reals = ((x - spec.zero_point).astype(F) * F(spec.scale)).astype(F)
    shape = start.shape[1:]
    if "channels last" in network.source:
        reals = np.moveaxis(reals.reshape(-1, *shape[1:], shape[0]), -1, 1)
    scales = np.asarray(network.graph.tensors["scores"].scale, np.float64)
    found = []
    for row in reals.reshape(-1, 1, *shape):
        outputs = made.run(None, {start.name: row})
        found.append(np.concatenate([one.reshape(-1) for one in outputs]))
    return np.rint(np.array(found, np.float64) / scales).astype(np.int64)


def scores_of_reference(network: IntegerNetwork, x: Any) -> Any:
    """The same from the reference."""
    return execute(network.graph, np.asarray(x, np.float64), None)["scores"]
