"""Feature: the mean."""

from average import average


def mean(x, y, at):
    """Write the mean of the counts x to y[at], in 2**-FRACTION counts; return the next place."""
    y[at] = average(x)
    return at + 1
