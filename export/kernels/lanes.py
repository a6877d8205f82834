"""When big-integer lanes win over the plain kernel, and what heap they take."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FEWEST_OUTPUTS = 4
FEWEST_INPUTS = 16
"""Measured on 32 and 64 bits: below one of these the plain kernel is as fast on dense input."""


def lanes_win(weight: npt.NDArray[np.int8]) -> bool:
    """Return whether a layer, int8 (outputs, inputs), runs faster with one lane an output."""
    outputs, inputs = weight.shape
    return bool(outputs >= FEWEST_OUTPUTS and inputs >= FEWEST_INPUTS)


def lanes_heap(weight: npt.NDArray[np.int8]) -> int:
    """Return the bytes that the columns take on a 32-bit board, beside the bytes in the module.

    A column is a big integer (an object of 16 bytes and 32 bits an output, in blocks of 16) and
    its place in a list.
    """
    outputs, inputs = weight.shape
    return int(inputs * (20 + 16 * -(-outputs // 4)))
