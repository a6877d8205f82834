"""The matrix product of two tensors in an imported network, in viper."""

import micropython


# p: batches, rows, inner, columns, x_at, w_at, y_at, x_zero_point, w_zero_point, then sum of each
# level.
# Only the first three locals live in registers: y is the sum. Where int has 64 bits, words of p are
# read as unsigned: shifting 32 bits up and down restores the sign.
@micropython.viper
def matmul_levels(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write the level of each row of x (batches, rows, inner) times each of w (batches, columns,
    inner) into y.

    x, w, y: uint8, from x_at, w_at and y_at on.
    """
    one = 1  # a literal shifted by 31 bits would be an object
    up = 0
    if one << 31 > 0:
        up = 32
    batches = p[0]
    rows = p[1]
    inner = p[2]
    columns = p[3]
    x_at = p[4]
    w_at = p[5]
    y_at = p[6]
    x_zero_point = p[7]
    w_zero_point = p[8]
    steps = ptr32(int(p) + 36)
    out = ptr8(int(y) + y_at)
    first = int(x) + x_at
    other = int(w) + w_at
    while batches:
        row = 0
        while row < rows:
            w = ptr8(other)
            column = 0
            while column < columns:
                x = ptr8(first)
                y = ptr8(0)
                last = first + inner
                while int(x) != last:
                    y = ptr8((x[0] - x_zero_point) * (w[0] - w_zero_point) + int(y))
                    x = ptr8(int(x) + 1)
                    w = ptr8(int(w) + 1)
                acc = int(y) << up >> up
                # how many of the 255 steps the sum reaches
                q = 0
                step = 128
                while step:
                    if acc >= steps[q + step - 1] << up >> up:
                        q += step
                    step >>= 1
                out[0] = q
                out = ptr8(int(out) + 1)
                column += 1
            first += inner
            row += 1
        other += columns * inner
        batches -= 1
