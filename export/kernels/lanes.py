"""When big-integer lanes are faster than the plain kernel, and how much heap they take."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FEWEST_OUTPUTS = 4
FEWEST_INPUTS = 16
"""Below either limit, the plain kernel is as fast on inputs without zeros (32 and 64 bits)."""


def lanes_win(weight: npt.NDArray[np.int8]) -> bool:
    """Return whether a layer, int8 (outputs, inputs), runs faster with one lane per output."""
    outputs, inputs = weight.shape
    return bool(outputs >= FEWEST_OUTPUTS and inputs >= FEWEST_INPUTS)


def lanes_heap(weight: npt.NDArray[np.int8]) -> int:
    """Return the bytes that the columns take on a 32-bit board, in addition to those in the module.

    A column is a big integer (an object of 16 bytes, and 32 bits per output in blocks of 16 bytes)
    and its entry in a list.
    """
    outputs, inputs = weight.shape
    return int(inputs * (20 + 16 * -(-outputs // 4)))
