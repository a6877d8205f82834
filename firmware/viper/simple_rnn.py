"""One time step of a simple recurrent layer, behind its two matrix products, in viper."""

import micropython


# x and p are read as unsigned words where int has 64 bits: each sum gets its sign back.
@micropython.viper
def simple_rnn(x: ptr32, w: ptr8, y: ptr8, p: ptr32):
    """Write the new state into y, uint8, from y_at on.

    x: int32, what the input brings to each unit, then what the state brings. w: the 256-entry
    table of the activation. p: units, y_at, reset, shift, state_zero, center. reset: write the
    state of a beginning, state_zero, and nothing else.
    """
    y = ptr8(int(y) + p[1])
    units = p[0]
    one = 1  # a literal of 2**30 or more would be an object
    sign = one << 31
    word = (sign << 1) - 1
    half = one << p[3] - 1
    i = 0
    while i < units:
        if p[2]:
            q = p[4]
        else:
            q = (x[i] + x[units + i] + half + sign & word) - sign >> p[3]
            q = (q + p[5] + sign & word) - sign
            if q < 0:
                q = 0
            elif q > 255:
                q = 255
            q = w[q]
        y[i] = q
        i += 1
