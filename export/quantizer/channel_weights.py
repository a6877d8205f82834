"""Choose the integers of each output channel: int8 weights, folded biases, multipliers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError, largest_weight

from ..graph.arithmetic import (
    ACCUMULATOR_LIMIT,
    ACTIVATION_MAX,
    MULTIPLIER_MAX,
    MULTIPLIER_MIN,
    SHIFT_MAX,
    SHIFT_MIN,
    SMALL_INT_LIMIT,
    Ints,
    quantize_multiplier,
)

Floats = npt.NDArray[np.float64]

_BIAS_STEPS = ACCUMULATOR_LIMIT / 2
"""A bias uses at most half of the accumulator's range; a larger one makes its weights coarser."""


@dataclass(frozen=True)
class Channels:
    """Integers of a layer with weights.

    `weight`, int8 (outputs, inputs); `bias` (outputs,), with the input's zero point folded in;
    `scale` (outputs,), the real value of one accumulator step, 0 for a channel of zeros.
    """

    weight: npt.NDArray[np.int8]
    bias: Ints
    scale: Floats


def quantize_channels(
    layer: str,
    kernel: Floats,
    bias: Floats,
    mean: Floats,
    in_scale: float,
    zero_point: int,
    bits: int = 8,
    fitted: bool = False,
) -> Channels:
    """Quantize `kernel` (inputs, outputs) and `bias` (outputs,) with one scale per channel.

    Rounding the weights shifts a channel by `sum(mean * (kernel - rounded))` on average, where
    `mean` is the mean of the layer's real inputs, (inputs, 1) or (1, outputs). The bias compensates
    for this (bias correction, Nagel et al. 2019, arXiv:1906.04721, section 4.2).

    4-bit weights range from -7 to 7, at the scale with the least squared error. If they were
    `fitted` to this width in training, the largest weight sets the scale, as it did there.

    Raises
    ------
    ThumbnetError
        If an accumulator could reach 2**29.

    """
    most = largest_weight(bits)
    largest = np.abs(kernel).max(axis=0)
    if bits < 8 and not fitted:
        largest = largest * _best_share(kernel, largest, most)
    scale = np.maximum(largest * in_scale / most, np.abs(bias) / _BIAS_STEPS)
    safe = np.where(scale > 0, scale, 1.0)
    weight = np.clip(np.round(kernel * in_scale / safe), -most, most)
    corrected = bias + (mean * (kernel - weight * (safe / in_scale))).sum(axis=0)
    folded = np.round(corrected / safe) - zero_point * weight.sum(axis=0)
    check_accumulator(layer, weight, folded)
    return Channels(weight.T.astype(np.int8), folded.astype(np.int64), scale)


def _best_share(kernel: Floats, largest: Floats, most: int) -> Floats:
    """Return the best range of each channel as a share of its largest weight."""
    shares = np.linspace(0.4, 1.0, 31)[:, None]
    steps = np.where(largest > 0, largest, 1.0) * shares / most
    rounded = np.clip(np.round(kernel / steps[:, None]), -most, most) * steps[:, None]
    return np.asarray(shares[((kernel - rounded) ** 2).sum(axis=1).argmin(axis=0), 0])


def multipliers(scale: Floats, out_scale: npt.ArrayLike) -> tuple[Ints, Ints]:
    """Return the multiplier and shift of each channel, from accumulator steps to `out_scale`."""
    ratios = np.broadcast_to(scale / np.asarray(out_scale), scale.shape)
    pairs = [quantize_multiplier(r) if r > 0 else (MULTIPLIER_MIN, SHIFT_MAX) for r in ratios]
    multiplier, shift = np.array(pairs, dtype=np.int64).T
    return multiplier, shift


def side_of_zero(channels: Channels) -> tuple[Channels, Ints, Ints]:
    """Return channels, multipliers and shifts that keep the sign of every accumulator exactly.

    For step and sign: with a bias lower by one, `(acc - 1) * 32767 + 2**15 >> 16` is negative
    exactly where `acc` is, however small `acc` is; large values saturate.
    """
    moved = Channels(channels.weight, channels.bias - 1, channels.scale)
    check_accumulator("step", moved.weight.T.astype(np.float64), moved.bias.astype(np.float64))
    like = np.ones_like(channels.bias)
    return moved, like * MULTIPLIER_MAX, like * SHIFT_MIN


def check_accumulator(layer: str, weight: npt.ArrayLike, bias: npt.ArrayLike) -> None:
    """Raise ThumbnetError unless every sum in the kernels stays within its bound.

    Parameters
    ----------
    layer
        The layer's name, for the message.
    weight, bias
        (inputs, outputs) and (outputs,). `sum(|w|) * 255 + |bias| < 2**29` must hold, and
        subtracting `128 * sum(x)`, as the kernels do first, must keep `bias` above -2**30.

    """
    w, b = np.asarray(weight), np.abs(np.asarray(bias))
    inputs = w.shape[0]
    bound = np.abs(w).sum(axis=0) * ACTIVATION_MAX + b
    worst = int(np.argmax(bound))
    reach, limit, name = bound[worst], ACCUMULATOR_LIMIT, "2**29"
    if reach < limit:
        reach, limit, name = b.max() + 128 * ACTIVATION_MAX * inputs, SMALL_INT_LIMIT, "2**30"
    if reach >= limit:
        raise ThumbnetError(
            f"export: layer {layer}, output {worst}: an accumulator could reach {int(reach)}, but "
            f"the limit is {name} = {limit}: use fewer inputs to this layer (it has {inputs})"
        )
