"""Sums over an axis in an imported network, in plain bytecode."""

from level_of import level_of


# p: outer, count, inner, bias, then sum of each level.
def sum_levels(x, w, y, p):
    """Write the level of each sum over the middle axis of x (outer, count, inner) into y.

    w is unused.
    """
    outer, count, inner, bias = p[:4]
    size = count * inner
    at = 0
    for first in range(0, outer * size, size):
        for start in range(first, first + inner):
            acc = bias
            for i in range(start, start + size, inner):
                acc += x[i]
            y[at] = level_of(acc, p, 4)
            at += 1
