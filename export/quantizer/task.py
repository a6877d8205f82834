"""What the integer outputs mean: classes, a decision, or a measurement."""

from __future__ import annotations

import math
from dataclasses import dataclass

from thumbnet.trainer import Model, ThumbnetError

from ..graph.graph import Graph

CLASSIFIER_CURVES = ("softmax", "sigmoid", "tanh", "sign", "step")


@dataclass(frozen=True)
class Head:
    """How scores are read.

    `kind` is "classifier" (argmax over several scores), "decision" (a threshold on one score) or
    "regression" (scores in real units). `function` is the activation that the trainer ended with:
    every one of them is monotonic, so the scores are the values before it. `nats` is how many
    natural-log units of odds one unit of score is worth, None where there are no probabilities.
    `threshold` is the real score that class 1 needs, in a decision.
    """

    kind: str
    function: str
    labels: tuple[str, ...]
    nats: float | None
    threshold: float = 0.0


def choose_head(model: Model, graph: Graph, threshold: float | None) -> Head:
    """Return the head of `model`, whose folded float graph is `graph`.

    A linear output is a regression, unless the model has labels: then its outputs are logits.

    Raises
    ------
    ThumbnetError
        If the last activation has no integer form, the labels do not match the outputs, or a
        threshold is given to something other than one sigmoid.

    """
    last = graph.nodes[-1]
    function = last.attributes["function"] if last.op == "activation" else "linear"
    outputs = graph.tensors[last.output].shape[0]
    labels = tuple(str(label) for label in model.labels) if model.labels else ()
    if last.op == "activation" and graph.nodes[-2].op != "dense":
        raise ThumbnetError(
            f"export: the last activation follows {graph.nodes[-2].op}, not a Dense: "
            "end the model with one Dense layer and at most one activation"
        )
    if function == "leaky_relu":
        raise ThumbnetError(
            "export: leaky_relu cannot be the last activation: end with linear, softmax or sigmoid"
        )
    if function == "softmax" and outputs == 1:
        raise ThumbnetError(
            "export: softmax over one output is always 1: use sigmoid, or one output a class"
        )
    if labels and (function == "relu" or (function == "linear" and outputs == 1)):
        raise ThumbnetError(
            f"export: {outputs} {function} output{'s' * (outputs > 1)} with labels: end with "
            f"{'sigmoid' if outputs == 1 else 'softmax'}, or set model.labels to None"
        )
    if function in CLASSIFIER_CURVES or labels:
        head = _classifier(function, outputs, labels)
    else:
        head = Head("regression", function, (), None)
    if threshold is None:
        return head
    if head.kind != "decision" or function != "sigmoid" or not 0 < threshold < 1:
        raise ThumbnetError(
            f"export: threshold={threshold} needs one sigmoid output and a value between 0 and 1"
        )
    logit = math.log(threshold / (1 - threshold))
    return Head("decision", function, head.labels, head.nats, logit)


def _classifier(function: str, outputs: int, labels: tuple[str, ...]) -> Head:
    kind = "decision" if outputs == 1 else "classifier"
    classes = 2 if outputs == 1 else outputs
    if not labels:
        signs = function in ("sign", "tanh") and outputs == 1
        labels = ("-1", "+1") if signs else tuple(str(i) for i in range(classes))
    if len(labels) != classes:
        raise ThumbnetError(
            f"export: {len(labels)} labels for {classes} classes: "
            f"set model.labels to {classes} names"
        )
    if len(set(labels)) < len(labels):
        raise ThumbnetError(f"export: two labels are equal in {labels}: give each class its own")
    # (1 + tanh z) / 2 is sigmoid(2 z); sign and step give no probabilities.
    nats = {"softmax": 1.0, "linear": 1.0, "sigmoid": 1.0, "tanh": 2.0}.get(function)
    return Head(kind, function, labels, nats)
