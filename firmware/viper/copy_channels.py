"""One input of a concatenation, in viper."""

import micropython


@micropython.viper
def copy_channels(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write w[q] for each q of x into y, which has more channels.

    x, y: uint8, from x_at and y_at on. w: the 256-entry table that brings x to the scale of y.
    p: pixels, channels of x, x_at, y_at, y_step (entries of y from pixel to pixel).
    """
    x = ptr8(int(x) + p[2])
    y = ptr8(int(y) + p[3])
    channels = p[1]
    behind = p[4] - channels
    last = int(x) + p[0] * channels
    while int(x) != last:
        end = int(x) + channels
        while int(x) != end:
            y[0] = w[x[0]]
            x = ptr8(int(x) + 1)
            y = ptr8(int(y) + 1)
        y = ptr8(int(y) + behind)
