"""The inputs of UNIDIRECTIONAL_SEQUENCE_LSTM, by their place in the operator."""

from __future__ import annotations

INPUTS = 24
INPUT_WEIGHTS, STATE_WEIGHTS, BIASES = 1, 5, 12
"""The first of four each: input gate, forget gate, cell, output gate."""

STATE, CELL = 18, 19

NOT_SUPPORTED = {
    "peepholes": slice(9, 12),
    "a projection": slice(16, 18),
    "layer normalization": slice(20, 24),
}
"""The inputs of what neither floats nor integers have here."""
