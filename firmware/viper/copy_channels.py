"""One input of a concatenation, in viper."""

import micropython


# p: pixels, channels (of x), x_at, y_at, y_step (entries of y from pixel to pixel).
@micropython.viper
def copy_channels(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write w[q] for each q of x into y, which has more channels.

    x, y: uint8, from x_at and y_at on. w: the 256-entry table that rescales x to y.
    """
    pixels = p[0]
    channels = p[1]
    x_at = p[2]
    y_at = p[3]
    y_step = p[4]
    x = ptr8(int(x) + x_at)
    y = ptr8(int(y) + y_at)
    behind = y_step - channels
    last = int(x) + pixels * channels
    while int(x) != last:
        end = int(x) + channels
        while int(x) != end:
            y[0] = w[x[0]]
            x = ptr8(int(x) + 1)
            y = ptr8(int(y) + 1)
        y = ptr8(int(y) + behind)
