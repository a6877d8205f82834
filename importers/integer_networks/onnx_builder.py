"""Builds an integer graph from the operations of a quantized ONNX file.

ONNX has channels first, the graph has them last. So each tensor of the file has a layout: where in
the graph's tensor each of its values is. Operations that only move values change the layout, and
bytes are moved only where an operation needs them in another order.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.export import Node, TensorSpec

from ..tflite.model import Operator, Subgraph, Tensor
from .boxes import Ints, as_box
from .builder import SIGN, Builder, Source
from .moving import moved, places

MOST_VALUES = 2**22
"""Values of a tensor, at most."""


@dataclass(frozen=True, eq=False)
class Real:
    """A float tensor of the file that stands for integers: it is dequantized, or a constant.

    Attributes
    ----------
    number
        The tensor of integers.
    moved
        Whether an operation is between it and its DequantizeLinear.

    """

    number: int
    moved: bool = False


class Reordered(Exception):
    """The input has to be in another order, so that its bytes need not be moved.

    Parameters
    ----------
    order
        Which value of the file each one is.

    """

    def __init__(self, order: Ints) -> None:
        super().__init__()
        self.order = order


class OnnxBuilder(Builder):
    """The graph so far; tensors of the file have numbers in the order in which they are found.

    Parameters
    ----------
    path
        The file, for messages.
    opset
        Version of ONNX's operations.
    """

    def __init__(self, path: str, opset: int) -> None:
        super().__init__(path, (Subgraph("", (), (), (), ()),))
        self.opset = opset
        self.reordered: Ints | None = None
        self.layouts: dict[int, Ints] = {}
        self._found: list[Tensor] = []

    def tensor(self, number: int) -> Tensor:
        """Return a tensor of the file."""
        return self._found[number]

    def found(self, tensor: Tensor) -> int:
        """Note a tensor of the file; return its number."""
        if tensor.data is None:
            self.check_size(tensor.shape)
        self._found.append(tensor)
        return len(self._found) - 1

    def check_size(self, shape: tuple[int, ...]) -> None:
        """Refuse a computed tensor that no board holds."""
        if prod(shape) > MOST_VALUES:
            self.refuse(
                f"a tensor has {prod(shape):,} values",
                f"at most {MOST_VALUES:,} are supported: no board holds so many",
            )

    def like(self, number: int, shape: tuple[int, ...]) -> int:
        """Note a computed tensor with the type and the quantization of another one."""
        other = self.tensor(number)
        scales, zeros = other.scales, other.zero_points
        return self.found(Tensor("", shape, other.dtype, None, scales, zeros))

    def constant_of(self, values: npt.NDArray[Any]) -> int:
        """Note a constant that is not quantized."""
        return self.found(Tensor("", values.shape, str(values.dtype), values))

    def base(self, number: int) -> int:
        """Return which level stands for the file's 0: 128 for int8."""
        return SIGN if self.tensor(number).dtype == "int8" else 0

    def levels(self, number: int) -> Ints:
        """Return a constant of bytes as levels, from 0 to 255."""
        values = self.known(number)
        if values is None or str(values.dtype) not in ("int8", "uint8"):
            self.refuse("an input is no constant of bytes", "quantize the whole network to 8 bits")
        return values.astype(np.int64) + self.base(number)

    def real(self, number: int, why: str, remedy: str) -> np.float32:
        """Return a constant of one value, perhaps dequantized, or refuse another tensor."""
        found, values = self.tensor(number), self.known(number)
        if values is None or values.size != 1:
            self.refuse(why, remedy)
        value = float(values.reshape(-1)[0])
        if found.scales.size:
            value = float(np.float32(value - int(found.zero_points[0])) * found.scales[0])
        return np.float32(value)  # type: ignore[no-any-return]

    def layout(self, number: int) -> Ints:
        """Return the place of each value of a tensor in the graph's tensor."""
        if number not in self.layouts:
            self.refuse("it reads a constant", "compute it before")
        return self.layouts[number]

    def put(
        self, node: Node, spec: TensorSpec, number: int, layout: Ints | None, words: str
    ) -> None:
        """Add a node that computes a tensor of the file; by default, in the file's own order."""
        if layout is None:
            layout = places(self.dims(number))
        self.add(node, spec, number, words)
        self.layouts[number] = layout

    def renamed(self, number: int, other: int, layout: Ints) -> None:
        """Note that a tensor has bytes of another one, at the places that its layout says."""
        self.alias(number, self.source(other))
        self.layouts[number] = layout

    def alias_of(self, number: int, name: str) -> None:
        """Note that a tensor is one of the graph."""
        self.alias(number, Source(name, self.tensor(number).shape))

    def in_order(self, number: int, index: Ints, part: str, fill: int = 0) -> str:
        """Return the name of a tensor with the bytes of another at these places of the graph's."""
        if self.source(number).name == "x" and self.reordered is not None:
            order = index.reshape(-1)
            if np.array_equal(order, self.reordered):
                raise Reordered(order)
        return moved(self, number, as_box(index), part, fill)

    def output_shape(self, operator: Operator, shape: tuple[int, ...]) -> None:
        """Set the shape of the tensor that an operator computes."""
        self.check_size(shape)
        (y,) = operator.outputs
        old = self.tensor(y)
        scales, zeros = old.scales, old.zero_points
        self._found[y] = Tensor(old.name, shape, old.dtype, None, scales, zeros)


def channels_last(layout: Ints) -> Ints:
    """Return a layout (batch, channels, places ...) as (batch, places ..., channels)."""
    return np.moveaxis(layout, 1, -1)


def from_channels_last(shape: tuple[int, ...]) -> Ints:
    """Return the layout of a tensor (1, channels, places ...) that is kept channels last."""
    last = (shape[0], *shape[2:], shape[1])
    return np.moveaxis(places(last), -1, 1)
