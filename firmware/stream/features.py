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
    n = len(CHANNELS)
    size = len(ring)
    place = 0
    for c in range(n):
        i = at + c
        for k in range(len(CHANNEL)):
            if i >= size:
                i -= size
            CHANNEL[k] = ring[i]
            i += n
        for feature in FEATURES:
            place = feature(CHANNEL, VALUES, place)
    return VALUES
