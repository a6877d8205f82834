"""Average pooling in plain bytecode: 2-D, 1-D or global."""

from requantize import requantize


# p: channels, zero_point, activation_min, activation_max, x_zero_point, rows, row (bytes of one),
# k_h, run (bytes of a window's row), stride_h, step (bytes from window to window), pad_top, left
# (bytes of padding), out_h, out_w, y_step (entries from pixel to pixel), fewest (pixels of the
# smallest window), then multiplier and shift of each count of pixels, from fewest on.
def average_pool(x, w, y, p):
    """Write the mean of each window and channel into y.

    x: the image, uint8, row by row, channels last; padding does not count. w is unused.
    """
    channels, zero_point, low, high, x_zero_point = p[:5]
    rows, row, k_h, run, stride_h, step, pad_top, left, out_h, out_w, y_step, fewest = p[5:17]
    at = 0
    for top in range(-pad_top, out_h * stride_h - pad_top, stride_h):
        first_row = max(top, 0)
        last_row = min(top + k_h, rows)
        for start in range(-left, out_w * step - left, step):
            first = max(start, 0)
            size = min(start + run, row) - first
            count = (last_row - first_row) * size // channels
            k = 17 + 2 * (count - fewest)
            multiplier, shift = p[k], p[k + 1]
            # A window may be all of x, too large to copy.
            first += first_row * row
            for c in range(channels):
                acc = -count * x_zero_point
                for i in range(first + c, last_row * row, row):
                    for j in range(i, i + size, channels):
                        acc += x[j]
                q = zero_point + requantize(acc, multiplier, shift)
                if q < low:
                    q = low
                elif q > high:
                    q = high
                y[at + c] = q
            at += y_step
