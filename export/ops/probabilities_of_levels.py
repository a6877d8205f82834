"""Probabilities of an imported network, whose last operator gave them as levels of 1/256."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..graph.arithmetic import PROBABILITY_ONE, Ints
from ..graph.graph import Graph, Node
from ..kernels.build import Build
from .answer import Answer
from .call_part import Sources
from .checks import answer_faults
from .scores_of_levels import ScoresOfLevels

SHARES = 256
"""Levels that would make 1.0; the largest level is 255."""


class ProbabilitiesOfLevels(Answer):
    """Return shares of 256 in Q15. They are rounded: they need not sum to 2**15."""

    name = "probabilities_of_levels"
    title = "probabilities"
    answers = "probabilities"
    shares = "shares_of_levels"

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the shares in Q15."""
        return inputs[0] * (PROBABILITY_ONE // SHARES)

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield another number of probabilities than scores, and scores that are no levels."""
        yield from answer_faults(graph, node, None, graph.tensors[node.inputs[0]].shape)
        if not any(n.output == node.inputs[0] for n in graph.only(ScoresOfLevels.name)):
            yield f"{node.inputs[0]} are no levels"

    def sources(self, graph: Graph, node: Node, build: Build) -> Sources:
        """Return the files of probabilities, as integers and as floats."""
        return Sources(
            files=("predict_proba", "probabilities"), instead=(("probabilities", self.name),)
        )


OPERATIONS = (ProbabilitiesOfLevels(),)
