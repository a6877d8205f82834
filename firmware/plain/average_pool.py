"""Average pooling in plain bytecode, 2-D or 1-D, global too: that is one window."""

from requantize import requantize


def average_pool(x, w, y, p):
    """Write the mean of each window and channel into y, from entry y_at on.

    x, y and p up to y_step: as max_pool's. Then fewest, the pixels of the smallest window, and
    multiplier and shift of windows of fewest, fewest + 1, ... pixels. Padding does not count.
    """
    channels, _, _, at, zero_point, low, high, x_zero_point = p[:8]
    rows, row, k_h, run, stride_h, step, pad_top, left, out_h, out_w, y_step, fewest = p[10:22]
    for top in range(-pad_top, out_h * stride_h - pad_top, stride_h):
        first_row = max(top, 0)
        last_row = min(top + k_h, rows)
        for start in range(-left, out_w * step - left, step):
            first = max(start, 0)
            size = min(start + run, row) - first
            count = (last_row - first_row) * size // channels
            k = 22 + 2 * (count - fewest)
            # A window may be all of x, which has no room for a copy of it.
            first += first_row * row
            for c in range(channels):
                acc = -count * x_zero_point
                for i in range(first + c, last_row * row, row):
                    for j in range(i, i + size, channels):
                        acc += x[j]
                q = zero_point + requantize(acc, p[k], p[k + 1])
                if q < low:
                    q = low
                elif q > high:
                    q = high
                y[at + c] = q
            at += y_step
