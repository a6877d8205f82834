"""The mean of a channel, finer than its counts."""

# Literal of an example network; the exporter puts the network's own in its place.
FRACTION = 0


def average(x):
    """Return the mean of the counts x in steps of 2**-FRACTION counts, rounded half up."""
    n = len(x)
    return ((sum(x) << FRACTION) + n // 2) // n
