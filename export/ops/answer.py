"""The answer: from scores to a class, probabilities, a number in real units, or an image."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from thumbnet.trainer import ThumbnetError

from ..graph.arithmetic import (
    SCORE_LIMIT,
    Ints,
)
from ..graph.graph import Graph, Node, TensorSpec
from ..kernels.build import Build
from ..quantizer.task import Task
from .attribute_kinds import Array, Whole
from .call_part import Literal, Sources
from .checks import answer_faults
from .operation import Floats, Operation
from .pixels import Pixels, pixels_scaling
from .softmax import Logistic, LogisticAll, Softmax, softmax_scaling

MOST_DECIMALS = 9
"""10**9 is the largest power of ten below 2**30."""

_DECIMALS = Array(low=1, high=10**MOST_DECIMALS)


class Answer(Operation):
    """Base of the operations after the scores: they read scores, in 32 bits."""

    reads = "int32"
    writes = "int32"
    integer_attributes = {}
    answers = "prediction"

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield an answer that is not one number."""
        return answer_faults(graph, node, None, ())

    def sources(self, graph: Graph, node: Node, build: Build) -> Sources:
        """Return the file of the same name, which computes the result of `predict`."""
        return answer_sources(self.name)


def answer_sources(file: str) -> Sources:
    """Return the file that computes the answer; `predict` reads `classify`, which it replaces."""
    return Sources(files=(file,), instead=(("classify", file),), answers=file)


class Classify(Answer):
    """Return the index of the largest score; of equal scores, the first."""

    name = "classify"
    title = "largest score"

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the index of the largest score; of equal scores, the first."""
        return np.asarray(np.argmax(inputs[0], axis=-1))


class Decide(Answer):
    """Return 1 if the single score reaches the threshold, else 0."""

    name = "decide"
    title = "threshold"
    integer_attributes = {"threshold": Whole()}

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return 1 if the single score reaches the threshold, else 0."""
        return np.asarray((inputs[0][..., 0] >= attributes["threshold"]).astype(np.int64))

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield more than one score."""
        return answer_faults(graph, node, 1, ())

    def literals(self, graph: Graph, node: Node) -> dict[str, Literal]:
        """Return the threshold."""
        return {"THRESHOLD": int(node.attributes["threshold"])}


class Measure(Answer):
    """Return scores in real units; the board divides the same two integers."""

    name = "measure"
    title = "to real units"
    writes = "float32"
    integer_attributes = {"step": _DECIMALS, "units": _DECIMALS}

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Any:
        """Return the scores in real units, as float64."""
        return inputs[0] * attributes["step"] / attributes["units"]

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield columns and an answer of another length than the scores."""
        outputs = graph.tensors[node.inputs[0]].shape
        yield from answer_faults(graph, node, len(node.attributes["step"]), outputs)

    def sources(self, graph: Graph, node: Node, build: Build) -> Sources:
        """Return the file for one measurement, or for several."""
        several = graph.tensors["scores"].shape != (1,)
        name = "measure_all" if several else self.name
        return answer_sources(name)

    def literals(self, graph: Graph, node: Node) -> dict[str, Literal]:
        """Return step and units; tuples if there are several measurements."""
        columns = {name: tuple(node.attributes[name].tolist()) for name in ("step", "units")}
        return {
            f"OUTPUT_{name.upper()}": values if len(values) > 1 else values[0]
            for name, values in columns.items()
        }


def is_regression(graph: Graph) -> bool:
    """Return whether an integer graph answers with numbers in real units, not with classes."""
    return any(graph.only(Measure.name))


def answer_kind(graph: Graph) -> str:
    """Return what an integer graph answers with: "classifier", "regression" or "image"."""
    if any(graph.only(Pixels.name)):
        return "image"
    return "regression" if is_regression(graph) else "classifier"


def decimal_steps(finest: Floats) -> Floats:
    """Return the smallest power of ten that is at least `finest`, for each output (1 if it is 0).

    People can then read scores as decimals.

    Raises
    ------
    ThumbnetError
        If an output's unit is too large or too small for the power to fit a board's integer.

    """
    exponents = np.ceil(np.log10(np.where(finest > 0, finest, 1.0)))
    if np.any(np.abs(exponents) > MOST_DECIMALS):
        worst = exponents[np.abs(exponents).argmax()]
        raise ThumbnetError(
            f"export: an output is measured in steps of 1e{worst:.0f}, but a board's limit is "
            f"1e{MOST_DECIMALS}: {'divide' if worst > 0 else 'multiply'} the targets by "
            f"1e{abs(worst):.0f}, and train again, unless they are not like that: then training "
            "diverged, and needs a lower learning rate"
        )
    return np.asarray(10.0**exponents)


def answer_nodes(
    scores: TensorSpec, task: Task
) -> tuple[list[Node], dict[str, TensorSpec], tuple[str, ...]]:
    """Make the nodes that read the scores.

    Parameters
    ----------
    scores
        The tensor of the scores.
    task
        What they mean.

    Returns
    -------
    nodes, tensors, outputs
        The nodes, the tensors that they write, and the names of these tensors.

    Raises
    ------
    ThumbnetError
        If no score can reach the threshold of a decision.

    """
    read = ("scores",)
    if task.kind == "regression":
        exponents = np.round(np.log10(np.asarray(scores.scale, dtype=np.float64))).astype(np.int64)
        attributes = {
            "step": 10 ** np.maximum(exponents, 0),
            "units": 10 ** np.maximum(-exponents, 0),
        }
        prediction = TensorSpec("prediction", scores.shape, "float32")
        node = Node(Measure.name, read, "prediction", attributes)
        return [node], {"prediction": prediction}, ("prediction",)
    assert isinstance(scores.scale, float)
    if task.kind == "image":
        image = TensorSpec("prediction", task.shape, Pixels.writes)
        node = Node(Pixels.name, read, "prediction", pixels_scaling(scores.scale, task))
        return [node], {"prediction": image}, ("prediction",)
    tensors = {"prediction": TensorSpec("prediction", (), "int32")}
    if task.kind == "decision":
        threshold = round(task.threshold / scores.scale)
        if abs(threshold) >= SCORE_LIMIT:
            raise ThumbnetError(
                "export: no score can reach the decision threshold: use one nearer to 0.5"
            )
        nodes = [Node(Decide.name, read, "prediction", {"threshold": threshold})]
    else:
        nodes = [Node(Classify.name, read, "prediction")]
    if task.nats is None:
        return nodes, tensors, ("prediction",)
    if task.function in ("softmax", "linear") and task.kind == "classifier":
        op = Softmax.name
    else:
        op = Logistic.name if task.kind == "decision" else LogisticAll.name
    nodes.append(Node(op, read, "probabilities", softmax_scaling(scores.scale * task.nats)))
    classes = 2 if task.kind == "decision" else scores.shape[0]
    tensors["probabilities"] = TensorSpec("probabilities", (classes,), "int32", scale=2.0**-15)
    return nodes, tensors, ("prediction", "probabilities")


OPERATIONS: tuple[Operation, ...] = (
    Classify(),
    Decide(),
    Measure(),
)
