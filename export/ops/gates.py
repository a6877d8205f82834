"""The curves of gated cells as tables: gates in units of 1/256, and one side of tanh."""

from __future__ import annotations

import numpy as np

from thumbnet.trainer import CURVES

from ..graph.arithmetic import ACTIVATION_MAX, Ints
from .recurrent import table_index


def gate_table(step: float) -> Ints:
    """Return the table of sigmoid, uint8; its entries are `step` apart, with 0 in the middle."""
    gate = np.floor(256 * CURVES["sigmoid"](step * (np.arange(256, dtype=np.float64) - 128)) + 0.5)
    # An entry q stands for (q + (q >> 7)) / 256, so entries above 128 are lower by one.
    return np.clip(np.where(gate > 128, gate - 1, gate), 0, ACTIVATION_MAX).astype(np.uint8)


def gate_256ths(table: Ints, v: Ints, shift: int) -> Ints:
    """Return a sigmoid in units of 1/256, up to 256: the table's upper half counts one more."""
    q = table.astype(np.int64)[table_index(v, shift, 128)]
    return np.asarray(q + (q >> 7))


def positive_tanh(step: float) -> Ints:
    """Return the table of tanh from 0 on, uint8 in units of 1/255; its entries are `step` apart."""
    curve = np.floor(ACTIVATION_MAX * CURVES["tanh"](step * np.arange(256)) + 0.5)
    return np.asarray(curve.astype(np.uint8))


def odd(table: Ints, v: Ints, shift: int) -> Ints:
    """Return an odd curve of `v`, with the sign of `v`, from the table of its positive side."""
    found = table.astype(np.int64)[table_index(np.abs(v), shift, 0)]
    return np.asarray(np.where(v < 0, -found, found))
