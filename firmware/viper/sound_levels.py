"""From features to the levels of a network of 8-bit integers, in viper."""

from array import array

import micropython

# Literals of an example network; the exporter puts the network's own in their place.
SIGNAL = array("i", [0] * 2)
VALUES = bytearray(6)
# The level of each feature; the last stands for all higher ones.
SOUND_LEVELS = b"\x00\x80\xff"


# No index may be one of the first three locals: see gather.
@micropython.viper
def add_features():
    """Move the VALUES by one frame, and write those of SIGNAL behind them."""
    signal = ptr32(SIGNAL)
    levels = ptr8(VALUES)
    table = ptr8(SOUND_LEVELS)
    n = int(len(SIGNAL))
    last = int(len(VALUES)) - n
    k = 0
    while k < last:
        levels[k] = levels[k + n]
        k += 1
    most = int(len(SOUND_LEVELS)) - 1
    c = 0
    while c < n:
        v = signal[c]
        if v > most:
            v = most
        levels[last + c] = table[v]
        c += 1
