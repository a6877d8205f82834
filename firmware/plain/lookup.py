"""A curve as a table, for a layer whose own table is taken already."""


def lookup(x, w, y, p):
    """Write w[q] for each q of x into y; w: the 256-entry table, p: the number of inputs."""
    for i in range(p[0]):
        y[i] = w[x[i]]
