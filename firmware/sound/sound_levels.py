"""From features to the levels of a network of 8-bit integers."""

from array import array

# Literals of an example network; the exporter puts the network's own in their place.
SIGNAL = array("i", [0] * 2)
FEATURES = bytearray(6)
# level = (feature * LEVEL[0] + LEVEL[1]) >> LEVEL[2], from 0 to 255
LEVEL = (1, 0, 0)


def add_features():
    """Move the FEATURES by one frame, and write those of SIGNAL behind them."""
    n = len(SIGNAL)
    last = len(FEATURES) - n
    for k in range(last):
        FEATURES[k] = FEATURES[k + n]
    gain, offset, shift = LEVEL
    for c in range(n):
        v = (SIGNAL[c] * gain + offset) >> shift
        FEATURES[last + c] = 0 if v < 0 else 255 if v > 255 else v
