"""An embedding: a row of a table for each level, in viper."""

import micropython


# p: n, width, x_at, y_at.
@micropython.viper
def embedding(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write the row of each of the n levels of x (uint8, from x_at on) into y, from y_at on.

    w: the row of each of 256 levels, then the rows, of width bytes each.
    """
    n = p[0]
    width = p[1]
    x_at = p[2]
    y_at = p[3]
    x = ptr8(int(x) + x_at)
    y = ptr8(int(y) + y_at)
    end = int(x) + n
    while int(x) != end:
        row = ptr8(int(w) + 256 + w[x[0]] * width)
        last = int(y) + width
        while int(y) != last:
            y[0] = row[0]
            y = ptr8(int(y) + 1)
            row = ptr8(int(row) + 1)
        x = ptr8(int(x) + 1)
