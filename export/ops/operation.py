"""The interface of an operation, which every file of this folder implements.

The stages walk over a graph and ask `operation(node)`; no stage knows an operation by name. An
operation that takes part in a stage overrides what the stage asks. The defaults here are for
operations that do not.

Emission asks `call_part(node)`. It uses only what `CallPart` declares, so that the emitter and the
reference executor share nothing that computes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ..boards.processors import Cycles
from ..graph.arithmetic import Ints
from ..graph.graph import FLOAT_STAGES, Graph, Node, TensorSpec
from ..quantizer.builder import Builder
from ..quantizer.task import Task
from .attribute_kinds import Kinds
from .call_part import CallPart
from .checks import clamp_faults, multiplier_faults, table_faults

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Step:
    """A float operation of a layer that is lowered to more than a chain.

    Parameters
    ----------
    op, attributes
        Name and attributes of the operation.
    name
        The output, in the layer: the tensor gets the name of the layer before it.
    reads
        The steps that it reads, by name; "" is the input of the layer.
    shape
        The shape of its output.

    """

    op: str
    attributes: dict[str, Any]
    name: str
    reads: tuple[str, ...]
    shape: tuple[int, ...]

    def node(self, inputs: tuple[str, ...], output: str) -> Node:
        """Return the node that reads and writes these tensors."""
        return Node(self.op, inputs, output, self.attributes)


Steps = Sequence[tuple[str, dict[str, Any]] | Step]
"""The float operations that a layer is lowered to, in order: names and attributes in a chain."""

NARROW_COST = 1.2
"""The cost of a product with a 4-bit weight, in products of 8-bit weights."""


class Operation(CallPart):
    """Everything that the exporter knows about one operation; `ops` lists one instance of each.

    An operation may exist in the float stages (`float_attributes` is not None), in the integer
    stages (`integer_attributes` is not None), or in both under the same name.
    """

    title: ClassVar[str] = ""
    """What a report calls it; "" for its name with spaces."""

    # Lowering: from the trainer's layers.

    layers: ClassVar[dict[str, str]] = {}
    """The trainer's layers that become this operation, each with its name in a module's header (""
    if the header does not mention it)."""

    named_as_layer: ClassVar[bool] = False
    """Its output has the name of the layer, without the name of the operation after it."""

    most_inputs: ClassVar[int | None] = None
    """A layer with more inputs becomes a chain of this operation."""

    def lower(self, layer: Any) -> Steps:
        """Return the float operations of a built layer."""
        raise NotImplementedError

    # The float stages: meaning, folding, equalization, calibration.

    float_attributes: ClassVar[frozenset[str] | None] = None

    is_scaling: ClassVar[bool] = False
    """It is `x * scale + offset`, which `fold` merges into its neighbours."""

    is_alias: ClassVar[bool] = False
    """It changes nothing in memory, so `fold` drops it."""

    may_be_last: ClassVar[bool] = False
    """It may be the last operation of a network."""

    gives_scores: ClassVar[bool] = False
    """It can compute scores: the last of these operations in a network does."""

    weights_per_feature: ClassVar[bool] = False
    """Each entry of its input has its own weights; no two positions share any."""

    def float_forward(self, *inputs: Floats, **attributes: Any) -> Floats:
        """Compute the meaning in floats. Inputs and result have a leading batch axis."""
        raise NotImplementedError

    def curve(self, node: Node) -> str | None:
        """Return the name of the activation function if the node is one, else None."""
        return None

    def with_shapes(self, node: Node, shapes: list[tuple[int, ...]]) -> Node:
        """Return a lowered node with the facts about its inputs' shapes that it needs later."""
        return node

    def absorb_behind(self, node: Node, scale: Floats, offset: Floats) -> Node | None:
        """Return the node with `result * scale + offset` folded into it; None if impossible."""
        return None

    def accepts_before(self, node: Node, scaling: Node) -> bool:
        """Return whether `fold` may fold a scaling of the input into the node."""
        return False

    def absorb_before(self, node: Node, scaling: Node) -> Node | None:
        """Return the node with a scaling of its input folded into it; None if it has no weights."""
        return None

    def pads(self, node: Node) -> bool:
        """Return whether the node multiplies weights by padding, which stands for 0.0."""
        return False

    def hidden_values(self, node: Node, x: Floats) -> Floats | None:
        """Return values that share the output's scale but are not part of it; None if none do."""
        return None

    def calibrated(self, node: Node, x: Floats) -> Node:
        """Return the node with what its quantization needs of the numbers inside it.

        x: its inputs, from representative rows.
        """
        return node

    # Quantization.

    def needs_zero(self, node: Node, known: set[str]) -> bool:
        """Return whether the zero point of the inputs must be one of their 256 values.

        known: later tensors for which this is already known.
        """
        return False

    def quantize(self, builder: Builder, node: Node) -> None:
        """Add the integer nodes that represent a calibrated float node."""
        raise NotImplementedError

    def quantize_scores(self, builder: Builder, node: Node, task: Task) -> None:
        """Add the integer nodes of the layer that computes the scores, in 32 bits."""
        raise NotImplementedError

    # The integer stages: meaning, fusing, checks.

    integer_attributes: ClassVar[Kinds | None] = None

    takes: ClassVar[range] = range(1, 2)
    """How many tensors it may read."""

    converts_input: ClassVar[bool] = False
    """It turns the network's input, as counts, into uint8: the first integer node does."""

    answers: ClassVar[str] = ""
    """The output of a network that it computes from the scores; "" if it computes none."""

    reads: ClassVar[str] = "uint8"
    """Dtype of the inputs in the integer stages."""

    writes: ClassVar[str] = "uint8"
    """Dtype of the output in the integer stages; "*" for several."""

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Any:
        """Compute the meaning in integers: the specification of every kernel.

        Parameters
        ----------
        inputs
            int64 arrays with a leading batch axis.
        attributes
            The attributes of the node.

        Returns
        -------
        numpy.ndarray
            int64 with a leading batch axis (float64 if the result is in real units).

        """
        raise NotImplementedError

    def fuse(self, node: Node, behind: Node) -> Node | None:
        """Return the node and the only reader of its result as one node; None if impossible."""
        return None

    def shape_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield the faults of a node that does not fit the shapes of its tensors, in any stage."""
        return iter(())

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield the faults of a node of an integer stage, in addition to `common_faults`."""
        return iter(())

    def gathered(self, node: Node) -> int:
        """Return how many values the windows of an integer node copy in one inference."""
        return 0

    def time_steps(self, node: Node) -> int:
        """Return how many steps of an integer node run one after the other."""
        return 0

    # Cost.

    def predict_heap(self, node: Node, word: int) -> int:
        """Return the bytes of heap that the plain kernel takes until the garbage is collected.

        word: bytes per pointer on the board.
        """
        return 0

    def product_cost(self, node: Node, cost: Cycles) -> float:
        """Return the cost of one product; weights of 4 bits have to be unpacked."""
        return NARROW_COST if "bits" in node.attributes else 1.0

    def narrowed(
        self, node: Node, fewer: Callable[[int], int], before: int, left: int
    ) -> tuple[Node, int, int] | None:
        """Return the node with fewer units, to estimate a smaller network; it cannot run.

        Parameters
        ----------
        node
            An integer node.
        fewer
            Maps a number of units to a smaller one.
        before, left
            Units of the layer in front of it, and how many of them are left.

        Returns
        -------
        tuple or None
            The node, its units before and its units now; None if it has no weights.

        """
        return None

    def cycles(self, node: Node, outputs: int, cost: Cycles) -> float:
        """Return the cycles that a node takes in addition to its products and its call."""
        return 2 * outputs * cost.mac


def common_faults(op: Operation, graph: Graph, node: Node) -> Iterator[str]:
    """Yield the faults of a node's numbers: the conditions that every operation must meet."""
    yield from op.shape_faults(graph, node)
    if graph.stage in FLOAT_STAGES:
        return
    target: TensorSpec = graph.tensors[node.output]
    yield from multiplier_faults(node)
    yield from op.integer_faults(graph, node)
    yield from clamp_faults(node, target)
    yield from table_faults(node)
