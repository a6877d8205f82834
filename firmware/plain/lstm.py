"""One time step of a long short-term memory, after its two matrix products."""


# p: units, y_at, reset (1: write the initial zero state only), shift, cell_shift, curve_shift.
def lstm(x, w, y, p):
    """Write the new state into y, from y_at on, and the new cell into the last part of x.

    x: words, nine per unit: the input's sums for input gate, forget gate, candidate and output
    gate, the state's sums for the same, and the cell, in units of 1 / (127 << cell_shift), at most
    32767. w: three tables of 256 entries, sigmoid, tanh, and tanh of a positive cell.
    """
    units, at, reset, shift, cell_shift, curve_shift = p
    half = 1 << shift - 1
    for i in range(units):
        if reset:
            c = h = 0
        else:
            g = (x[i] + x[4 * units + i] + half + half >> shift + 1) + 128
            g = w[0 if g < 0 else 255 if g > 255 else g]
            g += g >> 7
            c = (x[2 * units + i] + x[6 * units + i] + half >> shift) + 128
            c = g * (w[256 + (0 if c < 0 else 255 if c > 255 else c)] - 128) << cell_shift
            g = (x[units + i] + x[5 * units + i] + half + half >> shift + 1) + 128
            g = w[0 if g < 0 else 255 if g > 255 else g]
            g += g >> 7
            c = g * x[8 * units + i] + c + 128 >> 8
            c = -32767 if c < -32767 else 32767 if c > 32767 else c
            g = (x[3 * units + i] + x[7 * units + i] + half + half >> shift + 1) + 128
            g = w[0 if g < 0 else 255 if g > 255 else g]
            g += g >> 7
            h = (c if c > 0 else -c) + (1 << curve_shift - 1) >> curve_shift
            h = g * w[512 + (h if h < 255 else 255)]
            if c < 0:
                h = -h
        x[8 * units + i] = c
        q = (h + 256 >> 9) + 128
        y[at + i] = q if q < 255 else 255
