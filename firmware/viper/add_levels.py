"""The sum of two tensors in a network imported from ONNX, in viper."""

import micropython


# p: n, x_at, w_at, y_at, ka, kb, then sum of each level.
# Where int has 64 bits, words of p are read as unsigned: shifting 32 bits up and down restores the
# sign.
@micropython.viper
def add_levels(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write the level of each sum of ka * x and kb * w into y; y may alias either.

    x, w, y: uint8, from x_at, w_at and y_at on.
    """
    one = 1  # a literal shifted by 31 bits would be an object
    up = 0
    if one << 31 > 0:
        up = 32
    n = p[0]
    x_at = p[1]
    w_at = p[2]
    y_at = p[3]
    ka = p[4] << up >> up
    kb = p[5] << up >> up
    steps = ptr32(int(p) + 24)
    x = ptr8(int(x) + x_at)
    w = ptr8(int(w) + w_at)
    y = ptr8(int(y) + y_at)
    last = int(x) + n
    while int(x) != last:
        acc = ka * x[0] + kb * w[0]
        # how many of the 255 steps the sum reaches
        q = 0
        step = 128
        while step:
            if acc >= steps[q + step - 1] << up >> up:
                q += step
            step >>= 1
        y[0] = q
        x = ptr8(int(x) + 1)
        w = ptr8(int(w) + 1)
        y = ptr8(int(y) + 1)
