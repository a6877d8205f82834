"""The meaning of the integer outputs: classes, a decision, or a measurement."""

from __future__ import annotations

from dataclasses import dataclass

CLASSIFIER_CURVES = ("softmax", "sigmoid", "tanh", "sign", "step")


@dataclass(frozen=True)
class Task:
    """How scores are interpreted.

    Parameters
    ----------
    kind
        "classifier" (argmax over several scores), "decision" (a threshold on one score) or
        "regression" (scores in real units).
    function
        The last activation of the model. All of these are monotonic, so the scores are the values
        before it.
    labels
        The names of the classes; empty for a regression.
    nats
        The change of log odds, in nats, per unit of score; None without probabilities.
    threshold
        The lowest real score of class 1, in a decision.

    """

    kind: str
    function: str
    labels: tuple[str, ...]
    nats: float | None
    threshold: float = 0.0
