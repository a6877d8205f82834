"""A copy of bytes, in viper."""

import micropython


# p: n, x_at, y_at.
@micropython.viper
def copy(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write n bytes of x into y; the places do not overlap. w is unused."""
    n = p[0]
    x_at = p[1]
    y_at = p[2]
    x = ptr8(int(x) + x_at)
    y = ptr8(int(y) + y_at)
    last = int(x) + n
    if (int(x) | int(y)) & 3:
        w = x
    else:
        w = ptr8(int(x) + (n >> 2 << 2))
    while int(x) != int(w):
        ptr32(y)[0] = ptr32(x)[0]
        x = ptr8(int(x) + 4)
        y = ptr8(int(y) + 4)
    w = ptr8(last)
    while int(x) != int(w):
        y[0] = x[0]
        x = ptr8(int(x) + 1)
        y = ptr8(int(y) + 1)
