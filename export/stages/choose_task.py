"""Find out what a model's scores mean, from its last layers and its labels."""

from __future__ import annotations

import math

from thumbnet.trainer import Model, ThumbnetError

from ..graph.graph import Graph
from ..ops import operation
from ..quantizer.task import CLASSIFIER_CURVES, PIXEL_CURVES, Task


def choose_task(model: Model, graph: Graph, threshold: float | None) -> Task:
    """Return how to interpret the scores of `model`, whose folded float graph is `graph`.

    A linear output is a regression, unless the model has labels; then its outputs are logits. An
    output with height and width is an image.

    Raises
    ------
    ThumbnetError
        If the last activation has no integer form, the labels do not match the outputs, or a
        threshold is set for anything but one sigmoid output.

    """
    last = graph.nodes[-1]
    curve = operation(last).curve(last)
    function = curve or "linear"
    outputs = graph.tensors[last.output].shape[0]
    labels = tuple(str(label) for label in model.labels) if model.labels else ()
    if curve is not None and not operation(graph.nodes[-2]).gives_scores:
        raise ThumbnetError(
            f"export: the last activation follows {graph.nodes[-2].op}, not a Dense: "
            "end the model with one Dense layer and at most one activation"
        )
    if function not in ("linear", "relu", *CLASSIFIER_CURVES):
        raise ThumbnetError(
            f"export: {function} cannot be the last activation: end with linear, softmax or sigmoid"
        )
    if function == "softmax" and outputs == 1:
        raise ThumbnetError(
            "export: softmax over one output is always 1: use sigmoid, or one output per class"
        )
    if labels and (function == "relu" or (function == "linear" and outputs == 1)):
        raise ThumbnetError(
            f"export: {outputs} {function} output{'s' * (outputs > 1)} with labels: end with "
            f"{'sigmoid' if outputs == 1 else 'softmax'}, or set model.labels to None"
        )
    if len(model.output_shape) > 1:
        task = _image(function, tuple(model.output_shape), labels)
    elif function in CLASSIFIER_CURVES or labels:
        task = _classifier(function, outputs, labels)
    else:
        task = Task("regression", function, (), None)
    if threshold is None:
        return task
    if task.kind != "decision" or function != "sigmoid" or not 0 < threshold < 1:
        raise ThumbnetError(
            f"export: threshold={threshold}: it must be between 0 and 1, for one sigmoid output"
        )
    logit = math.log(threshold / (1 - threshold))
    return Task("decision", function, task.labels, task.nats, logit)


def _image(function: str, shape: tuple[int, ...], labels: tuple[str, ...]) -> Task:
    if function not in PIXEL_CURVES or len(shape) > 3:
        raise ThumbnetError(
            f"export: the model ends with {function} outputs of shape {shape}: an image has height "
            f"and width, and ends with {' or '.join(PIXEL_CURVES)}; add Flatten() for other outputs"
        )
    if labels:
        raise ThumbnetError(
            f"export: {len(labels)} labels, but the answer is an image: set model.labels to None, "
            "or add Flatten() after the last layer"
        )
    return Task("image", function, (), None, shape=shape)


def _classifier(function: str, outputs: int, labels: tuple[str, ...]) -> Task:
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
        raise ThumbnetError(
            f"export: two labels are equal in {labels}: give each class its own name"
        )
    # (1 + tanh z) / 2 is sigmoid(2 z); sign and step have no probabilities.
    nats = {"softmax": 1.0, "linear": 1.0, "sigmoid": 1.0, "tanh": 2.0}.get(function)
    return Task(kind, function, labels, nats)


def float_task(model: Model) -> Task:
    """Find out what the outputs of a float model mean, even if it cannot be converted.

    Parameters
    ----------
    model
        A built model.

    Returns
    -------
    Task
        How to interpret its outputs; real scores, so there are no probabilities.

    """
    function = model.output_activation
    labels = tuple(model.labels or ())
    if not labels and function not in CLASSIFIER_CURVES:
        return Task("regression", function, (), None)
    outputs = model.output_shape[-1]
    names = labels or tuple(str(i) for i in range(max(outputs, 2)))
    return Task("decision" if outputs == 1 else "classifier", function, names, None)
