"""The unchanged window of the ring buffer, for a network without features."""

from array import array

# Literal of an example network; the exporter puts the network's own in its place.
VALUES = array("h", [0] * 8)


def features(ring, at):
    """Return VALUES: the counts of the window, sample after sample, the oldest first.

    ring: counts, sample after sample, the oldest at `at`.
    """
    k = 0
    for i in range(at, len(ring)):
        VALUES[k] = ring[i]
        k += 1
    for i in range(at):
        VALUES[k] = ring[i]
        k += 1
    return VALUES
