"""One time step of a gated recurrent unit, after its two matrix products."""


# p: units, y_at, reset (1: write the initial zero state only), shift.
def gru(x, w, y, p):
    """Write the new state into y, from y_at on, and its full 16 bits into the last part of x.

    x: words, seven per unit: the input's sums for update gate, reset gate and candidate, the
    state's sums for the same, and the state, in units of 1 / 32767. w: two tables of 256 entries,
    sigmoid and tanh.
    """
    units, at, reset, shift = p
    state = 6 * units
    half = 1 << shift - 1
    for i in range(units):
        if reset:
            h = 0
        else:
            z = (x[i] + x[3 * units + i] + half + half >> shift + 1) + 128
            z = w[0 if z < 0 else 255 if z > 255 else z]
            z += z >> 7
            r = (x[units + i] + x[4 * units + i] + half + half >> shift + 1) + 128
            r = w[0 if r < 0 else 255 if r > 255 else r]
            r += r >> 7
            c = x[2 * units + i] + (r * x[5 * units + i] + 128 >> 8)
            c = (c + half >> shift) + 128
            c = (w[256 + (0 if c < 0 else 255 if c > 255 else c)] - 128) * 258
            h = z * x[state + i] + (256 - z) * c + 128 >> 8
        x[state + i] = h
        q = (h + 128 >> 8) + 128
        y[at + i] = q if q < 255 else 255
