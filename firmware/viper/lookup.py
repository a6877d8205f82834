"""A curve as a table, in viper."""

import micropython


# p: n, x_at, y_at.
@micropython.viper
def lookup(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write w[q] for each q of x into y; w: the 256-entry table."""
    n = p[0]
    x_at = p[1]
    y_at = p[2]
    x = ptr8(int(x) + x_at)
    y = ptr8(int(y) + y_at)
    last = int(x) + n
    while int(x) != last:
        y[0] = w[x[0]]
        x = ptr8(int(x) + 1)
        y = ptr8(int(y) + 1)
