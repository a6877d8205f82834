"""What an imported network answers with: a class of several, one of two, or numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from thumbnet.export import Graph, Node, Task, TensorSpec, answer_nodes
from thumbnet.trainer import ThumbnetError, check_names

PROBABILITY = 2.0**-8
"""The scale that TFLite gives to the bytes of SOFTMAX and LOGISTIC, with level 0 for 0.0."""

TASKS = ("classifier", "regression")
"""What a user may ask for."""

MOST_STEP = 2**20
"""A scale is step / units with integers up to this: its error is below 2**-20 of it."""


def answering(
    graph: Graph, kind: str | None = None, labels: Sequence[str] = ()
) -> tuple[Graph, Task]:
    """Let a network answer with classes or with numbers.

    Parameters
    ----------
    graph
        A graph with scores; what reads them is made anew.
    kind
        One of `TASKS`; None for a classifier if there are labels or the network ends with a
        softmax.
    labels
        The names of the classes; by default their numbers.

    Returns
    -------
    graph, task
        The graph, not yet verified, and what its scores mean.

    Raises
    ------
    ThumbnetError
        If it has several outputs and shall be a classifier, or the labels are not one for each
        class.

    """
    if kind is None:
        kind = "classifier" if labels or _ends_with_softmax(graph) else "regression"
    if kind == "regression":
        if labels:
            raise ThumbnetError("a regression has no classes: leave out the names")
        task = Task("regression", "linear", (), None)
    else:
        task = _classes(graph, labels)
    scores = graph.tensors["scores"]
    if task.kind == "classifier" and task.function == "softmax":
        nodes = [
            Node("classify", ("scores",), "prediction"),
            Node("probabilities_of_levels", ("scores",), "probabilities"),
        ]
        made = {
            "prediction": TensorSpec("prediction", (), "int32"),
            "probabilities": TensorSpec("probabilities", scores.shape, "int32", scale=2.0**-15),
        }
    elif task.has_classes:
        one_scale = replace(scores, scale=_scales(scores)[0])
        nodes, made, _ = answer_nodes(one_scale, task)
    else:
        nodes = [Node("measure", ("scores",), "prediction", _ratios(scores))]
        made = {"prediction": TensorSpec("prediction", scores.shape, "float32")}
    before = [node for node in graph.nodes if "scores" not in node.inputs]
    kept = {name: graph.tensors[name] for name in graph.tensors if name not in graph.outputs}
    answered = replace(
        graph,
        nodes=(*before, *nodes),
        tensors={**kept, "scores": scores, **made},
        outputs=("scores", *made),
    )
    return answered, task


def _classes(graph: Graph, labels: Sequence[str]) -> Task:
    """Return the task of a classifier."""
    sources = _sources(graph)
    if len(sources) > 1:
        raise ThumbnetError(
            f"it has {len(sources)} outputs: classes are for a network with one: leave out the "
            "names and --task"
        )
    (outputs,) = graph.tensors["scores"].shape
    last = graph.tensors[sources[0]]
    names = class_names(labels, outputs)
    probable = last.scale == PROBABILITY and last.zero_point == 0
    if outputs == 1:
        if probable:
            return Task("decision", "sigmoid", names, None, threshold=0.5)
        return Task("decision", "linear", names, 1.0)
    if probable:
        return Task("classifier", "softmax", names, None)
    # From 0 to 1 in other steps, as ONNX gives a softmax: these are no logits.
    shares = last.zero_point == 0 and float(np.max(np.asarray(last.scale))) <= 1 / 254
    logits = not shares and not _ends_with_softmax(graph)
    return Task("classifier", "linear", names, 1.0 if logits else None)


def class_names(labels: Sequence[str], outputs: int) -> tuple[str, ...]:
    """Return a name for each class: the labels, or numbers if there are none.

    Parameters
    ----------
    labels
        The names that were given.
    outputs
        How many scores the network has; a single one decides between two classes.

    Raises
    ------
    ThumbnetError
        If labels are not one name for each class.

    """
    classes = max(outputs, 2)
    names = tuple(labels) or tuple(map(str, range(classes)))
    if len(names) != classes:
        raise ThumbnetError(f"{len(names)} names for {classes} classes: give one for each class")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ThumbnetError(f"two classes are named {twice!r}: give each one its own name")
    check_names("names of classes", names)
    return names


def _sources(graph: Graph) -> tuple[str, ...]:
    """Return the tensors that the scores are made of."""
    for node in graph.nodes:
        if node.output == "scores":
            return node.inputs
    raise ThumbnetError("it has no scores")


def _ends_with_softmax(graph: Graph) -> bool:
    """Return whether the only output is one softmax over several values."""
    sources = _sources(graph)
    (outputs,) = graph.tensors["scores"].shape
    last = [node for node in graph.nodes if node.output == sources[0]]
    shares = [n.attributes["channels"] for n in last if n.op in ("softmax_tflite", "softmax_onnx")]
    return len(sources) == 1 and outputs > 1 and shares == [outputs]


def _ratios(scores: TensorSpec) -> dict[str, npt.NDArray[np.int64]]:
    """Return the scale of each score as two integers."""
    pairs = [_fraction(scale) for scale in _scales(scores)]
    steps, units = (np.array(column, np.int64) for column in zip(*pairs, strict=True))
    return {"step": steps, "units": units}


def _scales(scores: TensorSpec) -> list[float]:
    return np.asarray(scores.scale, np.float64).ravel().tolist()  # type: ignore[no-any-return]


def _fraction(scale: float) -> tuple[int, int]:
    """Return step and units with step / units close to a scale, and both small."""
    ratio = Fraction(scale)
    if ratio >= 1:
        found = Fraction(round(ratio))
        if ratio < MOST_STEP:
            found = 1 / (1 / ratio).limit_denominator(MOST_STEP)
    else:
        found = ratio.limit_denominator(MOST_STEP)
    return max(found.numerator, 1), found.denominator
