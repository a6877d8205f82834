"""Integers of 16 bits in tensors of bytes: the lower bytes of all, and then the upper ones."""

from __future__ import annotations

import numpy as np

from .arithmetic import Ints

WORD_MAX = 2**15 - 1


def saturated(x: Ints) -> Ints:
    """Return integers as the nearest ones of 16 bits."""
    return np.clip(x, -WORD_MAX - 1, WORD_MAX)


def joined(low: Ints, high: Ints) -> Ints:
    """Return the integers of these bytes."""
    return ((low | high << 8) ^ WORD_MAX + 1) - WORD_MAX - 1


def parted(x: Ints) -> tuple[Ints, Ints]:
    """Return the lower and the upper bytes of integers."""
    return x & 0xFF, x >> 8 & 0xFF
