"""Feature: the root mean square."""

from spread import spread


def rms(x, y, at):
    """Write the root mean square of x to y[at], in 2**-FRACTION counts; return the next place."""
    y[at] = spread(x, 0)
    return at + 1
