"""The meaning of the integer outputs: classes, a decision, or a measurement."""

from __future__ import annotations

from dataclasses import dataclass

CLASSIFIER_CURVES = ("softmax", "sigmoid", "tanh", "sign", "step")


@dataclass(frozen=True)
class Task:
    """How scores are read.

    Parameters
    ----------
    kind
        "classifier" (argmax over several scores), "decision" (a threshold on one score) or
        "regression" (scores in real units).
    function
        The activation that the trainer ended with. Each of them is monotonic, so the scores are
        the values before it.
    labels
        The names of the classes; empty for a regression.
    nats
        The natural-log units of odds that one unit of score is worth; None without probabilities.
    threshold
        The real score that class 1 needs, in a decision.

    """

    kind: str
    function: str
    labels: tuple[str, ...]
    nats: float | None
    threshold: float = 0.0
