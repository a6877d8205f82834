"""From features that may be negative to the levels of a network of 8-bit integers."""

from array import array

# Literals of an example network; the exporter puts the network's own in their place.
FEATURES = array("i", [0] * 2)
VALUES = bytearray(6)
# (feature * factor + offset) >> shift
LEVEL_SCALE = (1, 0, 0)


def add_features():
    """Move the VALUES by one frame, and write those of FEATURES behind them."""
    n = len(FEATURES)
    last = len(VALUES) - n
    for k in range(last):
        VALUES[k] = VALUES[k + n]
    factor, offset, shift = LEVEL_SCALE
    for c in range(n):
        v = (FEATURES[c] * factor + offset) >> shift
        VALUES[last + c] = 0 if v < 0 else v if v < 255 else 255
