"""The answer: from scores to a class, probabilities, or a number in real units."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from thumbnet.trainer import ThumbnetError

from ..graph.arithmetic import (
    ACCUMULATOR_LIMIT,
    PROBABILITY_ONE,
    REAL_MULTIPLIER_LIMIT,
    SCORE_LIMIT,
    Ints,
    quantize_multiplier,
    requantize,
)
from ..graph.graph import Graph, Node, TensorSpec
from ..kernels.build import Build
from ..quantizer.task import Task
from .attribute_kinds import Array, Whole
from .call_part import Literal, Named, Sources
from .operation import Floats, Operation

NATS_MAX = 12
"""exp(-12) is less than half of 2**-15, so larger score differences do not matter."""

STEPS_PER_NAT = 256

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
        return answer_sources(graph, self.name)


def answer_faults(
    graph: Graph, node: Node, scores: int | None, answer: tuple[int, ...]
) -> Iterator[str]:
    """Yield the faults of a number of scores, None for any, and of the shape of the answer."""
    found, made = graph.tensors[node.inputs[0]].shape, graph.tensors[node.output].shape
    if len(found) != 1 or scores not in (None, found[0]):
        yield f"the scores have shape {found}, expected {[scores or 'classes']}"
    if made != answer:
        yield f"{node.output!r} has shape {made}, expected {answer}"


def answer_sources(graph: Graph, file: str) -> Sources:
    """Return the file that computes `predict`; a `Stream` reads `classify`, which it replaces."""
    instead = () if graph.stream is None else (("classify", file),)
    return Sources(files=(file,), instead=instead, answers=file)


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
        return answer_sources(graph, name)

    def literals(self, graph: Graph, node: Node) -> dict[str, Literal]:
        """Return step and units; tuples if there are several measurements."""
        columns = {name: tuple(node.attributes[name].tolist()) for name in ("step", "units")}
        return {
            f"OUTPUT_{name.upper()}": values if len(values) > 1 else values[0]
            for name, values in columns.items()
        }


class Softmax(Operation):
    """Return Q15 probabilities that sum to 2**15: floors, plus the remainder for the winner."""

    name = "softmax"
    reads = "int32"
    writes = "int32"
    integer_attributes = {name: Whole() for name in ("limit", "left_shift", "multiplier", "shift")}
    answers = "probabilities"
    file = "probabilities"

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the probabilities of scores (n, classes), in Q15."""
        (scores,), a = inputs, attributes
        top = scores.max(axis=-1, keepdims=True)
        nats = np.minimum(top - scores, a["limit"]) << a["left_shift"]
        e = exp_q15(requantize(nats, a["multiplier"], a["shift"]))
        q = e * PROBABILITY_ONE // e.sum(axis=-1, keepdims=True)
        rest = PROBABILITY_ONE - q.sum(axis=-1, keepdims=True)
        winner = np.arange(scores.shape[-1]) == scores.argmax(axis=-1)[..., None]
        return np.asarray(q + rest * winner)

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield score differences that could reach 2**29, and the wrong number of answers."""
        a = node.attributes
        fits = 0 <= a["left_shift"] < 30
        if not fits or not 0 < a["limit"] << a["left_shift"] < ACCUMULATOR_LIMIT:
            yield f"limit {a['limit']} << {a['left_shift']} is not in 1 to 2**29 - 1"
        yield from self.class_faults(graph, node)

    def class_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield the fault of another number of probabilities than scores."""
        return answer_faults(graph, node, None, graph.tensors[node.inputs[0]].shape)

    def sources(self, graph: Graph, node: Node, build: Build) -> Sources:
        """Return the files of probabilities, as integers and as floats."""
        return Sources(
            files=("predict_proba", "probabilities"), instead=(("probabilities", self.file),)
        )

    def literals(self, graph: Graph, node: Node) -> dict[str, Literal]:
        """Return the scaling of score differences."""
        names = ("limit", "left_shift", "multiplier", "shift")
        return {"SOFTMAX": Named(names, tuple(int(node.attributes[name]) for name in names))}


class Logistic(Softmax):
    """Return both classes of one sigmoid output."""

    name = "logistic"
    file = "probabilities_of_two"

    def class_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield the fault of more than one score, or not two probabilities."""
        return answer_faults(graph, node, 1, (2,))

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the softmax of (0, score)."""
        score = inputs[0][..., 0]
        pair = np.stack([np.zeros_like(score), score], axis=-1)
        return super().integer_forward(pair, **attributes)


class LogisticAll(Softmax):
    """Return the sigmoid of each output."""

    name = "logistic_all"
    file = "probabilities_of_each"

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the sigmoid of each output in Q15."""
        (scores,) = inputs
        pairs = np.stack([np.zeros_like(scores), scores], axis=-1)
        return np.asarray(super().integer_forward(pairs, **attributes)[..., 1])


def exp_q15(t: Ints) -> Ints:
    """Return `32767 * exp(-t / 256)` for t >= 0, from three tables: nats, sixteenths, 256ths."""
    coarse, middle, fine = (
        np.floor(32767 * np.exp(-np.arange(n) / d) + 0.5).astype(np.int64)
        for n, d in ((12, 1), (16, 16), (16, 256))
    )
    inside = np.minimum(t, 12 * 256 - 1)
    e = (coarse[inside >> 8] * middle[(inside >> 4) & 15]) >> 15
    return np.where(t < 12 * 256, (e * fine[inside & 15]) >> 15, 0)


def is_regression(graph: Graph) -> bool:
    """Return whether an integer graph answers with numbers in real units, not with classes."""
    return any(graph.only(Measure.name))


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
            f"1e{MOST_DECIMALS}: train it in another unit"
        )
    return np.asarray(10.0**exponents)


def answer_nodes(
    scores: TensorSpec, task: Task
) -> tuple[list[Node], dict[str, TensorSpec], tuple[str, ...]]:
    """Return the nodes that read `scores`, their tensors, and the names of the outputs."""
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
    nodes.append(Node(op, read, "probabilities", _softmax_scaling(scores.scale * task.nats)))
    classes = 2 if task.kind == "decision" else scores.shape[0]
    tensors["probabilities"] = TensorSpec("probabilities", (classes,), "int32", scale=2.0**-15)
    return nodes, tensors, ("prediction", "probabilities")


def _softmax_scaling(nats: float) -> dict[str, int]:
    """Return the integers that convert a score difference to 256ths of a nat."""
    limit = min(math.ceil(NATS_MAX / nats) + 1, ACCUMULATOR_LIMIT - 1)
    real = nats * STEPS_PER_NAT
    left = 0
    while real / 2**left >= REAL_MULTIPLIER_LIMIT * (1 - 2**-15):
        left += 1
    if limit << left >= ACCUMULATOR_LIMIT:
        raise ThumbnetError(
            "export: a step of the scores is too coarse for softmax: train smaller weights"
        )
    multiplier, shift = quantize_multiplier(real / 2**left)
    return {"limit": limit, "left_shift": left, "multiplier": multiplier, "shift": shift}


OPERATIONS: tuple[Operation, ...] = (
    Classify(),
    Decide(),
    Measure(),
    Softmax(),
    Logistic(),
    LogisticAll(),
)
