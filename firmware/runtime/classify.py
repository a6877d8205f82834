"""A class for each output: the largest score wins."""

from forward import forward


def predict(values):
    """Return the class index of values; LABELS names it. The first of equal scores wins."""
    s = forward(values)
    best = 0
    for i in range(1, len(s)):
        if s[i] > s[best]:
            best = i
    return best
