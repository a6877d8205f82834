"""The scores of a network that ends with bytes, in plain bytecode."""


# p: outputs, x_at, y_at, x_zero_point.
def scores_of_levels(x, w, y, p):
    """Write each q of x, from x_at on, minus the zero point into y, from y_at on. w is unused."""
    outputs, x_at, y_at, x_zero_point = p
    for i in range(outputs):
        y[y_at + i] = x[x_at + i] - x_zero_point
