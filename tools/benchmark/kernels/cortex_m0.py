"""Kernels of tier thumb on a Cortex-M0, in instructions per multiply-accumulate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ..goals import Goal, Line
from ..networks import Networks
from .cases import (
    INPUTS,
    MACS,
    OUTPUTS,
    Array,
    conv_layer_call,
    dense_layer_call,
    products,
    with_zeros,
    without_zeros,
)
from .instruction_counter import counter, unpacked, unpacked_depthwise

DIGITS = 25
SIDE = 8
"""Height and width of the images that are convolved."""

CONVOLUTIONS = ((3, 8, 8), (3, 8, 12), (3, 8, 16), (3, 16, 16), (1, 16, 16))
"""(kernel size, input channels, output channels) with less than 6 instructions each."""

FEW = {("conv", 1, 8, 8): 9, ("conv", 3, 8, 3): 7, ("depthwise_conv", 3, 8, 8): 12.5}
"""Layers with fewer products per output, or with outputs that do not fill the last block.

An output takes about 30 instructions, however many products it sums.
"""

Say = Callable[[str], None]
Change = Callable[[bytes], bytes]


def cortex_m0(networks: Networks, say: Say, digits: int = DIGITS) -> list[Line]:
    """Measure the dense kernel, without zeros and with those of MNIST."""
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
    networks: Networks,
    say: Say,
    shapes: Sequence[tuple[int, int, int]] = CONVOLUTIONS,
    few: Mapping[tuple[str, int, int, int], float] = FEW,
) -> list[Line]:
    """Measure the kernels of convolutions with weights of 8 bits and of 4."""
    say(f"convolutions on the emulated Cortex-M0, {len(shapes) + len(few)} layers")
    lines = []
    for shape in shapes:
        dense, sparse, _ = count_conv("conv_int4", *shape)
        narrow = f"; weights of 4 bits: {dense:.2f} and {sparse:.2f}"
        lines.append(_convolution(("conv", *shape), 6, narrow))
    return lines + [_convolution(shape, goal) for shape, goal in few.items()]


def _convolution(shape: tuple[str, int, int, int], goal: float, more: str = "") -> Line:
    kernel, size, channels, outputs = shape
    dense, sparse, padded = count_conv(*shape)
    kind = "convolution" if kernel == "conv" else "depthwise convolution"
    return Line(
        f"m0_{kernel}_{size}x{size}_{channels}_{outputs}",
        f"{size}x{size} {kind} {channels}->{outputs}, Cortex-M0 (thumb), instructions per "
        "multiply-accumulate",
        dense,
        f"{dense:.2f}",
        Goal("<", goal),
        f"{SIDE}x{SIDE} image, no zeros, one call with everything in it; half of the input zero: "
        f"{sparse:.2f}; same padding: {padded:.2f}{more}; QEMU, -icount shift=6",
    )


def count(rows: Sequence[Array], change: Change = bytes) -> tuple[list[int], int]:
    """Return the instructions of the dense layer for each input, and of a kernel without code.

    Parameters
    ----------
    rows
        The inputs.
    change
        See `counter`.

    Raises
    ------
    ThumbnetError
        If an answer is wrong, QEMU is missing, or the board does not answer.

    """
    with counter("fully_connected", MACS, change) as board:
        board.load(dense_layer_call(unpacked(board.weights, OUTPUTS, INPUTS), wide=False))
        return [board.instructions(x) for x in rows], board.idle()


def count_conv(
    kernel: str, size: int, channels: int, outputs: int, change: Change = bytes
) -> tuple[float, float, float]:
    """Return the instructions per product of a convolution of size x size pixels.

    Three figures: without zeros; with half of the inputs zero; without zeros and with padding.

    Raises
    ------
    ThumbnetError
        As for `count`.

    """
    taps = size * size
    found = []
    with counter(kernel, taps * channels * (outputs + 7), change) as board:
        if kernel == "depthwise_conv":
            weight = unpacked_depthwise(board.weights, channels, taps)
        else:
            bits = 4 if kernel == "conv_int4" else 8
            weight = unpacked(board.weights, outputs, taps * channels, bits)
        image = (SIDE, SIDE, channels)
        for share, border in ((0.0, 0), (0.5, 0), (0.0, size // 2)):
            out = SIDE - size + 1 + 2 * border
            padding = (border, border)
            call = conv_layer_call(kernel, weight, image, (size, size), (out, out), padding=padding)
            board.load(call)
            taken = board.instructions(with_zeros(share, SIDE * SIDE * channels))
            found.append(taken / products(call))
    return found[0], found[1], found[2]


def _line(key: str, what: str, taken: float, idle: int, goal: float, inputs: str) -> Line:
    each = taken / MACS
    how = (
        f"{inputs}; one call, {taken:,.0f} instructions with the call from Python; without its "
        f"{idle:,} the kernel takes {(taken - idle) / MACS:.2f}; QEMU, -icount shift=6"
    )
    return Line(key, what, each, f"{each:.2f}", Goal("<", goal), how)
