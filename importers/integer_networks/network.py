"""An imported network of 8-bit integers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from thumbnet.export import Graph, Task


@dataclass(frozen=True)
class IntegerNetwork:
    """A network whose integers are those of its file.

    Attributes
    ----------
    graph
        The fused integer graph, verified.
    task
        What its scores mean.
    layers
        Its layers in words, for the header of a module.
    source
        What kind of file it is from, in words: "int8 .tflite".

    """

    graph: Graph
    task: Task
    layers: str
    source: str

    def named(self, name: str) -> IntegerNetwork:
        """Return the network under another name."""
        return replace(self, graph=replace(self.graph, name=name))
