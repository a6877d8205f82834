"""Feature: the standard deviation."""

from average import average
from spread import spread


def deviation(x, y, at):
    """Write the standard deviation of x to y[at], in 2**-FRACTION counts; return the next place."""
    y[at] = spread(x, average(x))
    return at + 1
