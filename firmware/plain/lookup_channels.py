"""A table for each channel, in plain bytecode."""


# p: n, x_at, y_at, channels, then table (its place in w) of each channel.
def lookup_channels(x, w, y, p):
    """Write w[table + q] for each q of x into y; w: tables of 256 entries. y may alias x."""
    n, x_at, y_at, channels = p[:4]
    for first in range(0, n, channels):
        k = 4
        for i in range(first, first + channels):
            table = p[k]
            y[y_at + i] = w[table + x[x_at + i]]
            k += 1
