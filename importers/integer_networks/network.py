"""An imported network of 8-bit integers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from thumbnet.export import Graph, Task, verify

from .answering import answering


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

    def answering(self, kind: str | None = None, labels: Sequence[str] = ()) -> IntegerNetwork:
        """Return the network with another answer to the same scores.

        Parameters
        ----------
        kind
            "classifier": the class of the largest score; of a single output, whether it is
            positive, or for a sigmoid at least 0.5. "regression": the outputs in real units. None:
            a classifier if there are labels, or the network ends with a softmax.
        labels
            The names of the classes; by default their numbers.

        Raises
        ------
        ThumbnetError
            If a network of several outputs shall have classes, or there is not one label for each
            class.

        """
        graph, task = answering(self.graph, kind, labels)
        return replace(self, graph=verify(graph), task=task)
