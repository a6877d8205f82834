"""The window of the ring buffer, in viper."""

from array import array

import micropython

# Literals of an example network; the exporter puts the network's own in their place.
COUNT = "h"
VALUES = array("h", [0] * 8)

_HALVES = 1 if COUNT == "h" else 2


@micropython.viper
def unroll(ring: ptr16, values: ptr16, at: int, size: int):
    """Write ring[at:] + ring[:at], of that size, to values."""
    k = 0
    i = at
    while i < size:
        values[k] = ring[i]
        i += 1
        k += 1
    i = 0
    while i < at:
        values[k] = ring[i]
        i += 1
        k += 1


def features(ring, at):
    """Return VALUES: the counts of the window, sample after sample, the oldest first.

    ring: counts, sample after sample, the oldest at `at`.
    """
    unroll(ring, VALUES, at * _HALVES, len(ring) * _HALVES)
    return VALUES
