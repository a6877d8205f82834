"""The matrix product of two tensors in an imported network, in plain bytecode."""

from level_of import level_of


# p: batches, rows, inner, columns, x_at, w_at, y_at, x_zero_point, w_zero_point, then sum of each
# level.
def matmul_levels(x, w, y, p):
    """Write the level of each row of x (batches, rows, inner) times each of w (batches, columns,
    inner) into y.
    """
    batches, rows, inner, columns, x_at, w_at, y_at, x_zero_point, w_zero_point = p[:9]
    for _ in range(batches):
        for _ in range(rows):
            start = w_at
            for _ in range(columns):
                acc = 0
                for k in range(inner):
                    acc += (x[x_at + k] - x_zero_point) * (w[start + k] - w_zero_point)
                y[y_at] = level_of(acc, p, 9)
                y_at += 1
                start += inner
            x_at += inner
        w_at += columns * inner
