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
    SCORE_LIMIT,
    SMALL_INT_LIMIT,
    Ints,
)
from ..graph.graph import Graph, Node, TensorSpec
from ..kernels.build import Build
from ..quantizer.task import Task
from .attribute_kinds import Array, Whole
from .call_part import Literal, Sources
from .operation import Floats, Operation

CLASSES_MAX = 8192
"""Rounding each of so many powers of two to Q28 still moves no probability by half of 2**-15."""

HALVES_MAX = 29
"""2**-29 is half a step of Q28, so larger score differences do not matter."""

HALVES_BITS = 24
"""Score differences are in 2**-24 of a power of two; 60 of them take 30 bits."""

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


def answer_faults(
    graph: Graph, node: Node, scores: int | None, answer: tuple[int, ...]
) -> Iterator[str]:
    """Yield the faults of a number of scores, None for any, and of the shape of the answer."""
    found, made = graph.tensors[node.inputs[0]].shape, graph.tensors[node.output].shape
    if len(found) != 1 or scores not in (None, found[0]):
        yield f"the scores have shape {found}, expected {[scores or 'classes']}"
    if made != answer:
        yield f"{node.output!r} has shape {made}, expected {answer}"


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


class Softmax(Operation):
    """Return Q15 probabilities that sum to 2**15, each within 2**-14 of the float softmax."""

    name = "softmax"
    reads = "int32"
    writes = "int32"
    integer_attributes = {"limit": Whole(), "steps": Array(axes=("bytes",))}
    answers = "probabilities"
    file = "probabilities"

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return the probabilities of scores (n, classes), in Q15.

        The quotients `2**15 * e / sum(e)` are rounded down, and then those with the largest
        remainders up, until they sum to 2**15.
        """
        (scores,), a = inputs, attributes
        difference = np.minimum(scores.max(axis=-1, keepdims=True) - scores, a["limit"])
        place = 8 * np.arange(len(a["steps"]))
        e = power_of_half(((difference[..., None] >> place & 255) * a["steps"]).sum(axis=-1))
        total = e.sum(axis=-1, keepdims=True)
        drop = np.frexp(total)[1] - 23  # the total then has 23 bits
        q, remainder = np.divmod((e >> drop) * PROBABILITY_ONE, total >> drop)
        winner = scores.argmax(axis=-1)[..., None]
        np.put_along_axis(remainder, winner, np.take_along_axis(remainder, winner, -1) + 1, -1)
        more, rest = np.divmod(PROBABILITY_ONE - q.sum(axis=-1, keepdims=True), q.shape[-1])
        rank = np.argsort(np.argsort(-remainder, axis=-1, kind="stable"), axis=-1, kind="stable")
        return np.asarray(q + more + (rank < rest))

    def integer_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield too many classes, and score differences that could reach 2**30."""
        limit, steps = node.attributes["limit"], node.attributes["steps"]
        if not 0 < limit < ACCUMULATOR_LIMIT or len(steps) != (limit.bit_length() + 7) // 8:
            yield f"a limit of {limit} with {len(steps)} steps: use those of softmax_scaling"
        elif np.any(steps < 0) or _most_halves(limit, steps) >= SMALL_INT_LIMIT:
            yield f"a score difference of {limit} could reach 2**30: use softmax_scaling"
        if graph.tensors[node.output].shape[-1] > CLASSES_MAX:
            yield f"more than {CLASSES_MAX:,} classes: probabilities would not be exact"
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
        return {
            "SOFTMAX_LIMIT": int(node.attributes["limit"]),
            "SOFTMAX_STEPS": tuple(node.attributes["steps"].tolist()),
        }


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


def power_of_half(u: Ints) -> Ints:
    """Return `2**28 * 2**-(u / 2**24)`, rounded, for 0 <= u < 2**30.

    `2**f` for f below 1 is `1 + f * g`, with a polynomial g that was fitted to `(2**f - 1) / f`.
    """
    end = HALVES_MAX << HALVES_BITS
    inside = np.minimum(u, end)
    whole, fraction = -(-inside >> HALVES_BITS), -inside & (1 << HALVES_BITS) - 1
    f, g = fraction >> HALVES_BITS - 15, np.zeros_like(inside)
    for coefficient in (440, 1712, 7909, 22707):  # Q15; they sum to 1
        g = coefficient + (f * g >> 15)
    power = (1 << 28) + (f * g >> 2)
    return np.where(u < end, power + (1 << whole >> 1) >> whole, 0)


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
            f"1e{MOST_DECIMALS}: {'divide' if worst > 0 else 'multiply'} the targets by "
            f"1e{abs(worst):.0f}, and train again, unless they are not like that: then training "
            "diverged, and needs a lower learning rate"
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
    nodes.append(Node(op, read, "probabilities", softmax_scaling(scores.scale * task.nats)))
    classes = 2 if task.kind == "decision" else scores.shape[0]
    tensors["probabilities"] = TensorSpec("probabilities", (classes,), "int32", scale=2.0**-15)
    return nodes, tensors, ("prediction", "probabilities")


def softmax_scaling(nats: float) -> dict[str, Any]:
    """Return the integers that convert a score difference to 2**-24 of a power of two.

    Parameters
    ----------
    nats
        What a score difference of 1 means, in nats.

    Returns
    -------
    dict
        limit: the largest difference that counts; steps: int64, what a difference of 1, 256, ...
        is, one for each byte of the limit.

    """
    # Beyond HALVES_MAX nothing is left: larger steps mean the same.
    halves = min(nats * math.log2(math.e), HALVES_MAX + 2.0)
    limit = min(math.ceil(HALVES_MAX / halves), ACCUMULATOR_LIMIT - 1)
    places = range(0, limit.bit_length(), 8)
    steps = [math.floor(halves * 2.0 ** (HALVES_BITS + place) + 0.5) for place in places]
    return {"limit": limit, "steps": np.array(steps, np.int64)}


def _most_halves(limit: int, steps: Ints) -> int:
    """Return the largest sum of steps for a score difference from 0 to `limit`."""
    # In the largest, the lowest bytes are all 255, or those of the limit.
    most = [limit, *((limit >> 8 * k << 8 * k) - 1 for k in range(1, len(steps)))]
    return max(sum((d >> 8 * k & 255) * int(s) for k, s in enumerate(steps)) for d in most)


OPERATIONS: tuple[Operation, ...] = (
    Classify(),
    Decide(),
    Measure(),
    Softmax(),
    Logistic(),
    LogisticAll(),
)
