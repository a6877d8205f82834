"""Builds an integer graph from the operators of a file, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from thumbnet.export import Node, State, TensorSpec
from thumbnet.trainer import ACTIVATION_MAX, ThumbnetError

from ..tflite.model import Operator, Subgraph, Tensor

SIGN = 128
"""Level `q` of ours, from 0 to 255, is the file's int8 `q - 128`."""


@dataclass(frozen=True)
class Source:
    """Where the values of a tensor of the file are in the graph.

    Attributes
    ----------
    name
        A tensor of the graph.
    shape
        The shape in the file without the batch: that of the graph's tensor may be another one.

    """

    name: str
    shape: tuple[int, ...]


@dataclass
class Variable:
    """A variable of the file.

    Attributes
    ----------
    name
        Its name in the file.
    size
        The number of its values; 0 while it is unknown.
    initial
        The levels of its first value.
    before
        The tensor of the graph with its value before the inference; "" if nothing reads that.
    now
        Where its value is.

    """

    name: str
    size: int = 0
    initial: npt.NDArray[np.uint8] | None = None
    before: str = ""
    now: Source | None = None


class Builder:
    """The graph so far, and what the file says about its tensors.

    Parameters
    ----------
    path
        The file, for messages.
    subgraphs
        Those of the file; the first is the network.

    """

    def __init__(self, path: str, subgraphs: tuple[Subgraph, ...]) -> None:
        self.path = path
        self.subgraphs = subgraphs
        self.subgraph = subgraphs[0]
        self.nodes: list[Node] = []
        self.tensors: dict[str, TensorSpec] = {}
        self.words: list[str] = []
        self.folded: dict[int, npt.NDArray[Any]] = {}
        self.variables: dict[str, Variable] = {}
        self.handles: dict[int, Variable] = {}
        self.kept: dict[tuple[int, ...], State] = {}
        self._sources: dict[int, Source] = {}
        self.operator: Operator | None = None

    def at(self, operator: Operator) -> Operator:
        """Note which operator is being translated, for messages; return it."""
        self.operator = operator
        return operator

    def refuse(self, why: str, remedy: str) -> NoReturn:
        """Raise ThumbnetError: the file, the operator with its position, why not, what to do."""
        where = "" if self.operator is None else _where(self.operator)
        raise ThumbnetError(f"{self.path}: {where}{why}: {remedy}")

    # What the file says.

    def tensor(self, number: int) -> Tensor:
        """Return a tensor of the file."""
        return self.subgraph.tensors[number]

    def shape(self, number: int) -> tuple[int, ...]:
        """Return the shape of a tensor, without the batch if that is 1."""
        dims = self.dims(number)
        return dims if dims[0] != 1 else dims[1:] or (1,)

    def dims(self, number: int) -> tuple[int, ...]:
        """Return the shape of a tensor as the file has it, with the batch; a scalar is (1,)."""
        dims = self.tensor(number).shape or (1,)
        if min(dims) < 1:
            self.refuse(f"a tensor has shape {list(dims)}", "give every tensor a fixed shape")
        return dims

    def image(self, number: int) -> tuple[int, int, int]:
        """Return height, width and channels of an image."""
        dims = self.dims(number)
        if len(dims) != 4 or dims[0] != 1:
            self.refuse(
                f"a tensor has shape {list(dims)}",
                "it takes one image: (1, height, width, channels)",
            )
        return dims[1], dims[2], dims[3]

    def scale(self, number: int) -> np.float32:
        """Return the scale of a quantized tensor."""
        return self._quantized(number).scales[0]  # type: ignore[no-any-return]

    def zero_point(self, number: int) -> int:
        """Return the level that stands for 0.0, from 0 to 255."""
        found = self._quantized(number)
        zero = int(found.zero_points[0]) + (SIGN if found.dtype == "int8" else 0)
        if not 0 <= zero <= ACTIVATION_MAX:
            self.refuse(f"a zero point is {zero - SIGN}", "int8 needs one from -128 to 127")
        return zero

    def known(self, number: int) -> npt.NDArray[Any] | None:
        """Return the values of a constant, or of what follows from constants; None if computed."""
        found = self.folded.get(number)
        return self.tensor(number).data if found is None else found

    def constant(self, number: int, dtype: str, what: str) -> npt.NDArray[Any]:
        """Return the values of a constant."""
        found, values = self.tensor(number), self.known(number)
        if values is None or found.dtype != dtype:
            kind = "computed" if values is None else found.dtype
            self.refuse(f"its {what} are {kind}", f"thumbnet takes constants of {dtype}")
        return values

    def is_constant(self, number: int) -> bool:
        """Return whether a tensor does not depend on the input."""
        return self.known(number) is not None

    def integers(self, number: int, what: str) -> list[int]:
        """Return the values of a constant of int32 or int64 as a flat list."""
        wide = self.tensor(number).dtype == "int64"
        return [int(n) for n in self.constant(number, "int64" if wide else "int32", what).ravel()]

    def levels(self, number: int) -> npt.NDArray[np.int64]:
        """Return a constant of int8 as levels, from 0 to 255."""
        return self.constant(number, "int8", "values").astype(np.int64) + SIGN

    def quantization(self, number: int) -> tuple[np.float32, int]:
        """Return the scale, and the level that stands for 0.0."""
        return self.scale(number), self.zero_point(number)

    def limits(self, activation: str, number: int, *, by_xnnpack: bool = True) -> tuple[int, int]:
        """Return the lowest and the highest level that a fused activation leaves.

        XNNPACK adds the zero point before it rounds, half to even; TFLite's kernels round before,
        half away from zero.
        """
        bounds = {
            "NONE": (-np.inf, np.inf),
            "RELU": (0.0, np.inf),
            "RELU6": (0.0, 6.0),
            "RELU_N1_TO_1": (-1.0, 1.0),
        }
        if activation not in bounds:
            self.refuse(f"the activation {activation} is fused", "use RELU, RELU6 or none")
        scale, zero = self.scale(number), self.zero_point(number)
        ends = []
        for end in bounds[activation]:
            real = np.float32(end) / scale
            if by_xnnpack or np.isinf(end):
                ends.append(np.rint(real + np.float32(zero - SIGN)) + SIGN)
            else:
                ends.append(zero + np.sign(real) * np.floor(np.abs(real) + np.float32(0.5)))
        low, high = (int(np.clip(end, 0, ACTIVATION_MAX)) for end in ends)
        return low, high

    # What the graph has.

    def source(self, number: int) -> Source:
        """Return where a computed tensor is in the graph."""
        if number not in self._sources:
            self.refuse("it reads a tensor that no operator computes", "export the network again")
        return self._sources[number]

    def spec(self, name: str, number: int, shape: tuple[int, ...] | None = None) -> TensorSpec:
        """Return the description of a tensor of the file as one of the graph."""
        return TensorSpec(
            name,
            self.shape(number) if shape is None else shape,
            "uint8",
            scale=float(self.scale(number)),
            zero_point=self.zero_point(number),
        )

    def add(self, node: Node, spec: TensorSpec, number: int, words: str = "") -> None:
        """Add a node that computes a tensor of the file; `words` describe it in a header."""
        self.nodes.append(node)
        self.tensors[spec.name] = spec
        self._sources[number] = Source(spec.name, self.shape(number))
        if words:
            self.words.append(words)

    def alias(self, number: int, source: Source) -> None:
        """Note that a tensor of the file has the values of another one, in the same order."""
        self._sources[number] = Source(source.name, self.shape(number))

    def name(self, part: str = "") -> str:
        """Return a name for the output of the operator, or for a part of its work."""
        assert self.operator is not None
        end = f"_{part}" if part else ""
        return f"{self.operator.name.lower()}_{self.operator.position}{end}"

    def add_part(
        self,
        op: str,
        sources: tuple[str, ...],
        attributes: dict[str, Any],
        part: str,
        quantization: tuple[np.float32, int],
        shape: tuple[int, ...],
    ) -> str:
        """Add a node whose output is no tensor of the file; return the name of the output."""
        scale, zero = quantization
        spec = TensorSpec(self.name(part), shape, "uint8", scale=float(scale), zero_point=zero)
        self.nodes.append(Node(op, sources, spec.name, attributes))
        self.tensors[spec.name] = spec
        return spec.name

    def _quantized(self, number: int) -> Tensor:
        found = self.tensor(number)
        if found.dtype not in ("int8", "uint8") or len(found.scales) != 1:
            kind = found.dtype
            if kind in ("int8", "uint8"):
                kind += f" with {len(found.scales)} scales"
            self.refuse(
                f"a tensor is {kind}",
                "quantize the whole network to int8, or import its float version with --data",
            )
        return found


def _where(operator: Operator) -> str:
    return f"operator {operator.position}, {operator.name}: "
