"""The gates of recurrent cells, in units of 1/256, and the tables of their two curves."""

from __future__ import annotations

import numpy as np

from thumbnet.trainer import CURVES

from ..graph.arithmetic import ACTIVATION_MAX, Ints
from .recurrent import table_index


def gate_tables(step: float) -> dict[str, Ints]:
    """Return the tables of sigmoid and tanh, uint8.

    step: of the sums, between two entries for tanh. The steps for sigmoid are twice as wide.
    """
    steps = np.arange(256, dtype=np.float64) - 128
    gate = np.floor(256 * CURVES["sigmoid"](2 * step * steps) + 0.5)
    # An entry q stands for (q + (q >> 7)) / 256, so entries above 128 are lower by one.
    gate = np.clip(np.where(gate > 128, gate - 1, gate), 0, ACTIVATION_MAX)
    tanh = np.floor(127 * np.tanh(step * steps) + 0.5) + 128
    return {"sigmoid_table": gate.astype(np.uint8), "tanh_table": tanh.astype(np.uint8)}


def gate_256ths(table: Ints, v: Ints, shift: int) -> Ints:
    """Return a sigmoid in units of 1/256, up to 256: the table's upper half counts one more."""
    q = table.astype(np.int64)[table_index(v, shift, 128)]
    return np.asarray(q + (q >> 7))
