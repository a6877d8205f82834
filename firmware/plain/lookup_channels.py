"""A table for each channel, in plain bytecode."""


# p: n, channels, then table (its place in w) of each channel.
def lookup_channels(x, w, y, p):
    """Write w[table + q] for each q of x into y; w: tables of 256 entries. y may alias x."""
    n, channels = p[:2]
    for first in range(0, n, channels):
        k = 2
        for i in range(first, first + channels):
            table = p[k]
            y[i] = w[table + x[i]]
            k += 1
