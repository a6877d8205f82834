"""One input of a concatenation, in plain bytecode."""


# p: pixels, channels (of x), y_at, y_step (entries of y from pixel to pixel).
def copy_channels(x, w, y, p):
    """Write w[q] for each q of x into y, which has more channels.

    w: the 256-entry table that rescales x to y.
    """
    pixels, channels, target, y_step = p
    source = 0
    for _ in range(pixels):
        for c in range(channels):
            y[target + c] = w[x[source + c]]
        source += channels
        target += y_step
