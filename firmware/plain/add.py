"""The sum of two tensors of one shape, in plain bytecode."""


def add(x, w, y, p):
    """Write the sum of x and w, each on its own scale, into y, which may be one of them.

    x, w: uint8. p: n, x_at, w_at, y_at, the factors of x and of w, bias, shift, activation_min,
    activation_max.
    """
    n, x_at, w_at, y_at, ka, kb, bias, shift, low, high = p
    for i in range(n):
        q = ka * x[x_at + i] + kb * w[w_at + i] + bias >> shift
        if q < low:
            q = low
        elif q > high:
            q = high
        y[y_at + i] = q
