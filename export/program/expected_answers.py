"""The answers that a board must give to rows of inputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..graph.arithmetic import Ints
from ..graph.graph import Graph
from ..stages.reference import execute

FACTOR, MASK = 31, 0xFFFFFF
"""As in firmware/runtime/reset.py: products stay small integers."""


def expected_answers(graph: Graph, kind: str, counts: Ints) -> list[dict[str, Any]]:
    """Return an answer for each row of counts; see `Artifact.expected`."""
    kept = [state.after for state in graph.states]
    values = execute(graph, counts, [*graph.outputs, *kept])
    answers: list[dict[str, Any]] = [{"scores": row} for row in values["scores"].tolist()]
    if kind == "image":
        values["prediction"] = values["prediction"].reshape(len(counts), -1)
    keys = {"prediction": "predict", "probabilities": "probabilities"}
    if kind == "regression":
        del keys["prediction"]
    lists = {key: values[tensor].tolist() for tensor, key in keys.items() if tensor in values}
    if kept:
        lists["states"] = _digests([values[name] for name in kept])
    for key, column in lists.items():
        for answer, value in zip(answers, column, strict=True):
            answer[key] = value
    return answers


def _digests(states: list[npt.NDArray[Any]]) -> list[int]:
    """Return a number of 24 bits for the states after each row: a board sends that, not bytes."""
    parts = [state.reshape(len(state), -1) for state in states]
    levels = np.concatenate(parts, axis=1).astype(np.int64)
    found = np.zeros(len(levels), np.int64)
    for column in levels.T:
        found = (found * FACTOR + column) & MASK
    return found.tolist()  # type: ignore[no-any-return]
