"""A copy of bytes, in plain bytecode."""


# p: n, x_at, y_at.
def copy(x, w, y, p):
    """Write n bytes of x into y. w is unused."""
    n, source, target = p
    for i in range(n):
        y[target + i] = x[source + i]
