"""Random ONNX graphs over the supported operations compute what onnxruntime computes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from support.onnx_models import Step, assert_agrees, onnx_model, save

CURVES: dict[str, dict[str, Any]] = {
    **{name: {} for name in ("Relu", "Sigmoid", "Tanh", "Softplus", "HardSwish", "Selu", "Abs")},
    **{"LeakyRelu": {"alpha": 0.25}, "Elu": {"alpha": 0.5}, "HardSigmoid": {}},
}


class Builder:
    """A graph in the making: tensors with their shapes, channels first, without the batch."""

    def __init__(self, draw: Any, shape: tuple[int, ...]) -> None:
        self.draw = draw
        self.steps: list[Step] = []
        self.constants: dict[str, np.ndarray[Any, Any]] = {}
        self.tensors = [("x", shape)]
        self.rng = np.random.default_rng(draw(st.integers(0, 2**32)))

    def constant(self, *shape: int, around: float = 0.0) -> str:
        name = f"c{len(self.constants)}"
        size = max(int(np.prod(shape[1:])), 1)
        values = around + self.rng.normal(size=shape) / np.sqrt(size)
        self.constants[name] = values.astype(np.float32)
        return name

    def numbers(self, *values: int) -> str:
        name = f"c{len(self.constants)}"
        self.constants[name] = np.array(values, np.int64)
        return name

    def step(self, op: str, inputs: list[str], shape: tuple[int, ...], **settings: Any) -> None:
        self.steps.append((op, inputs, settings))
        self.tensors.append((f"t{len(self.steps) - 1}", shape))

    def any_step(self) -> None:
        name, shape = self.draw(st.sampled_from(self.tensors[-3:]))
        kinds = ["curve", "scale", "norm", "add", "arithmetic"]
        if len(shape) > 1:
            kinds += ["conv", "depthwise", "pool", "concat", "pad"] * 2
        else:
            kinds += ["gemm"] * 2
        getattr(self, self.draw(st.sampled_from(kinds)))(name, shape)

    def curve(self, name: str, shape: tuple[int, ...]) -> None:
        op = self.draw(st.sampled_from(sorted(CURVES)))
        self.step(op, [name], shape, **CURVES[op])

    def arithmetic(self, name: str, shape: tuple[int, ...]) -> None:
        """x * sigmoid(x), (x + 1) / 2 and such."""
        if self.draw(st.booleans()):
            self.step("Sigmoid", [name], shape)
            self.step("Mul", [self.tensors[-1][0], name], shape)
        else:
            op = self.draw(st.sampled_from(["Add", "Sub", "Mul", "Div"]))
            self.step(op, [name, self.constant(1, around=2.0)], shape)

    def scale(self, name: str, shape: tuple[int, ...]) -> None:
        rest = (1,) * (len(shape) - 1)
        op = self.draw(st.sampled_from(["Add", "Sub", "Mul"]))
        operands = [name, self.constant(shape[0], *rest)]
        self.step(op, operands[:: self.draw(st.sampled_from([1, -1]))], shape)

    def norm(self, name: str, shape: tuple[int, ...]) -> None:
        rows = [self.constant(shape[0], around=a) for a in (1.0, 0.0, 0.0)]
        self.constants["v" + rows[0]] = (self.rng.random(shape[0]) + 0.5).astype(np.float32)
        self.step("BatchNormalization", [name, *rows, "v" + rows[0]], shape)

    def add(self, name: str, shape: tuple[int, ...]) -> None:
        same = [other for other, s in self.tensors if s == shape]
        self.step("Add", [name, self.draw(st.sampled_from(same))], shape)

    def gemm(self, name: str, shape: tuple[int, ...]) -> None:
        outputs = self.draw(st.integers(1, 6))
        weights = self.constant(outputs, shape[0])
        self.step("Gemm", [name, weights, self.constant(outputs)], (outputs,), transB=1)

    def window(self, shape: tuple[int, ...]) -> tuple[list[int], list[int], list[int], list[int]]:
        """Size, strides, padding and the sizes of the result."""
        size, strides, before, after, places = [], [], [], [], []
        for n in shape[1:]:
            k = self.draw(st.integers(1, min(3, n)))
            s = self.draw(st.integers(1, 3))
            pads = [self.draw(st.integers(0, k - 1)) for _ in range(2)]
            size.append(k)
            strides.append(s)
            before.append(pads[0])
            after.append(pads[1])
            places.append((n + sum(pads) - k) // s + 1)
        return size, strides, before + after, places

    def conv(self, name: str, shape: tuple[int, ...]) -> None:
        size, strides, pads, places = self.window(shape)
        outputs = self.draw(st.integers(1, 5))
        weights = self.constant(outputs, shape[0], *size)
        inputs = [name, weights, *([self.constant(outputs)] if self.draw(st.booleans()) else [])]
        self.step("Conv", inputs, (outputs, *places), strides=strides, pads=pads)

    def depthwise(self, name: str, shape: tuple[int, ...]) -> None:
        size, strides, pads, places = self.window(shape)
        each = self.draw(st.integers(1, 2))
        weights = self.constant(shape[0] * each, 1, *size)
        out = (shape[0] * each, *places)
        self.step("Conv", [name, weights], out, strides=strides, pads=pads, group=shape[0])

    def pool(self, name: str, shape: tuple[int, ...]) -> None:
        size, strides, pads, places = self.window(shape)
        op = self.draw(st.sampled_from(["MaxPool", "AveragePool"]))
        more: dict[str, Any] = {}
        if op == "AveragePool":
            more["count_include_pad"] = self.draw(st.integers(0, 1))
        out = (shape[0], *places)
        self.step(op, [name], out, kernel_shape=size, strides=strides, pads=pads, **more)

    def pad(self, name: str, shape: tuple[int, ...]) -> None:
        rank = len(shape) - 1
        pads = [self.draw(st.integers(0, 2)) for _ in range(2 * rank)]
        sizes = [n + a + b for n, a, b in zip(shape[1:], pads[:rank], pads[rank:], strict=True)]
        amounts = self.numbers(0, 0, *pads[:rank], 0, 0, *pads[rank:])
        self.step("Pad", [name, amounts], (shape[0], *sizes))

    def concat(self, name: str, shape: tuple[int, ...]) -> None:
        fitting = [t for t in self.tensors if len(t[1]) > 1 and t[1][1:] == shape[1:]]
        other, other_shape = self.draw(st.sampled_from(fitting))
        self.step("Concat", [name, other], (shape[0] + other_shape[0], *shape[1:]), axis=1)

    def end(self) -> None:
        """Make rows of what there is, and one dense layer of them."""
        name, shape = self.tensors[-1]
        if len(shape) > 1 and self.draw(st.booleans()):
            self.step("GlobalAveragePool", [name], (shape[0], *(1 for _ in shape[1:])))
            name, shape = self.tensors[-1]
        if len(shape) > 1:
            self.step("Flatten", [name], (int(np.prod(shape)),))
        self.gemm(*self.tensors[-1])


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_random_graphs(data: Any) -> None:
    rank = data.draw(st.integers(1, 3))
    builder = Builder(data.draw, tuple(data.draw(st.integers(1, 6)) for _ in range(rank)))
    for _ in range(data.draw(st.integers(1, 7))):
        builder.any_step()
    builder.end()
    shape = builder.tensors[0][1]
    x = builder.rng.normal(size=(3, *shape))
    with tempfile.TemporaryDirectory() as folder:
        path = save(Path(folder), onnx_model(builder.steps, builder.constants, shape))
        assert_agrees(path, x)
