"""The scores of a network that ends with bytes, in viper."""

import micropython


# p: outputs, x_at, y_at, x_zero_point.
@micropython.viper
def scores_of_levels(x: ptr8, w: ptr8, y: ptr32, p: ptr32):
    """Write each q of x, from x_at on, minus the zero point into y, int32, from
    entry y_at on. w is unused."""
    outputs = p[0]
    x_at = p[1]
    y_at = p[2]
    x_zero_point = p[3]
    i = 0
    while i < outputs:
        y[y_at + i] = x[x_at + i] - x_zero_point
        i += 1
