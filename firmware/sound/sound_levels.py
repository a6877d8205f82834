"""From features to the levels of a network of 8-bit integers."""

from array import array

# Literals of an example network; the exporter puts the network's own in their place.
SIGNAL = array("i", [0] * 2)
VALUES = bytearray(6)
# The level of each feature; the last stands for all higher ones.
SOUND_LEVELS = b"\x00\x80\xff"


def add_features():
    """Move the VALUES by one frame, and write those of SIGNAL behind them."""
    n = len(SIGNAL)
    last = len(VALUES) - n
    for k in range(last):
        VALUES[k] = VALUES[k + n]
    most = len(SOUND_LEVELS) - 1
    for c in range(n):
        v = SIGNAL[c]
        VALUES[last + c] = SOUND_LEVELS[v if v < most else most]
