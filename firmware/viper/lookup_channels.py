"""A table for each channel, in viper."""

import micropython


# p: n, x_at, y_at, channels, then table (its place in w) of each channel.
@micropython.viper
def lookup_channels(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write w[table + q] for each q of x into y; w: tables of 256 entries. y may alias x.

    x, y: uint8, from x_at and y_at on.
    """
    n = p[0]
    x_at = p[1]
    y_at = p[2]
    channels = p[3]
    tables = ptr32(int(p) + 16)
    x = ptr8(int(x) + x_at)
    y = ptr8(int(y) + y_at)
    last = int(x) + n
    while int(x) != last:
        c = 0
        while c < channels:
            y[0] = w[tables[c] + x[0]]
            x = ptr8(int(x) + 1)
            y = ptr8(int(y) + 1)
            c += 1
