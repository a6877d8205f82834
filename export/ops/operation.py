"""What the exporter asks of an operation: the interface that every file of this folder fills in.

The stages walk over a graph and ask `operation(node)`; none of them knows an operation by name.
An operation that takes part in a stage overrides what that stage asks; the defaults here are the
answers of one that does not.

Emission asks `call_part(node)`: of an operation it sees what is in `CallPart` alone, so that the
emitter and the reference executor share nothing that computes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ..boards.processors import Cycles
from ..graph.arithmetic import Ints
from ..graph.graph import FLOAT_STAGES, Graph, Node, TensorSpec
from ..kernels.build import Build
from ..kernels.call import Call
from ..kernels.kernel import Kernel
from ..quantizer.builder import Builder
from ..quantizer.task import Task
from .checks import clamp_faults, multiplier_faults, table_faults

Floats = npt.NDArray[np.float64]
Steps = list[tuple[str, dict[str, Any]]]
"""What a layer is lowered to: names and attributes of float operations, in order."""


@dataclass(frozen=True)
class Rows:
    """A literal of several rows of numbers, such as the scaling of each input.

    Parameters
    ----------
    names
        What the columns are.
    rows
        The numbers.
    each
        What there is a row for, in the words of a comment.

    """

    names: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]
    each: str


@dataclass(frozen=True)
class Named:
    """A literal of a few numbers with a name each."""

    names: tuple[str, ...]
    values: tuple[int, ...]


Literal = int | tuple[int, ...] | Named | Rows
"""A number or numbers that a generated module needs by name."""


@dataclass(frozen=True)
class Sources:
    """Files of `firmware/` that an operation brings along, beside its kernels.

    Parameters
    ----------
    files
        Files that its functions are in.
    instead
        Files that stand in for others: `{"levels": "sensors"}`.
    answers
        One of `files` computes what `predict` returns.

    """

    files: tuple[str, ...] = ()
    instead: tuple[tuple[str, str], ...] = ()
    answers: str = ""


class CallPart:
    """The part of an operation that emission reads: how its kernels are called."""

    name: ClassVar[str]
    """The operation's name in a graph."""

    kernels: ClassVar[tuple[Kernel, ...]] = ()
    """Every kernel that a call of it may need."""

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the kernel calls of a node of the fused graph.

        Parameters
        ----------
        graph, node
            The fused graph, and the node in it.
        places
            Where each tensor and piece of scratch lies in the arena, in bytes; empty in a tier
            whose tensors are objects of their own.
        build
            The tier, and where the weights live.

        """
        return []

    def scratch(self, graph: Graph, node: Node, native: bool) -> dict[str, int]:
        """Return the bytes of the arena that a node needs while it runs, by name.

        native: the kernels are machine code.
        """
        return {}

    def wide_scratch(self, node: Node) -> dict[str, int]:
        """Return the 32-bit words that a node needs while it runs, by name."""
        return {}

    def other_kernel(self, graph: Graph, node: Node) -> Node | None:
        """Return the node as one of another operation with the same integers, if there is one.

        Emission takes it where that saves a kernel.
        """
        return None

    def sources(self, graph: Graph, node: Node, build: Build) -> Sources:
        """Return the files of `firmware/` that a node brings along."""
        return Sources()

    def literals(self, graph: Graph, node: Node) -> dict[str, Literal]:
        """Return the literals, by name, that those files need."""
        return {}

    def input_note(self, node: Node) -> str:
        """Return a sentence for the module's header on readings that saturate, or nothing."""
        return ""


