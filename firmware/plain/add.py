"""The sum of two same-shape tensors, in plain bytecode."""


# p: n, ka (the factor of x), kb (that of w), bias, shift, activation_min, activation_max.
def add(x, w, y, p):
    """Write the sum of x and w (uint8, different scales) into y; y may alias either."""
    n, ka, kb, bias, shift, low, high = p
    for i in range(n):
        q = ka * x[i] + kb * w[i] + bias >> shift
        if q < low:
            q = low
        elif q > high:
            q = high
        y[i] = q
