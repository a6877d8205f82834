"""The product of two tensors in an imported network, in plain bytecode."""

from level_of import level_of


# p: n, x_zero_point, w_zero_point, then sum of each level.
def multiply_levels(x, w, y, p):
    """Write the level of each product of x and w, minus their zero points, into y; y may alias
    either.
    """
    n, x_zero_point, w_zero_point = p[:3]
    for i in range(n):
        y[i] = level_of((x[i] - x_zero_point) * (w[i] - w_zero_point), p, 3)
