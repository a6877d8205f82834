"""The level of a sum: how many of 255 steps it reaches."""


def level_of(acc, p, first):
    """Return the number of entries of p, from p[first] to p[first + 254], that are at most acc."""
    first -= 1
    q = 0
    step = 128
    while step:
        if acc >= p[first + q + step]:
            q += step
        step >>= 1
    return q
