"""The sum of two same-shape tensors, in viper."""

import micropython


# p: n, x_at, w_at, y_at, ka (the factor of x), kb (that of w), bias, shift, activation_min,
# activation_max.
# Where int has 64 bits, words of p are read as unsigned: the sign of a sum is restored.
@micropython.viper
def add(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write the sum of x and w, each with its own scale, into y; y may alias either.

    x, w, y: uint8, from x_at, w_at and y_at on.
    """
    n = p[0]
    x_at = p[1]
    w_at = p[2]
    y_at = p[3]
    ka = p[4]
    kb = p[5]
    bias = p[6]
    shift = p[7]
    low = p[8]
    high = p[9]
    one = 1  # a literal of 2**30 or more would be an object
    sign = one << 31
    word = (sign << 1) - 1
    x = ptr8(int(x) + x_at)
    w = ptr8(int(w) + w_at)
    y = ptr8(int(y) + y_at)
    last = int(x) + n
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
