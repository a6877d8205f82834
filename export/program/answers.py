"""What an integer network answers to rows of readings, and which of them no board takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from ..graph.arithmetic import Ints
from ..graph.graph import Graph
from ..ops.answer import answer_kind
from ..stages.reference import Refusal, as_rows, execute, refusals, to_counts


@dataclass(frozen=True, eq=False)
class Answers:
    """What a network answers to the rows that the board takes.

    Attributes
    ----------
    refused
        The other rows, and why.
    classes
        Whether predictions are classes.
    scores
        int64 (n, outputs).
    prediction
        Class indices (n,), numbers in real units (n, outputs), or levels of pixels (n, ...).
    probabilities
        int64 (n, classes), Q15; None if the network has none.

    """

    refused: list[Refusal]
    classes: bool
    scores: Ints
    prediction: npt.NDArray[Any]
    probabilities: Ints | None


def answers_of(graph: Graph, x: npt.ArrayLike, held: dict[str, Ints] | None = None) -> Answers:
    """Compute the answers to rows, by the executor with whose integers boards are verified.

    Parameters
    ----------
    graph
        The integer graph.
    x
        Rows (n, features) in raw units.
    held
        The states from which the rows go on, see `execute`.

    Returns
    -------
    Answers
        Those of the rows that are not refused, in order.

    """
    rows = as_rows(graph, x)
    refused = refusals(graph, rows)
    left_out = {one.row for one in refused}
    taken = rows[[k for k in range(len(rows)) if k not in left_out]]
    values = execute(graph, to_counts(graph, taken), graph.outputs, held)
    return Answers(
        refused,
        answer_kind(graph) == "classifier",
        values["scores"],
        values["prediction"],
        values.get("probabilities"),
    )