class Operation(CallPart):
    """All that the exporter knows of one operation. Each is one instance, listed in `ops`.

    An operation may exist in the float stages (`float_attributes` is not None), in the integer
    stages (`integer_attributes` is not None), or in both under one name.
    """

    # Lowering: from the trainer's layers.

    layers: ClassVar[dict[str, str]] = {}
    """Layers that become this operation, and what each is called in a module's header ("" if it is
    not mentioned)."""

    named_as_layer: ClassVar[bool] = False
    """What it writes has the layer's name, without that of the operation behind it."""

    most_inputs: ClassVar[int | None] = None
    """A layer that reads more becomes a chain of this operation."""

    def lower(self, layer: Any) -> Steps:
        """Return the float operations of a built layer."""
        raise NotImplementedError

    # The float stages: meaning, folding, equalization, calibration.

    float_attributes: ClassVar[frozenset[str] | None] = None

    is_scaling: ClassVar[bool] = False
    """`x * scale + offset`, which `fold` merges into its neighbours."""

    is_alias: ClassVar[bool] = False
    """Changes nothing in memory: `fold` drops it."""

    reads_input: ClassVar[bool] = True
    """May read the network's input itself."""

    may_be_last: ClassVar[bool] = False
    """A network may end with it."""

    gives_scores: ClassVar[bool] = False
    """The last of these operations in a network computes its scores."""

    weights_per_feature: ClassVar[bool] = False
    """Each entry of its input has weights of its own: no two positions share them."""

    def float_forward(self, *inputs: Floats, **attributes: Any) -> Floats:
        """Compute the float meaning. Inputs and result have a batch axis in front."""
        raise NotImplementedError

    def curve(self, node: Node) -> str | None:
        """Return the activation function that the node is, None if it is none."""
        return None

    def with_shapes(self, node: Node, shapes: list[tuple[int, ...]]) -> Node:
        """Return a lowered node with what it has to remember of its inputs' shapes."""
        return node

    def absorb_behind(self, node: Node, scale: Floats, offset: Floats) -> Node | None:
        """Return the node with `result * scale + offset` inside it, None if it cannot be."""
        return None

    def accepts_before(self, node: Node, scaling: Node) -> bool:
        """Return whether `fold` may put a scaling of the node's input into the node."""
        return False

    def absorb_before(self, node: Node, scaling: Node) -> Node | None:
        """Return the node with a scaling of its input inside it, None if it has no weights."""
        return None

    def pads(self, node: Node) -> bool:
        """Return whether the node multiplies padding, which stands for 0.0, with weights."""
        return False

    def hidden_values(self, node: Node, x: Floats) -> Floats | None:
        """Return values that share the output's scale but are no part of it; None if all are."""
        return None

    # Quantization.

    def needs_zero(self, node: Node, known: set[str]) -> bool:
        """Return whether the zero point of what the node reads must be one of its 256 values.

        known: tensors behind the node of which that is known already.
        """
        return False

    def quantize(self, builder: Builder, node: Node) -> None:
        """Add the integer nodes that stand for a calibrated float node."""
        raise NotImplementedError

    def quantize_scores(self, builder: Builder, node: Node, task: Task) -> None:
        """Add the integer nodes of the layer that gives the scores, in 32 bits."""
        raise NotImplementedError

    # The integer stages: meaning, fusing, checks.

    integer_attributes: ClassVar[frozenset[str] | None] = None

    reads: ClassVar[str] = "uint8"
    """dtype of its inputs in the integer stages."""

    writes: ClassVar[str] = "uint8"
    """dtype of its output in the integer stages, "*" for several."""

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Any:
        """Compute the integer meaning: the specification that every kernel is held to.

        Parameters
        ----------
        inputs
            int64 arrays with a batch axis in front.
        attributes
            The node's.

        Returns
        -------
        numpy.ndarray
            int64 with a batch axis in front (float64 where real units come out).

        """
        raise NotImplementedError

    def fuse(self, node: Node, behind: Node) -> Node | None:
        """Return the node and the only reader of its result as one node, None if they stay two."""
        return None

    def shape_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield where a node does not fit the shapes of its tensors, in every stage."""
        return iter(())

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield what is wrong with a node of an integer stage, beside `common_faults`."""
        return iter(())

    # Cost.

    weight_names: ClassVar[tuple[str, ...]] = ()
    """The attributes that hold int8 matrices, (outputs, products)."""

    def weights(self, node: Node) -> list[npt.NDArray[Any]]:
        """Return the int8 matrices of an integer node, each (outputs, products)."""
        return [node.attributes[name] for name in self.weight_names if name in node.attributes]

    def times(self, node: Node) -> int:
        """Return how often each weight is used in one inference."""
        return 1

    def parameters(self, node: Node) -> int:
        """Return the number of weights and biases, as the trainer counts them."""
        return sum(int(weight.size) + len(weight) for weight in self.weights(node))

    def predict_heap(self, node: Node, word: int) -> int:
        """Return the bytes of heap that the plain kernel takes, until they are collected.

        word: bytes of a pointer on the board.
        """
        return 0

    def cycles(self, node: Node, outputs: int, cost: Cycles) -> float:
        """Return the cycles that a node takes beside its products and the call itself."""
        return 2 * outputs * cost.mac


def common_faults(op: Operation, graph: Graph, node: Node) -> Iterator[str]:
    """Yield what is wrong with a node's numbers: what every operation has to keep to."""
    yield from op.shape_faults(graph, node)
    if graph.stage in FLOAT_STAGES:
        return
    target: TensorSpec = graph.tensors[node.output]
    yield from multiplier_faults(node)
    yield from op.integer_faults(graph, node)
    yield from clamp_faults(node, target)
    yield from table_faults(node)
