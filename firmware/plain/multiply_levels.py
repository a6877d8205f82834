"""The product of two tensors in an imported network, in plain bytecode."""

from level_of import level_of


# p: n, x_at, w_at, y_at, x_zero_point, w_zero_point, then sum of each level.
def multiply_levels(x, w, y, p):
    """Write the level of each product of x and w, minus their zero points, into y; y may alias
    either.
    """
    n, x_at, w_at, y_at, x_zero_point, w_zero_point = p[:6]
    for i in range(n):
        acc = (x[x_at + i] - x_zero_point) * (w[w_at + i] - w_zero_point)
        y[y_at + i] = level_of(acc, p, 6)
