"""The sum of two tensors in an imported network, in viper."""

import micropython


# p: n, x_at, w_at, y_at, ka (the factor of x), kb (that of w), x_zero_point, w_zero_point,
# zero_point, shift, activation_min, activation_max.
# Where int has 64 bits, words of p are read as unsigned: shifting 32 bits up and down restores the
# sign. No sum reaches 2**31.
@micropython.viper
def add_xnnpack(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write the sum of x and w (uint8, different scales) into y; y may alias either.

    x, w, y: from x_at, w_at and y_at on.
    """
    one = 1  # a literal shifted by 31 bits would be an object
    up = 0
    if one << 31 > 0:
        up = 32
    n = p[0]
    x_at = p[1]
    w_at = p[2]
    y_at = p[3]
    ka = p[4] << up >> up
    kb = p[5] << up >> up
    x_zero_point = p[6]
    w_zero_point = p[7]
    zero_point = p[8]
    shift = p[9]
    low = p[10]
    high = p[11]
    x = ptr8(int(x) + x_at)
    w = ptr8(int(w) + w_at)
    y = ptr8(int(y) + y_at)
    bias = (one << shift - 1) - ka * x_zero_point - kb * w_zero_point
    last = int(x) + n
    while int(x) != last:
        q = (ka * x[0] + kb * w[0] + bias >> shift) + zero_point
        if q < low:
            q = low
        elif q > high:
            q = high
        y[0] = q
        x = ptr8(int(x) + 1)
        w = ptr8(int(w) + 1)
        y = ptr8(int(y) + 1)
