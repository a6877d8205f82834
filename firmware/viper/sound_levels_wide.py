"""From features that may be negative to the levels of a network of 8-bit integers, in viper."""

from array import array

import micropython

# Literals of an example network; the exporter puts the network's own in their place.
FEATURES = array("i", [0] * 2)
VALUES = bytearray(6)
# (feature * factor + offset) >> shift
LEVEL_SCALE = (1, 0, 0)


# No index may be one of the first three locals: see gather. Where int has 64 bits, memory is read
# as unsigned: shifting 32 bits up and down restores the sign.
@micropython.viper
def add_features():
    """Move the VALUES by one frame, and write those of FEATURES behind them."""
    features = ptr32(FEATURES)
    levels = ptr8(VALUES)
    one = 1  # a literal shifted by 31 bits would be an object
    up = 0
    if one << 31 > 0:
        up = 32
    factor = int(LEVEL_SCALE[0])
    offset = int(LEVEL_SCALE[1])
    shift = int(LEVEL_SCALE[2])
    n = int(len(FEATURES))
    last = int(len(VALUES)) - n
    k = 0
    while k < last:
        levels[k] = levels[k + n]
        k += 1
    c = 0
    while c < n:
        v = ((features[c] << up >> up) * factor + offset) >> shift
        if v < 0:
            v = 0
        if v > 255:
            v = 255
        levels[last + c] = v
        c += 1
