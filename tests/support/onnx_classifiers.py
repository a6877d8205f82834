"""Float image classifiers in ONNX, and what onnxruntime's own quantizer makes of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from .onnx_models import Step, onnx_model
from .onnx_quantized import has_exact_products

Array = np.ndarray[Any, Any]


class Layers:
    """A float network in the making."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.steps: list[Step] = []
        self.constants: dict[str, Array] = {}

    def step(self, op: str, inputs: list[str], **settings: Any) -> str:
        self.steps.append((op, inputs, settings))
        return f"t{len(self.steps) - 1}"

    def constant(self, *shape: int) -> str:
        name = f"c{len(self.constants)}"
        size = max(int(np.prod(shape[1:])), 1)
        self.constants[name] = (self.rng.normal(size=shape) * np.sqrt(2 / size)).astype(np.float32)
        return name

    def conv(
        self,
        x: str,
        channels: int,
        outputs: int,
        kernel: tuple[int, int] = (3, 3),
        stride: int = 1,
        group: int = 1,
        relu: str = "Relu",
    ) -> str:
        pads = [kernel[0] // 2, kernel[1] // 2] * 2
        weights = [self.constant(outputs, channels // group, *kernel), self.constant(outputs)]
        strides = [stride, stride]
        y = self.step("Conv", [x, *weights], pads=pads, strides=strides, group=group)
        return self.step(relu, [y]) if relu else y


def resnet_8() -> tuple[Layers, tuple[int, ...]]:
    """Of MLPerf Tiny, with a quarter of its channels."""
    net = Layers(0)
    x, channels = net.conv("x", 3, 4), 4
    for outputs, stride in ((4, 1), (8, 2), (16, 2)):
        y = net.conv(x, channels, outputs, stride=stride)
        y = net.conv(y, outputs, outputs, relu="")
        same = outputs == channels
        short = x if same else net.conv(x, channels, outputs, (1, 1), stride, relu="")
        x, channels = net.step("Relu", [net.step("Add", [y, short])]), outputs
    y = net.step("Flatten", [net.step("GlobalAveragePool", [x])])
    net.step("Gemm", [y, net.constant(10, 16), net.constant(10)], transB=1)
    return net, (3, 32, 32)


def ds_cnn() -> tuple[Layers, tuple[int, ...]]:
    """Keyword spotting of MLPerf Tiny, with a quarter of its channels and half of its layers."""
    net = Layers(1)
    x = net.conv("x", 1, 16, (11, 3), 2)
    for _ in range(2):
        x = net.conv(x, 16, 16, group=16)
        x = net.conv(x, 16, 16, (1, 1))
    y = net.step("Flatten", [net.step("GlobalAveragePool", [x])])
    y = net.step("Gemm", [y, net.constant(12, 16), net.constant(12)], transB=1)
    net.step("Softmax", [y])
    return net, (1, 49, 10)


NETWORKS = {"resnet_8": resnet_8, "ds_cnn": ds_cnn}


@cache
def quantized(name: str, activations: str, as_operators: bool = False) -> bytes:
    """What `quantize_static` makes of a network, with a scale for each channel of the weights."""
    from onnxruntime.quantization import (
        CalibrationDataReader,
        QuantFormat,
        QuantType,
        quantize_static,
    )

    net, shape = NETWORKS[name]()
    rows = iter([{"x": row[None]} for row in _rows(8, shape)])

    class Reader(CalibrationDataReader):  # type: ignore[misc]
        def get_next(self) -> Any:
            return next(rows, None)

    with TemporaryDirectory() as folder:
        start, end = Path(folder) / "float.onnx", Path(folder) / "int8.onnx"
        start.write_bytes(onnx_model(net.steps, net.constants, shape, 17).SerializeToString())
        quantize_static(
            start,
            end,
            Reader(),
            quant_format=QuantFormat.QOperator if as_operators else QuantFormat.QDQ,
            activation_type=getattr(QuantType, activations),
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=not has_exact_products(),
        )
        return end.read_bytes()


def _rows(count: int, shape: tuple[int, ...]) -> Array:
    rng = np.random.default_rng(5)
    return rng.normal(size=(count, *shape)).astype(np.float32)
