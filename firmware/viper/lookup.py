"""A curve as a table, in viper."""

import micropython


@micropython.viper
def lookup(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write w[q] for each q of x into y; w: the 256-entry table, p: n, x_at, y_at."""
    x = ptr8(int(x) + p[1])
    y = ptr8(int(y) + p[2])
    last = int(x) + p[0]
    while int(x) != last:
        y[0] = w[x[0]]
        x = ptr8(int(x) + 1)
        y = ptr8(int(y) + 1)
