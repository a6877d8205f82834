"""Very many values and one that is a little further out: each calibration sees another range."""

from __future__ import annotations

import numpy as np

from thumbnet.trainer import Sequential

from .handmade import handmade

BULK = np.repeat(np.random.default_rng(0).uniform(-1, 1, 997), 100)
"""So many that a few steps for each count for more than one value far out."""

ROWS = np.append(BULK, 1.3)[:, None]


def unit() -> Sequential:
    """One unit that adds 1, so that its relu cuts nothing off, and two classes."""
    return handmade(([[1.0]], 1.0, "relu"), ([[1.0, -1.0]], [-1.0, 1.0], "softmax"))
