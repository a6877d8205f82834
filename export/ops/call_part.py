"""The part of an operation that emission reads: how its kernels are called, and how large it is.

The rest, in `operation`, computes. Emission never sees it, so that the emitter and the reference
executor share nothing that computes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy.typing as npt

from ..graph.graph import Graph, Node
from ..kernels.build import Build
from ..kernels.call import Call
from ..kernels.kernel import Kernel


@dataclass(frozen=True)
class Rows:
    """A literal with several rows of numbers, such as the scaling of each input.

    Parameters
    ----------
    names
        The names of the columns.
    rows
        The numbers.
    each
        What one row is for, in the words of a comment.

    """

    names: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]
    each: str


@dataclass(frozen=True)
class Named:
    """A literal of a few numbers, each with a name."""

    names: tuple[str, ...]
    values: tuple[int, ...]


Literal = int | bytes | tuple[int, ...] | Named | Rows
"""A number, or several, that a generated module needs under a name."""


@dataclass(frozen=True)
class Sources:
    """Files of `firmware/` that an operation needs in addition to its kernels.

    Parameters
    ----------
    files
        The files with its functions.
    instead
        Pairs of a file and the one that replaces it, such as `("levels", "sensors")`.
    answers
        The one of `files` that computes the result of `predict`; empty if none does.

    """

    files: tuple[str, ...] = ()
    instead: tuple[tuple[str, str], ...] = ()
    answers: str = ""


class CallPart:
    """The part of an operation that emission may use: how its kernels are called."""

    name: ClassVar[str]
    """The name of the operation in a graph."""

    kernels: ClassVar[tuple[Kernel, ...]] = ()
    """Every kernel that its calls may need."""

    shares: ClassVar[str] = ""
    """Of several probabilities: the file of `firmware/sound/` that makes them within a call."""

    updates: ClassVar[int | None] = None
    """Which of its inputs the kernel turns into the output, where it lies: a state of the graph."""

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the kernel calls of a node of the fused graph.

        Parameters
        ----------
        graph, node
            The fused graph, and the node in it.
        places
            The offset of each tensor and temporary buffer in the arena, in bytes; empty in a tier
            whose tensors are separate objects.
        build
            The tier, and where the weights live.

        """
        return []

    def scratch(self, graph: Graph, node: Node, native: bool) -> dict[str, int]:
        """Return the temporary buffers in the arena that a node needs while it runs: bytes by name.

        native: the kernels are machine code.
        """
        return {}

    def in_place(self, graph: Graph, node: Node) -> dict[str, int]:
        """Return the inputs that the output may overlap in memory: a distance in bytes by name.

        The output must begin at least so many bytes before the input. With a distance of 0, both
        may begin at the same place. It holds for the kernels of every tier: when one writes a byte,
        it does not read the byte of the input at the same place any more. The memory planner
        decides whether another node still needs the input.
        """
        return {}

    def wide_scratch(self, node: Node) -> dict[str, int]:
        """Return the temporary buffers of 32-bit words that a node needs: words by name."""
        return {}

    def other_kernel(self, graph: Graph, node: Node) -> Node | None:
        """Return an equivalent node of another operation with the same integers, if there is one.

        Emission uses it where that saves a kernel.
        """
        return None

    def sources(self, graph: Graph, node: Node, build: Build) -> Sources:
        """Return the files of `firmware/` that a node needs in addition to its kernels."""
        return Sources()

    def literals(self, graph: Graph, node: Node) -> dict[str, Literal]:
        """Return the literals that those files need, by name."""
        return {}

    def input_note(self, graph: Graph, node: Node) -> str:
        """Return a sentence for the header on readings that saturate; empty if none do."""
        return ""

    def describe(self, layer: Any, word: str) -> str:
        """Return a layer in the words of a module's header: `word`, its window, its channels."""
        window = "x".join(str(n) for n in getattr(layer, "window", ()) if n > 1)
        channels = getattr(layer, "filters", getattr(layer, "units", ""))
        return " ".join(filter(None, (word, window, str(channels)))) if word else ""

    # Size, for the header of a module.

    weight_names: ClassVar[tuple[str, ...]] = ()
    """The attributes that hold int8 matrices, (outputs, products)."""

    def weights(self, node: Node) -> list[npt.NDArray[Any]]:
        """Return the int8 matrices of an integer node, each (outputs, products)."""
        return [node.attributes[name] for name in self.weight_names if name in node.attributes]

    def weight_bits(self, node: Node) -> int:
        """Return the width of the weights: 8, or 4."""
        return int(node.attributes.get("bits", 8))

    def times(self, node: Node) -> int:
        """Return how many times each weight is used in one inference."""
        return 1

    def macs(self, node: Node) -> int:
        """Return the multiply-accumulates of one inference."""
        return self.times(node) * sum(int(weight.size) for weight in self.weights(node))

    def parameters(self, node: Node) -> int:
        """Return the number of weights and biases, as the trainer counts them."""
        return sum(int(weight.size) + len(weight) for weight in self.weights(node))
