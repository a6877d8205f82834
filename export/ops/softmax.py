"""The softmax: probabilities in Q15 from scores, true to the float softmax."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..graph.arithmetic import ACCUMULATOR_LIMIT, PROBABILITY_ONE, SMALL_INT_LIMIT, Ints
from ..graph.graph import Graph, Node
from ..kernels.build import Build
from .attribute_kinds import Array, Whole
from .call_part import Literal, Sources
from .checks import answer_faults
from .operation import Operation

CLASSES_MAX = 8192
"""Rounding each of so many powers of two to Q28 still moves no probability by half of 2**-15."""

HALVES_MAX = 29
"""2**-29 is half a step of Q28, so larger score differences do not matter."""

HALVES_BITS = 24
"""Score differences are in 2**-24 of a power of two; 60 of them take 30 bits."""


class Softmax(Operation):
    """Return Q15 probabilities that sum to 2**15, each within 2**-14 of the float softmax."""

    name = "softmax"
    reads = "int32"
    writes = "int32"
    integer_attributes = {"limit": Whole(), "steps": Array(axes=("bytes",))}
    answers = "probabilities"
    file = "probabilities"
    shares = "shares"

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
        drop = np.frexp(total)[1] - 21  # the total then has 21 bits
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
    shares = ""

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
    shares = "shares_of_each"

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


OPERATIONS: tuple[Operation, ...] = (Softmax(), Logistic(), LogisticAll())
