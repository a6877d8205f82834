"""One time step of a long short-term memory, after its two matrix products."""


# p: units, y_at, reset (1: write the initial zero state only), shift, cell_shift, curve_shift,
# factor, factor_shift, state_zero.
def lstm(x, w, y, p):
    """Write the new state into y, from y_at on, and the new cell into the last part of x.

    x: words, nine per unit: the input's sums for input gate, forget gate, candidate and output
    gate, the state's sums for the same, and the cell, in units of 1 / (255 << cell_shift), at most
    32767. w: three tables of 256 entries, sigmoid, and tanh of positive sums and of positive cells.
    """
    units, at, reset, shift, cell_shift, curve_shift, factor, factor_shift, state_zero = p
    half = 2 << shift
    for i in range(units):
        c = h = 0
        if not reset:
            c = x[2 * units + i] + x[6 * units + i]
            h = (-c if c < 0 else c) + (1 << shift - 1) >> shift
            h = w[256 + (h if h < 255 else 255)]
            c = -h if c < 0 else h
            g = (x[i] + x[4 * units + i] + half >> shift + 2) + 128
            g = w[0 if g < 0 else 255 if g > 255 else g]
            c = c * (g + (g >> 7)) << cell_shift
            g = (x[units + i] + x[5 * units + i] + half >> shift + 2) + 128
            g = w[0 if g < 0 else 255 if g > 255 else g]
            c = (g + (g >> 7)) * x[8 * units + i] + c + 128 >> 8
            c = -32767 if c < -32767 else 32767 if c > 32767 else c
            h = (-c if c < 0 else c) + (1 << curve_shift - 1) >> curve_shift
            h = w[512 + (h if h < 255 else 255)]
            g = (x[3 * units + i] + x[7 * units + i] + half >> shift + 2) + 128
            g = w[0 if g < 0 else 255 if g > 255 else g]
            h = (-h if c < 0 else h) * (g + (g >> 7))
            h = h * factor + (1 << factor_shift - 1) >> factor_shift
        x[8 * units + i] = c
        h += state_zero
        y[at + i] = 0 if h < 0 else 255 if h > 255 else h
