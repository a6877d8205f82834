"""What the float stages' layers with windows, several inputs, or a memory mean, in NumPy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..quantizer.curves import CURVES
from ..graph.window import Window, patches

Floats = npt.NDArray[np.float64]


def conv(x: Floats, *, kernel: Floats, bias: Floats, window: Sequence[int]) -> Floats:
    """Windows of x (n, ...) times the kernel (taps * channels, outputs), plus the bias."""
    w = Window(*window)
    windows = patches(x, w, 0.0)
    return windows.reshape(*windows.shape[:3], -1) @ kernel + bias


def depthwise_conv(x: Floats, *, kernel: Floats, bias: Floats, window: Sequence[int]) -> Floats:
    """Every channel's windows times its own kernel, a column of (taps, channels)."""
    return np.asarray(np.einsum("nyxtc,tc->nyxc", patches(x, Window(*window), 0.0), kernel) + bias)


def max_pool(x: Floats, *, window: Sequence[int]) -> Floats:
    """The largest number of each channel in each window."""
    return np.asarray(patches(x, Window(*window), -np.inf).max(axis=3))


def average_pool(x: Floats, *, window: Sequence[int]) -> Floats:
    """The mean of each channel in each window, padding left out."""
    w = Window(*window)
    count = np.array(w.counts()).reshape(w.out_height, w.out_width, 1)
    return np.asarray(patches(x, w, 0.0).sum(axis=3) / count)


def add(a: Floats, b: Floats) -> Floats:
    """Element by element."""
    return a + b.reshape(a.shape)


def concatenate(*tensors: Floats, channels: Sequence[int] | None = None) -> Floats:
    """Side by side along the last axis, of so many channels each."""
    sizes = channels or [x.shape[-1] for x in tensors]
    parts = [x.reshape(len(x), -1, size) for x, size in zip(tensors, sizes, strict=True)]
    return np.concatenate(parts, axis=-1)


def simple_rnn(
    x: Floats,
    *,
    kernel: Floats,
    recurrent_kernel: Floats,
    bias: Floats,
    function: str,
    steps: int,
    units: int,
    sequences: bool,
) -> Floats:
    """`state = function(x kernel + state recurrent_kernel + bias)`, from a state of zeros."""
    inputs = x.reshape(len(x), steps, -1)
    state = np.zeros((len(x), units))
    states = []
    for k in range(steps):
        state = CURVES[function](inputs[:, k] @ kernel + state @ recurrent_kernel + bias)
        states.append(state)
    return np.stack(states, axis=1) if sequences else state


def gru(
    x: Floats,
    *,
    kernel: Floats,
    recurrent_kernel: Floats,
    bias: Floats,
    function: str,
    steps: int,
    units: int,
    sequences: bool,
) -> Floats:
    """A gated recurrent unit (Cho et al. 2014), reset after the product; gates z, r, candidate."""
    inputs = x.reshape(len(x), steps, -1)
    bias = np.broadcast_to(bias, (2, 3 * units))
    state = np.zeros((len(x), units))
    states = []
    for k in range(steps):
        a = inputs[:, k] @ kernel + bias[0]
        b = state @ recurrent_kernel + bias[1]
        gates = 0.5 + 0.5 * np.tanh(0.5 * (a + b)[:, : 2 * units])
        z, r = gates[:, :units], gates[:, units:]
        state = z * state + (1 - z) * np.tanh(a[:, 2 * units :] + r * b[:, 2 * units :])
        states.append(state)
    return np.stack(states, axis=1) if sequences else state
