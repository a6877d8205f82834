"""One time step of a long short-term memory, after its two matrix products, in viper."""

import micropython


# p: units, y_at, reset (1: write the initial zero state only), shift, cell_shift, curve_shift,
# factor, factor_shift, state_zero.
# Where int has 64 bits, words of x are read as unsigned: the sign of a sum is restored.
@micropython.viper
def lstm(x: ptr32, w: ptr8, y: ptr8, p: ptr32):
    """Write the new state into y, uint8, from y_at on, and the new cell into the end of x.

    x: int32, nine words per unit: the input's sums for input gate, forget gate, candidate and
    output gate, the state's sums for the same, and the cell, in units of 1 / (255 << cell_shift),
    at most 32767. w: three tables of 256 entries, sigmoid, and tanh of positive sums and of
    positive cells.
    """
    units = p[0]
    y_at = p[1]
    reset = p[2]
    shift = p[3]
    cell_shift = p[4]
    curve_shift = p[5]
    factor = p[6]
    factor_shift = p[7]
    state_zero = p[8]
    y = ptr8(int(y) + y_at)
    one = 1  # a literal of 2**30 or more would be an object
    sign = one << 31
    word = (sign << 1) - 1
    half = one << shift + 1
    # The words of one unit are `units` apart.
    i = 0
    while i < units:
        c = 0
        h = 0
        if reset == 0:
            c = x[2 * units] + x[6 * units]
            c = (c + sign & word) - sign
            h = c
            if c < 0:
                h = 0 - c
            h = h + (one << shift - 1) >> shift
            if h > 255:
                h = 255
            h = w[256 + h]
            if c < 0:
                h = 0 - h
            g = x[0] + x[4 * units] + half
            g = ((g + sign & word) - sign >> shift + 2) + 128
            if g < 0:
                g = 0
            elif g > 255:
                g = 255
            g = w[g]
            g += g >> 7
            c = g * h << cell_shift
            g = x[units] + x[5 * units] + half
            g = ((g + sign & word) - sign >> shift + 2) + 128
            if g < 0:
                g = 0
            elif g > 255:
                g = 255
            g = w[g]
            g += g >> 7
            c = g * x[8 * units] + c + 128
            c = (c + sign & word) - sign >> 8
            if c < -32767:
                c = -32767
            elif c > 32767:
                c = 32767
            h = c
            if c < 0:
                h = 0 - c
            h = h + (one << curve_shift - 1) >> curve_shift
            if h > 255:
                h = 255
            h = w[512 + h]
            if c < 0:
                h = 0 - h
            g = x[3 * units] + x[7 * units] + half
            g = ((g + sign & word) - sign >> shift + 2) + 128
            if g < 0:
                g = 0
            elif g > 255:
                g = 255
            g = w[g]
            g += g >> 7
            h = g * h * factor + (one << factor_shift - 1) >> factor_shift
        x[8 * units] = c
        h += state_zero
        if h < 0:
            h = 0
        elif h > 255:
            h = 255
        y[i] = h
        x = ptr32(int(x) + 4)
        i += 1
