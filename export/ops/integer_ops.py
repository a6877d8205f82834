"""The specification: what each operation of the integer stages means, in NumPy.

Every function takes int64 arrays with a batch axis in front and returns int64. The kernels in
`firmware/` are written against these lines, and the tests hold them equal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..graph.arithmetic import ACTIVATION_MAX, PROBABILITY_ONE, Ints, requantize
from ..quantizer.input_counts import per_input
from .integer_layers import (
    add,
    average_pool,
    concatenate,
    convolve,
    convolve_depthwise,
    gru,
    max_pool,
    simple_rnn,
)


def quantize_levels(counts: Ints, *, minimum: int, maximum: int, gain: int) -> Ints:
    """At most 256 counts, spread over uint8: nothing is rounded."""
    return (counts - minimum) * gain


def quantize_sensors(
    counts: Ints,
    *,
    zero_point: int,
    left_shift: Ints,
    bias: Ints,
    multiplier: Ints,
    shift: Ints,
    units: Ints,
    minimum: Ints,
    maximum: Ints,
) -> Ints:
    """Counts to uint8, saturating: one line of numbers for all, or one for each channel."""
    lines = [left_shift, bias, multiplier, shift]
    left_shift, bias, multiplier, shift = (per_input(v, counts.shape[-1]) for v in lines)
    q = zero_point + requantize((counts << left_shift) + bias, multiplier, shift)
    return np.clip(q, 0, ACTIVATION_MAX)


def matmul(x: Ints, *, weight: Ints, bias: Ints, bits: int = 8) -> Ints:
    """`x @ weight.T + bias`: weight (outputs, inputs) int8, the zero point is in the bias.

    bits: how wide weights are in memory; their values say all that counts here.
    """
    # float64 holds these integers exactly (below 2**29) and BLAS multiplies them fast.
    rows = x.reshape(len(x), -1)
    product = rows.astype(np.float64) @ weight.T.astype(np.float64)
    return np.asarray(product.astype(np.int64) + bias)


def requantize_clamp(
    acc: Ints,
    *,
    zero_point: int,
    multiplier: Ints,
    shift: Ints,
    activation_min: int,
    activation_max: int,
) -> Ints:
    """Accumulators to the next scale: `clamp(zero_point + requantize(acc))`."""
    q = zero_point + requantize(acc, multiplier, shift)
    return np.clip(q, activation_min, activation_max)


def lookup(q: Ints, *, table: Ints) -> Ints:
    """Any curve of one variable: a table of 256 entries."""
    return np.asarray(table.astype(np.int64)[q])


def fully_connected(
    x: Ints,
    *,
    weight: Ints,
    bias: Ints,
    bits: int = 8,
    table: Ints | None = None,
    **requantization: Any,
) -> Ints:
    """`matmul`, `requantize_clamp`, and `lookup` if there is a table: what one kernel call does."""
    q = requantize_clamp(matmul(x, weight=weight, bias=bias), **requantization)
    return q if table is None else lookup(q, table=table)


def conv(
    x: Ints,
    *,
    weight: Ints,
    bias: Ints,
    window: Sequence[int],
    pad: int,
    bits: int = 8,
    table: Ints | None = None,
    **requantization: Any,
) -> Ints:
    """`convolve`, `requantize_clamp`, and `lookup` if there is a table."""
    acc = convolve(x, weight=weight, bias=bias, window=window, pad=pad)
    q = requantize_clamp(acc, **requantization)
    return q if table is None else lookup(q, table=table)


def depthwise_conv(
    x: Ints,
    *,
    weight: Ints,
    bias: Ints,
    window: Sequence[int],
    pad: int,
    table: Ints | None = None,
    **requantization: Any,
) -> Ints:
    """`convolve_depthwise`, `requantize_clamp`, and `lookup` if there is a table."""
    acc = convolve_depthwise(x, weight=weight, bias=bias, window=window, pad=pad)
    q = requantize_clamp(acc, **requantization)
    return q if table is None else lookup(q, table=table)


def classify(scores: Ints) -> Ints:
    """The first of the largest scores."""
    return np.asarray(np.argmax(scores, axis=-1))


def decide(scores: Ints, *, threshold: int) -> Ints:
    """1 where the one score reaches the threshold, else 0."""
    return (scores[..., 0] >= threshold).astype(np.int64)


def exp_q15(t: Ints) -> Ints:
    """`32767 * exp(-t / 256)` for t >= 0 by three tables: whole nats, sixteenths, 256ths."""
    coarse, middle, fine = (
        np.floor(32767 * np.exp(-np.arange(n) / d) + 0.5).astype(np.int64)
        for n, d in ((12, 1), (16, 16), (16, 256))
    )
    inside = np.minimum(t, 12 * 256 - 1)
    e = (coarse[inside >> 8] * middle[(inside >> 4) & 15]) >> 15
    return np.where(t < 12 * 256, (e * fine[inside & 15]) >> 15, 0)


def softmax(scores: Ints, *, limit: int, left_shift: int, multiplier: int, shift: int) -> Ints:
    """Probabilities in Q15 that sum to 2**15: floors, and the rest to the first largest score."""
    top = scores.max(axis=-1, keepdims=True)
    e = exp_q15(requantize(np.minimum(top - scores, limit) << left_shift, multiplier, shift))
    q = e * PROBABILITY_ONE // e.sum(axis=-1, keepdims=True)
    rest = PROBABILITY_ONE - q.sum(axis=-1, keepdims=True)
    winner = np.arange(scores.shape[-1]) == scores.argmax(axis=-1)[..., None]
    return np.asarray(q + rest * winner)


def logistic(scores: Ints, **scaling: int) -> Ints:
    """The two classes of one sigmoid output: softmax of (0, score)."""
    return softmax(np.stack([np.zeros_like(scores[..., 0]), scores[..., 0]], axis=-1), **scaling)


def logistic_all(scores: Ints, **scaling: int) -> Ints:
    """Each output's own sigmoid in Q15."""
    pairs = np.stack([np.zeros_like(scores), scores], axis=-1)
    return np.asarray(softmax(pairs, **scaling)[..., 1])


def measure(scores: Ints, *, step: Ints, units: Ints) -> Any:
    """Scores in real units, float64: the board divides the same two integers."""
    return scores * step / units


INTEGER_OPS: dict[str, Callable[..., Any]] = {
    "quantize_levels": quantize_levels,
    "quantize_sensors": quantize_sensors,
    "matmul": matmul,
    "requantize": requantize_clamp,
    "lookup": lookup,
    "fully_connected": fully_connected,
    "convolve": convolve,
    "convolve_depthwise": convolve_depthwise,
    "conv": conv,
    "depthwise_conv": depthwise_conv,
    "max_pool": max_pool,
    "average_pool": average_pool,
    "add": add,
    "concatenate": concatenate,
    "simple_rnn": simple_rnn,
    "gru": gru,
    "classify": classify,
    "decide": decide,
    "softmax": softmax,
    "logistic": logistic,
    "logistic_all": logistic_all,
    "measure": measure,
}
