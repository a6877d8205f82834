"""The sum of two tensors of one shape, in viper."""

import micropython


# p is read as unsigned words where int has 64 bits: their sum gets its sign back.
@micropython.viper
def add(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write the sum of x and w, each on its own scale, into y, which may be one of them.

    x, w: uint8, from x_at and w_at on. y: uint8, from y_at on. p: n, x_at, w_at, y_at, the
    factors of x and of w, bias, shift, activation_min, activation_max.
    """
    x = ptr8(int(x) + p[1])
    w = ptr8(int(w) + p[2])
    y = ptr8(int(y) + p[3])
    ka = p[4]
    kb = p[5]
    bias = p[6]
    shift = p[7]
    low = p[8]
    high = p[9]
    one = 1  # a literal of 2**30 or more would be an object
    sign = one << 31
    word = (sign << 1) - 1
    last = int(x) + p[0]
    while int(x) != last:
        q = (ka * x[0] + kb * w[0] + bias + sign & word) - sign >> shift
        if q < low:
            q = low
        elif q > high:
            q = high
        y[0] = q
        x = ptr8(int(x) + 1)
        w = ptr8(int(w) + 1)
        y = ptr8(int(y) + 1)
