"""Feature: how often the channel crosses its mean, in viper."""

import micropython


@micropython.viper
def changes(x, level: int) -> int:
    """Return how often x changes from above level to not above, or back."""
    counts = ptr32(x)
    n = int(len(x))
    one = 1  # a literal of 2**30 or more would be an object
    sign = one << 31
    was = 2
    found = 0 - 1
    i = 0
    while i < n:
        above = 1 if (counts[i] ^ sign) - sign > level else 0
        if above != was:
            found += 1
            was = above
        i += 1
    return found


def crossings(x, y, at):
    """Write to y[at] how often x changes from above its mean to not above, or back.

    There is no hysteresis: noise about the mean counts too. Returns the next place.
    """
    y[at] = changes(x, sum(x) // len(x))
    return at + 1
