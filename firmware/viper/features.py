"""From a window in the ring buffer to the features of each channel, in viper."""

from array import array

import micropython
from mean import mean

# Literals of an example network; the exporter puts the network's own in their place.
CHANNELS = ("x", "y")
COUNT = "h"
FEATURES = (mean,)
CHANNEL = array("i", [0] * 4)
VALUES = array("i", [0] * 2)

_NARROW = COUNT == "h"


# Some MicroPythons for Thumb and RV32 scale an index of ptr16 and ptr32 in its own register, and so
# lose it (github.com/micropython/micropython/pull/18821). The first three locals live in registers
# and must not be such an index: begin is copied.
@micropython.viper
def gather(ring, begin: int, end: int, k: int) -> int:
    """Write every n-th count of ring[begin : end] to CHANNEL[k ...]; return the next k."""
    n = int(len(CHANNELS))
    row = ptr32(CHANNEL)
    words = ptr32(ring)
    halves = ptr16(ring)
    narrow = bool(_NARROW)
    i = begin
    while i < end:
        if narrow:
            row[k] = (halves[i] ^ 0x8000) - 0x8000
        else:
            row[k] = words[i]
        k += 1
        i += n
    return k


def features(ring, at):
    """Return VALUES: the FEATURES of each channel, one channel after the other.

    ring: counts, sample after sample, the oldest at `at`.
    """
    place = 0
    for c in range(len(CHANNELS)):
        gather(ring, c, at, gather(ring, at + c, len(ring), 0))
        for feature in FEATURES:
            place = feature(CHANNEL, VALUES, place)
    return VALUES
