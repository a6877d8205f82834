"""The forward pass on a micro:bit v1: weights come out of flash, a piece at a time."""

from array import array

from flash import read
from fully_connected import fully_connected
from levels import quantize
from weights_file import open_weights

# Literals of an example network; the exporter puts the network's own in their place.
# kernel, how often p is read, how often w is read for each p, w, y, p
LAYERS = ((fully_connected, 1, 1, bytearray(2), [0], array("i", [0])),)

_START = open_weights()
_STATE = array("i", _START)


def forward(values):
    """Run the network; the returned buffer is written anew by the next call."""
    x = quantize(values)
    _STATE[0], _STATE[1] = _START
    for kernel, blocks, pieces, w, y, p in LAYERS:
        for _ in range(blocks):
            read(_STATE, p, 4 * len(p))
            for _ in range(pieces):
                read(_STATE, w, len(w))
                kernel(x, w, y, p)
        x = y
    return x


def scores(values):
    """Return the integer outputs of the last layer, the numbers that PC and board agree on."""
    return list(forward(values))
