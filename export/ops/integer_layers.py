"""The specification, second part: layers that look at windows, merge tensors, or remember.

As in `integer_ops`, every function takes int64 arrays with a batch axis in front, returns int64,
and is what the kernels of the same name in `firmware/` compute.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..graph.arithmetic import ACTIVATION_MAX, Ints, requantize
from ..graph.window import Window, patches

STATE_ONE = 127 * 258
"""1.0 as a state of `gru`: 127 steps of the tanh table, 258 to each."""


def convolve(
    x: Ints, *, weight: Ints, bias: Ints, window: Sequence[int], pad: int, bits: int = 8
) -> Ints:
    """Accumulators (n, out_height, out_width, outputs); weight (outputs, taps * channels) int8.

    The input's zero point is in the bias, so `pad`, which stands for 0.0, is that zero point.
    """
    w = Window(*window)
    windows = patches(x, w, pad).reshape(-1, w.taps * w.channels)
    # float64 holds these integers exactly (below 2**29) and BLAS multiplies them fast.
    product = windows.astype(np.float64) @ weight.T.astype(np.float64)
    acc = product.astype(np.int64) + bias
    return np.asarray(acc.reshape(len(x), w.out_height, w.out_width, len(weight)))


def convolve_depthwise(
    x: Ints, *, weight: Ints, bias: Ints, window: Sequence[int], pad: int
) -> Ints:
    """Accumulators (n, out_height, out_width, channels); weight (channels, taps) int8."""
    w = Window(*window)
    return np.asarray(
        np.einsum("nyxtc,ct->nyxc", patches(x, w, pad), weight.astype(np.int64)) + bias
    )


def max_pool(x: Ints, *, window: Sequence[int]) -> Ints:
    """The largest element of each channel in each window; padding is smaller than any."""
    return np.asarray(patches(x, Window(*window), -1).max(axis=3))


def average_pool(
    x: Ints,
    *,
    window: Sequence[int],
    x_zero_point: int,
    fewest: int,
    multiplier: Ints,
    shift: Ints,
    zero_point: int,
    activation_min: int,
    activation_max: int,
) -> Ints:
    """The mean of each channel in each window, padding left out, at a scale of its own.

    multiplier, shift: for windows of `fewest`, `fewest + 1`, ... elements.
    """
    w = Window(*window)
    count = np.array(w.counts()).reshape(w.out_height, w.out_width, 1)
    acc = patches(x, w, 0).sum(axis=3) - count * x_zero_point
    q = zero_point + requantize(acc, multiplier[count - fewest], shift[count - fewest])
    return np.clip(q, activation_min, activation_max)


def add(
    a: Ints,
    b: Ints,
    *,
    ka: int,
    kb: int,
    bias: int,
    shift: int,
    zero_point: int,
    activation_min: int,
    activation_max: int,
) -> Ints:
    """Two tensors brought to one scale and added; zero points and rounding are in the bias."""
    a = a.reshape(len(a), -1)
    total = (ka * a + kb * b.reshape(a.shape) + bias) >> shift
    return np.asarray(np.clip(total, activation_min, activation_max))


def concatenate(*tensors: Ints, tables: Ints, channels: Sequence[int]) -> Ints:
    """Tensors side by side along the channels, each brought to the common scale by its table."""
    parts = [
        table.astype(np.int64)[x].reshape(len(x), -1, count)
        for x, table, count in zip(tensors, tables, channels, strict=True)
    ]
    return np.asarray(np.concatenate(parts, axis=2))


def _projection(x: Ints, side: str, limit: int, weights: dict[str, Any]) -> Ints:
    """Products with the weights of one side, "input" or "state", as wide numbers."""
    weight, bias, multiplier, shift = (
        weights[f"{side}_{name}"] for name in ("weight", "bias", "multiplier", "shift")
    )
    acc = x @ weight.T.astype(np.int64) + bias
    return np.asarray(np.clip(requantize(acc, multiplier, shift), -limit, limit))


def _index(v: Ints, shift: int, center: int) -> Ints:
    """The place in a table for a wide number: rounded half up, the ends saturate."""
    return np.asarray(np.clip(((v + (1 << (shift - 1))) >> shift) + center, 0, ACTIVATION_MAX))


def simple_rnn(
    x: Ints,
    *,
    steps: int,
    units: int,
    sequences: bool,
    limit: int,
    table: Ints,
    step_shift: int,
    center: int,
    state_zero: int,
    **weights: Any,
) -> Ints:
    """`state = table[W x + U state]`, step by step; the last state, or all of them."""
    table = table.astype(np.int64)
    inputs = x.reshape(len(x), steps, -1)
    state = np.full((len(x), units), state_zero, dtype=np.int64)
    states = []
    for k in range(steps):
        total = _projection(inputs[:, k], "input", limit, weights)
        total = total + _projection(state, "state", limit, weights)
        state = table[_index(total, step_shift, center)]
        states.append(state)
    return np.asarray(np.stack(states, axis=1) if sequences else state)


def gru(
    x: Ints,
    *,
    steps: int,
    units: int,
    sequences: bool,
    limit: int,
    sigmoid_table: Ints,
    tanh_table: Ints,
    step_shift: int,
    **weights: Any,
) -> Ints:
    """A gated recurrent unit (Cho et al. 2014, reset after the product), its state in 16 bits.

    Gates are 256ths; the state has `STATE_ONE` steps to 1.0, and its upper byte, 128 more, is what
    the weights see.
    """
    inputs = x.reshape(len(x), steps, -1)
    state = np.zeros((len(x), units), dtype=np.int64)
    seen = np.full((len(x), units), 128, dtype=np.int64)
    states = []
    for k in range(steps):
        a = _projection(inputs[:, k], "input", limit, weights)
        b = _projection(seen, "state", limit, weights)
        z, r = (
            _gate(sigmoid_table, a[:, at : at + units] + b[:, at : at + units], step_shift + 1)
            for at in (0, units)
        )
        wide = a[:, 2 * units :] + ((r * b[:, 2 * units :] + 128) >> 8)
        n = (tanh_table.astype(np.int64)[_index(wide, step_shift, 128)] - 128) * 258
        state = (z * state + (256 - z) * n + 128) >> 8
        seen = np.minimum(((state + 128) >> 8) + 128, ACTIVATION_MAX)
        states.append(seen)
    return np.asarray(np.stack(states, axis=1) if sequences else seen)


def _gate(table: Ints, v: Ints, shift: int) -> Ints:
    """A sigmoid in 256ths, 256 being reached: the upper half of the table is one higher."""
    q = table.astype(np.int64)[_index(v, shift, 128)]
    return np.asarray(q + (q >> 7))
