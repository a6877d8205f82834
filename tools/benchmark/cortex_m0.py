"""Kernels of tier thumb on a Cortex-M0, in instructions for each multiply-accumulate."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from thumbnet.export.window import Window

from ..pictures import Array
from .counted import counter, unpacked
from .goals import Goal, Line
from .kernels import INPUTS, MACS, OUTPUTS, ConvLayer, DenseLayer, with_zeros, without_zeros
from .networks import Networks

DIGITS = 25
SIDE = 8  # of the images that are convolved
CONVOLUTIONS = ((8, 8), (8, 12), (8, 16), (16, 16))
"""Channels in, channels out."""

Say = Callable[[str], None]
Change = Callable[[bytes], bytes]


def cortex_m0(networks: Networks, say: Say, digits: int = DIGITS) -> list[Line]:
    """The dense kernel, without zeros and with MNIST's."""
    pictures = networks.mnist[1].x[:digits]
    say(f"dense kernel on the emulated Cortex-M0, {1 + digits} inputs")
    (dense,), idle = count([without_zeros()])
    sparse, _ = count(list(pictures))
    what = "784x16 dense kernel, Cortex-M0 (thumb), instructions per multiply-accumulate"
    zeros = float(np.mean(pictures == 0))
    return [
        _line("m0_dense", f"{what}: no zeros", dense, idle, 3.8, "no input zero"),
        _line(
            "m0_mnist",
            f"{what}: MNIST's zeros",
            float(np.mean(sparse)),
            idle,
            1.6,
            f"mean of the first {digits} test digits, {zeros:.0%} zeros",
        ),
    ]


def convolutions(
    networks: Networks, say: Say, channels: Sequence[tuple[int, int]] = CONVOLUTIONS
) -> list[Line]:
    """The kernels of convolutions with weights of 8 bits and of 4."""
    say(f"convolutions on the emulated Cortex-M0, {len(channels)} layers")
    eight = {pair: count_conv("conv", *pair) for pair in channels}
    four = {pair: count_conv("conv_int4", *pair) for pair in channels}
    lines = []
    for pair in channels:
        dense, sparse, padded = eight[pair]
        dense4, sparse4, _ = four[pair]
        names = "->".join(map(str, pair))
        lines.append(
            Line(
                "m0_conv_{}_{}".format(*pair),
                f"3x3 convolution {names}, Cortex-M0 (thumb), instructions per multiply-accumulate",
                dense,
                f"{dense:.2f}",
                Goal("<", 6),
                f"{SIDE}x{SIDE} image, no zeros, one call with all that is in it; half of the "
                f"input zero: {sparse:.2f}; same padding: {padded:.2f}; weights of 4 bits: "
                f"{dense4:.2f} and {sparse4:.2f}; QEMU, -icount shift=6",
            )
        )
    return lines


def count(rows: Sequence[Array], change: Change = bytes) -> tuple[list[int], int]:
    """Return what the dense layer takes for each input, and a call of a kernel without code.

    Args:
        change: see `counter`.

    Raises:
        ThumbnetError: a wrong answer, no QEMU, or a board that does not answer.
    """
    with counter("fully_connected", MACS, change) as board:
        board.load(DenseLayer(unpacked(board.weights, OUTPUTS, INPUTS), wide=False))
        return [board.instructions(x) for x in rows], board.idle()


def count_conv(
    kernel: str, channels: int, outputs: int, change: Change = bytes
) -> tuple[float, float, float]:
    """Return the instructions for each product of a 3x3 convolution.

    No input zero; half of them zero; no zero, and the image with a border of padding.

    Raises:
        ThumbnetError: as `count`.
    """
    inputs = 9 * channels
    found = []
    with counter(kernel, inputs * (outputs + 7), change) as board:
        weight = unpacked(board.weights, outputs, inputs, 4 if kernel == "conv_int4" else 8)
        for share, around in ((0.0, 0), (0.5, 0), (0.0, 1)):
            out = SIDE - 2 + 2 * around
            window = Window(SIDE, SIDE, channels, 3, 3, 1, 1, around, around, out, out)
            layer = ConvLayer(weight, wide=False, window=window)
            board.load(layer)
            taken = board.instructions(with_zeros(share, SIDE * SIDE * channels))
            found.append(taken / layer.products)
    return found[0], found[1], found[2]


def _line(key: str, what: str, taken: float, idle: int, goal: float, inputs: str) -> Line:
    each = taken / MACS
    how = (
        f"{inputs}; one call, {taken:,.0f} instructions with the call from Python; without its "
        f"{idle:,} the kernel takes {(taken - idle) / MACS:.2f}; QEMU, -icount shift=6"
    )
    return Line(key, what, each, f"{each:.2f}", Goal("<", goal), how)
