"""Sums over an axis in an imported network, in viper."""

import micropython


# p: outer, count, inner, x_at, y_at, bias, then sum of each level.
# Only the first three locals live in registers: w is the sum. Where int has 64 bits, words of p are
# read as unsigned: shifting 32 bits up and down restores the sign.
@micropython.viper
def sum_levels(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write the level of each sum over the middle axis of x (outer, count, inner) into y.

    x, y: uint8, from x_at and y_at on. w is unused.
    """
    one = 1  # a literal shifted by 31 bits would be an object
    up = 0
    if one << 31 > 0:
        up = 32
    outer = p[0]
    inner = p[2]
    count = p[1]
    size = count * inner
    x_at = p[3]
    y_at = p[4]
    bias = p[5]
    steps = ptr32(int(p) + 24)
    first = int(x) + x_at
    y = ptr8(int(y) + y_at)
    while outer:
        i = 0
        while i < inner:
            x = ptr8(first + i)
            last = first + i + size
            w = ptr8(bias)
            while int(x) != last:
                w = ptr8(int(w) + x[0])
                x = ptr8(int(x) + inner)
            acc = int(w) << up >> up
            # how many of the 255 steps the sum reaches
            q = 0
            step = 128
            while step:
                if acc >= steps[q + step - 1] << up >> up:
                    q += step
                step >>= 1
            y[0] = q
            y = ptr8(int(y) + 1)
            i += 1
        first += size
        outer -= 1
