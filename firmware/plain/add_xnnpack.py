"""The sum of two tensors in an imported network, in plain bytecode."""


# p: n, x_at, w_at, y_at, ka (the factor of x), kb (that of w), x_zero_point, w_zero_point,
# zero_point, shift, activation_min, activation_max.
def add_xnnpack(x, w, y, p):
    """Write the sum of x and w (uint8, different scales) into y; y may alias either.

    x, w, y: from x_at, w_at and y_at on.
    """
    n, x_at, w_at, y_at = p[:4]
    ka, kb, x_zero_point, w_zero_point, zero_point, shift, low, high = p[4:12]
    half = 1 << shift - 9
    shift -= 8
    for i in range(n):
        a = ka * (x[x_at + i] - x_zero_point)
        b = kb * (w[w_at + i] - w_zero_point)
        # a + b + 2**(shift - 1) could need 32 bits: the last 8 bits are added first.
        q = (a >> 8) + (b >> 8) + ((a & 255) + (b & 255) >> 8) + half >> shift
        q += zero_point
        if q < low:
            q = low
        elif q > high:
            q = high
        y[y_at + i] = q
