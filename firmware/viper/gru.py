"""One time step of a gated recurrent unit, after its two matrix products, in viper."""

import micropython


# p: units, y_at, reset (1: write the initial zero state only), shift.
# Where int has 64 bits, words of x are read as unsigned: the sign of a sum is restored.
@micropython.viper
def gru(x: ptr32, w: ptr8, y: ptr8, p: ptr32):
    """Write the new state into y, uint8, from y_at on, and its full 16 bits into the end of x.

    x: int32, seven words per unit: the input's sums for update gate, reset gate and candidate,
    the state's sums for the same, and the state, in units of 1 / 32767. w: two tables of 256
    entries, sigmoid and tanh.
    """
    units = p[0]
    y_at = p[1]
    reset = p[2]
    shift = p[3]
    y = ptr8(int(y) + y_at)
    one = 1  # a literal of 2**30 or more would be an object
    sign = one << 31
    word = (sign << 1) - 1
    half = one << shift - 1
    # The words of one unit are `units` apart.
    i = 0
    while i < units:
        h = 0
        if reset == 0:
            z = x[0] + x[3 * units] + (half << 1)
            z = ((z + sign & word) - sign >> shift + 1) + 128
            if z < 0:
                z = 0
            elif z > 255:
                z = 255
            z = w[z]
            z += z >> 7
            r = x[units] + x[4 * units] + (half << 1)
            r = ((r + sign & word) - sign >> shift + 1) + 128
            if r < 0:
                r = 0
            elif r > 255:
                r = 255
            r = w[r]
            r += r >> 7
            c = (r * x[5 * units] + 128 + sign & word) - sign >> 8
            c = (c + x[2 * units] + half + sign & word) - sign
            c = (c >> shift) + 128
            if c < 0:
                c = 0
            elif c > 255:
                c = 255
            h = z * x[6 * units] + (256 - z) * (w[256 + c] - 128) * 258 + 128
            h = (h + sign & word) - sign >> 8
        x[6 * units] = h
        h = (h + 128 >> 8) + 128
        if h > 255:
            h = 255
        y[i] = h
        x = ptr32(int(x) + 4)
        i += 1
