"""From a window in the ring buffer to the features of each channel."""

from array import array

from mean import mean

# Literals of an example network; the exporter puts the network's own in their place.
CHANNELS = ("x", "y")
FEATURES = (mean,)
CHANNEL = array("i", [0] * 4)
VALUES = array("i", [0] * 2)


def features(ring, at):
    """Return VALUES: the FEATURES of each channel, one channel after the other.

    ring: counts, sample after sample, the oldest at `at`.
    """
    # Local names are faster than global ones.
    row = CHANNEL
    n = len(CHANNELS)
    size = len(ring)
    place = 0
    for c in range(n):
        k = 0
        i = at + c
        while i < size:
            row[k] = ring[i]
            k += 1
            i += n
        i = c
        while i < at:
            row[k] = ring[i]
            k += 1
            i += n
        for feature in FEATURES:
            place = feature(row, VALUES, place)
    return VALUES
