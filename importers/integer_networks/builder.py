"""Builds an integer graph from the operators of a file, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from thumbnet.export import Node, TensorSpec
from thumbnet.trainer import ThumbnetError

from ..tflite.model import Operator, Subgraph, Tensor

SIGN = 128
"""Level `q` of ours, from 0 to 255, is the file's int8 `q - 128`."""

ACTIVATION_MAX = 255


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


class Builder:
    """The graph so far, and what the file says about its tensors.

    Parameters
    ----------
    path
        The file, for messages.
    subgraph
        The network.

    """

    def __init__(self, path: str, subgraph: Subgraph) -> None:
        self.path = path
        self.subgraph = subgraph
        self.nodes: list[Node] = []
        self.tensors: dict[str, TensorSpec] = {}
        self.words: list[str] = []
        self._sources: dict[int, Source] = {}
        self._operator: Operator | None = None

    def at(self, operator: Operator) -> Operator:
        """Note which operator is being translated, for messages; return it."""
        self._operator = operator
        return operator

    def refuse(self, why: str, remedy: str) -> NoReturn:
        """Raise ThumbnetError: the file, the operator with its position, why not, what to do."""
        where = "" if self._operator is None else _where(self._operator)
        raise ThumbnetError(f"{self.path}: {where}{why}: {remedy}")

    # What the file says.

    def tensor(self, number: int) -> Tensor:
        """Return a tensor of the file."""
        return self.subgraph.tensors[number]

    def shape(self, number: int) -> tuple[int, ...]:
        """Return the shape of a tensor without the batch, which must be 1."""
        shape = self.tensor(number).shape
        if shape[:1] not in ((), (1,)):
            self.refuse(f"a tensor has {shape[0]} rows", "export it with a batch of 1")
        return shape[1:] or (1,)

    def scale(self, number: int) -> np.float32:
        """Return the scale of an int8 tensor."""
        return self._quantized(number).scales[0]  # type: ignore[no-any-return]

    def zero_point(self, number: int) -> int:
        """Return the level that stands for 0.0, from 0 to 255."""
        zero = int(self._quantized(number).zero_points[0]) + SIGN
        if not 0 <= zero <= ACTIVATION_MAX:
            self.refuse(f"a zero point is {zero - SIGN}", "int8 needs one from -128 to 127")
        return zero

    def constant(self, number: int, dtype: str, what: str) -> npt.NDArray[Any]:
        """Return the values of a constant."""
        found = self.tensor(number)
        if found.data is None or found.dtype != dtype:
            kind = "computed" if found.data is None else found.dtype
            self.refuse(f"its {what} are {kind}", f"thumbnet takes constants of {dtype}")
        return found.data

    def limits(self, activation: str, number: int) -> tuple[int, int]:
        """Return the lowest and the highest level that a fused activation leaves."""
        bounds = {
            "NONE": (-np.inf, np.inf),
            "RELU": (0.0, np.inf),
            "RELU6": (0.0, 6.0),
            "RELU_N1_TO_1": (-1.0, 1.0),
        }
        if activation not in bounds:
            self.refuse(f"the activation {activation} is fused", "use RELU, RELU6 or none")
        scale, zero = self.scale(number), self.zero_point(number)
        low, high = (
            end if np.isinf(end) else zero + int(np.rint(np.float32(end) / scale))
            for end in bounds[activation]
        )
        return int(np.clip(low, 0, ACTIVATION_MAX)), int(np.clip(high, 0, ACTIVATION_MAX))

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

    def name(self) -> str:
        """Return a name for the output of the operator."""
        assert self._operator is not None
        return f"{self._operator.name.lower()}_{self._operator.position}"

    def _quantized(self, number: int) -> Tensor:
        found = self.tensor(number)
        if found.dtype != "int8" or len(found.scales) != 1:
            kind = found.dtype if found.dtype != "int8" else f"int8 with {len(found.scales)} scales"
            self.refuse(
                f"a tensor is {kind}",
                "quantize the whole network to int8, or import its float version with --data",
            )
        return found


def _where(operator: Operator) -> str:
    return f"operator {operator.position}, {operator.name}: "
