"""The nodes behind the scores: class, probabilities, or a number in real units."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from ..graph.arithmetic import ACCUMULATOR_LIMIT, REAL_MULTIPLIER_LIMIT, SCORE_LIMIT, quantize_multiplier
from ..graph.graph import Node, Tensor
from ..quantizer.task import Head

NATS_MAX = 12
"""exp(-12) is below half of 2**-15: larger differences are all the same."""

STEPS_PER_NAT = 256

MOST_DECIMALS = 9
"""10**9 is the largest power of ten below 2**30."""


def regression_steps(finest: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return per output the smallest power of ten that is at least `finest` (1 where that is 0).

    Scores then read as decimals.

    Raises
    ------
    ThumbnetError
        If an output's unit is so large or so small that the power does not fit a board's integer.

    """
    exponents = np.ceil(np.log10(np.where(finest > 0, finest, 1.0)))
    if np.any(np.abs(exponents) > MOST_DECIMALS):
        worst = exponents[np.abs(exponents).argmax()]
        raise ThumbnetError(
            f"export: an output is measured in steps of 1e{worst:.0f}, a board reaches "
            f"1e{MOST_DECIMALS}: train it in another unit"
        )
    return np.asarray(10.0**exponents)


def head_nodes(scores: Tensor, head: Head) -> tuple[list[Node], dict[str, Tensor], tuple[str, ...]]:
    """Return the nodes that read `scores`, their tensors, and the names of the outputs."""
    read = ("scores",)
    if head.kind == "regression":
        exponents = np.round(np.log10(np.asarray(scores.scale, dtype=np.float64))).astype(np.int64)
        attributes = {
            "step": 10 ** np.maximum(exponents, 0),
            "units": 10 ** np.maximum(-exponents, 0),
        }
        prediction = Tensor("prediction", scores.shape, "float32")
        return (
            [Node("measure", read, "prediction", attributes)],
            {"prediction": prediction},
            ("prediction",),
        )
    assert isinstance(scores.scale, float)
    tensors = {"prediction": Tensor("prediction", (), "int32")}
    if head.kind == "decision":
        threshold = round(head.threshold / scores.scale)
        if abs(threshold) >= SCORE_LIMIT:
            raise ThumbnetError(
                "export: the decision threshold is beyond every score: take one nearer to 0.5"
            )
        nodes = [Node("decide", read, "prediction", {"threshold": threshold})]
    else:
        nodes = [Node("classify", read, "prediction")]
    if head.nats is None:
        return nodes, tensors, ("prediction",)
    if head.function in ("softmax", "linear") and head.kind == "classifier":
        op = "softmax"
    else:
        op = "logistic" if head.kind == "decision" else "logistic_all"
    nodes.append(Node(op, read, "probabilities", _softmax_scaling(scores.scale * head.nats)))
    classes = 2 if head.kind == "decision" else scores.shape[0]
    tensors["probabilities"] = Tensor("probabilities", (classes,), "int32", scale=2.0**-15)
    return nodes, tensors, ("prediction", "probabilities")


def _softmax_scaling(nats: float) -> dict[str, int]:
    """Return the integers that bring a score difference to 256ths of a nat."""
    limit = min(math.ceil(NATS_MAX / nats) + 1, ACCUMULATOR_LIMIT - 1)
    real = nats * STEPS_PER_NAT
    left = 0
    while real / 2**left >= REAL_MULTIPLIER_LIMIT * (1 - 2**-15):
        left += 1
    if limit << left >= ACCUMULATOR_LIMIT:
        raise ThumbnetError("export: a step of the scores is worth too many nats for the softmax")
    multiplier, shift = quantize_multiplier(real / 2**left)
    return {"limit": limit, "left_shift": left, "multiplier": multiplier, "shift": shift}
