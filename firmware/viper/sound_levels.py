"""From features to the levels of a network of 8-bit integers, in viper."""

from array import array

import micropython

# Literals of an example network; the exporter puts the network's own in their place.
SIGNAL = array("i", [0] * 2)
FEATURES = bytearray(6)
# level = (feature * LEVEL[0] + LEVEL[1]) >> LEVEL[2], from 0 to 255
LEVEL = (1, 0, 0)


# No index may be one of the first three locals: see gather.
@micropython.viper
def add_features():
    """Move the FEATURES by one frame, and write those of SIGNAL behind them."""
    signal = ptr32(SIGNAL)
    levels = ptr8(FEATURES)
    n = int(len(SIGNAL))
    last = int(len(FEATURES)) - n
    k = 0
    while k < last:
        levels[k] = levels[k + n]
        k += 1
    gain = int(LEVEL[0])
    offset = int(LEVEL[1])
    shift = int(LEVEL[2])
    c = 0
    while c < n:
        v = (signal[c] * gain + offset) >> shift
        if v < 0:
            v = 0
        elif v > 255:
            v = 255
        levels[last + c] = v
        c += 1
