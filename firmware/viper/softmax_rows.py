"""A softmax within the network, in viper."""

import micropython


# p: rows, columns, x_at, y_at, halvings (of the largest result, from 1 on).
# Only the first three locals live in registers.
@micropython.viper
def softmax_rows(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write the softmax of each row of x (uint8, from x_at on) into y, in 255 steps, from y_at on.

    w: the exponential of each distance from the largest value: 256 low bytes, 256 high bytes.
    """
    rows = p[0]
    columns = p[1]
    x_at = p[2]
    y_at = p[3]
    halvings = p[4]
    x = ptr8(int(x) + x_at)
    y = ptr8(int(y) + y_at)
    while rows > 0:
        first = int(x)
        last = first + columns
        largest = 0
        while int(x) != last:
            if x[0] > largest:
                largest = x[0]
            x = ptr8(int(x) + 1)
        x = ptr8(first)
        total = 0
        while int(x) != last:
            d = largest - x[0]
            total += w[d] + (w[d + 256] << 8)
            x = ptr8(int(x) + 1)
        drop = 13 - halvings
        while total >= 0x8000:
            total >>= 1
            drop += 1
        reciprocal = 0x1FE00000 // total
        half = 1 << drop - 1
        x = ptr8(first)
        while int(x) != last:
            d = largest - x[0]
            q = ((w[d] + (w[d + 256] << 8)) * reciprocal >> 8) + half >> drop
            if q > 255:
                q = 255
            y[0] = q
            x = ptr8(int(x) + 1)
            y = ptr8(int(y) + 1)
        rows -= 1
