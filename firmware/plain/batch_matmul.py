"""The matrix products of two tensors, in plain bytecode."""

from requantize import requantize


# p: batch, rows, inner, columns, x_at, w_at, y_at, x_batch (bytes from matrix to matrix), x_row
# (from row to row), x_inner, w_batch, w_inner, w_column, y_batch, y_row, y_column, x_zero_point,
# w_zero_point, zero_point, activation_min, activation_max, multiplier, shift.
def batch_matmul(x, w, y, p):
    """Write the products of the matrices in x and w (uint8, from x_at and w_at on) into y."""
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
    zero_point = p[18]
    low = p[19]
    high = p[20]
    multiplier = p[21]
    shift = p[22]
    for _ in range(batch):
        row = x_at
        target = y_at
        for _ in range(rows):
            column = w_at
            at = target
            for _ in range(columns):
                acc = 0
                i = row
                j = column
                for _ in range(inner):
                    acc += (x[i] - x_zero_point) * (w[j] - w_zero_point)
                    i += x_inner
                    j += w_inner
                q = zero_point + requantize(acc, multiplier, shift)
                if q < low:
                    q = low
                elif q > high:
                    q = high
                y[at] = q
                column += w_column
                at += y_column
            row += x_row
            target += y_row
        x_at += x_batch
        w_at += w_batch
        y_at += y_batch
