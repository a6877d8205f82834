"""Sums over an axis in an imported network, in plain bytecode."""

from level_of import level_of


# p: outer, count, inner, x_at, y_at, bias, then sum of each level.
def sum_levels(x, w, y, p):
    """Write the level of each sum over the middle axis of x (outer, count, inner) into y.

    w is unused.
    """
    outer, count, inner, x_at, y_at, bias = p[:6]
    size = count * inner
    for first in range(x_at, x_at + outer * size, size):
        for start in range(first, first + inner):
            acc = bias
            for i in range(start, start + size, inner):
                acc += x[i]
            y[y_at] = level_of(acc, p, 6)
            y_at += 1
