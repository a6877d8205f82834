"""The sum of two tensors in an imported network, in plain bytecode."""


# p: n, ka (the factor of x), kb (that of w), x_zero_point, w_zero_point, zero_point, shift,
# activation_min, activation_max.
def add_xnnpack(x, w, y, p):
    """Write the sum of x and w (uint8, different scales) into y; y may alias either."""
    n, ka, kb, x_zero_point, w_zero_point, zero_point, shift, low, high = p
    half = 1 << shift - 9
    shift -= 8
    for i in range(n):
        a = ka * (x[i] - x_zero_point)
        b = kb * (w[i] - w_zero_point)
        # a + b + 2**(shift - 1) could need 32 bits: the last 8 bits are added first.
        q = (a >> 8) + (b >> 8) + ((a & 255) + (b & 255) >> 8) + half >> shift
        q += zero_point
        if q < low:
            q = low
        elif q > high:
            q = high
        y[i] = q
