"""One time step of a simple recurrent layer, after its two matrix products, in viper."""

import micropython


# p: units, y_at, reset (1: write the initial state only), shift, state_zero, center.
# Where int has 64 bits, words of x and p are read as unsigned: the sign of a sum is restored.
@micropython.viper
def simple_rnn(x: ptr32, w: ptr8, y: ptr8, p: ptr32):
    """Write the new state into y, uint8, from y_at on.

    x: int32, the input's sum for each unit, then the state's. w: the 256-entry table of the
    activation.
    """
    units = p[0]
    y_at = p[1]
    reset = p[2]
    shift = p[3]
    state_zero = p[4]
    center = p[5]
    y = ptr8(int(y) + y_at)
    one = 1  # a literal of 2**30 or more would be an object
    sign = one << 31
    word = (sign << 1) - 1
    half = one << shift - 1
    i = 0
    while i < units:
        if reset:
            q = state_zero
        else:
            q = (x[i] + x[units + i] + half + sign & word) - sign >> shift
            q = (q + center + sign & word) - sign
            if q < 0:
                q = 0
            elif q > 255:
                q = 255
            q = w[q]
        y[i] = q
        i += 1
