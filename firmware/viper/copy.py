"""A copy of bytes, in viper."""

import micropython


@micropython.viper
def copy(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write n bytes of x into y; p: n, x_at, y_at. w is unused. The places do not overlap."""
    x = ptr8(int(x) + p[1])
    y = ptr8(int(y) + p[2])
    last = int(x) + p[0]
    if (int(x) | int(y)) & 3:
        w = x
    else:
        w = ptr8(int(x) + (p[0] >> 2 << 2))
    while int(x) != int(w):
        ptr32(y)[0] = ptr32(x)[0]
        x = ptr8(int(x) + 4)
        y = ptr8(int(y) + 4)
    w = ptr8(last)
    while int(x) != int(w):
        y[0] = x[0]
        x = ptr8(int(x) + 1)
        y = ptr8(int(y) + 1)
