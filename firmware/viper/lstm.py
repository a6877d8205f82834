"""One time step of a long short-term memory, after its two matrix products, in viper."""

import micropython


# p: units, y_at, reset (1: write the initial zero state only), shift, cell_shift, curve_shift.
# Where int has 64 bits, words of x are read as unsigned: the sign of a sum is restored.
@micropython.viper
def lstm(x: ptr32, w: ptr8, y: ptr8, p: ptr32):
    """Write the new state into y, uint8, from y_at on, and the new cell into the end of x.

    x: int32, nine words per unit: the input's sums for input gate, forget gate, candidate and
    output gate, the state's sums for the same, and the cell, in units of 1 / (127 << cell_shift),
    at most 32767. w: three tables of 256 entries, sigmoid, tanh, and tanh of a positive cell.
    """
    units = p[0]
    y_at = p[1]
    reset = p[2]
    shift = p[3]
    cell_shift = p[4]
    curve_shift = p[5]
    y = ptr8(int(y) + y_at)
    one = 1  # a literal of 2**30 or more would be an object
    sign = one << 31
    word = (sign << 1) - 1
    half = one << shift - 1
    # The words of one unit are `units` apart.
    i = 0
    while i < units:
        c = 0
        h = 0
        if reset == 0:
            g = x[0] + x[4 * units] + (half << 1)
            g = ((g + sign & word) - sign >> shift + 1) + 128
            if g < 0:
                g = 0
            elif g > 255:
                g = 255
            g = w[g]
            g += g >> 7
            c = x[2 * units] + x[6 * units] + half
            c = ((c + sign & word) - sign >> shift) + 128
            if c < 0:
                c = 0
            elif c > 255:
                c = 255
            c = g * (w[256 + c] - 128) << cell_shift
            g = x[units] + x[5 * units] + (half << 1)
            g = ((g + sign & word) - sign >> shift + 1) + 128
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
            g = x[3 * units] + x[7 * units] + (half << 1)
            g = ((g + sign & word) - sign >> shift + 1) + 128
            if g < 0:
                g = 0
            elif g > 255:
                g = 255
            g = w[g]
            g += g >> 7
            h = c
            if c < 0:
                h = 0 - c
            h = h + (one << curve_shift - 1) >> curve_shift
            if h > 255:
                h = 255
            h = g * w[512 + h]
            if c < 0:
                h = 0 - h
        x[8 * units] = c
        h = (h + 256 >> 9) + 128
        if h > 255:
            h = 255
        y[i] = h
        x = ptr32(int(x) + 4)
        i += 1
