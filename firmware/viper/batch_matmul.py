"""The matrix products of two tensors, in viper."""

import micropython


# p: batch, rows, inner, columns, x_at, w_at, y_at, x_batch (bytes from matrix to matrix), x_row
# (from row to row), x_inner, w_batch, w_inner, w_column, y_batch, y_row, y_column, x_zero_point,
# w_zero_point, zero_point, activation_min, activation_max, multiplier, shift.
# Only the first three locals live in registers: in the innermost loop x, w, and y, the sum. Where
# int has 64 bits, words of p are read as unsigned: shifting 32 bits up and down restores the sign.
@micropython.viper
def batch_matmul(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write the products of the matrices in x and w (uint8, from x_at and w_at on) into y."""
    one = 1  # a literal shifted by 31 bits would be an object
    up = 0
    if one << 31 > 0:
        up = 32
    batch = p[0]
    rows = p[1]
    inner = p[2]
    columns = p[3]
    x_at = p[4]
    w_at = p[5]
    y_at = p[6]
    x_batch = p[7]
    x_row = p[8]
    x_inner = p[9]
    w_batch = p[10]
    w_inner = p[11]
    w_column = p[12]
    y_batch = p[13]
    y_row = p[14]
    y_column = p[15]
    x_zero_point = p[16]
    w_zero_point = p[17]
    zero_point = p[18] << up >> up
    low = p[19]
    high = p[20]
    multiplier = p[21]
    shift = p[22] - 15
    a = int(x) + x_at
    b = int(w) + w_at
    made = int(y) + y_at
    while batch > 0:
        i = 0
        while i < rows:
            target = ptr8(made + i * y_row)
            j = 0
            while j < columns:
                x = ptr8(a + i * x_row)
                w = ptr8(b + j * w_column)
                last = int(x) + inner * x_inner
                y = ptr8(0)  # the sum
                while int(x) != last:
                    y = ptr8((x[0] - x_zero_point) * (w[0] - w_zero_point) + int(y))
                    x = ptr8(int(x) + x_inner)
                    w = ptr8(int(w) + w_inner)
                acc = int(y)
                q = (acc >> 15) * multiplier + ((acc & 0x7FFF) * multiplier >> 15)
                q = (q + (one << shift - 1) >> shift) + zero_point
                if q < low:
                    q = low
                elif q > high:
                    q = high
                target[0] = q
                target = ptr8(int(target) + y_column)
                j += 1
            i += 1
        a += x_batch
        b += w_batch
        made += y_batch
        batch -= 1
