"""Average pooling of imported networks, in plain bytecode."""


# p: channels, x_at, y_at, activation_min, activation_max, rows, row (bytes of one), k_h, run (bytes
# of a window's row), stride_h, step (bytes from window to window), pad_top, left (bytes of
# padding), out_h, out_w, y_step (entries from pixel to pixel).
def average_pool_tflite(x, w, y, p):
    """Write the mean of each window and channel into y, from y_at on.

    It is rounded half away from level 128. x: the image, uint8, from x_at on, row by row, channels
    last; padding does not count. w is unused.
    """
    channels, x_at, at, low, high = p[:5]
    rows, row, k_h, run, stride_h, step, pad_top, left, out_h, out_w, y_step = p[5:16]
    for top in range(-pad_top, out_h * stride_h - pad_top, stride_h):
        first_row = max(top, 0)
        last_row = min(top + k_h, rows)
        for start in range(-left, out_w * step - left, step):
            first = max(start, 0)
            size = min(start + run, row) - first
            count = (last_row - first_row) * size // channels
            half = count // 2
            # A window may be all of x, too large to copy.
            first += x_at + first_row * row
            for c in range(channels):
                total = -128 * count
                for i in range(first + c, x_at + last_row * row, row):
                    for j in range(i, i + size, channels):
                        total += x[j]
                if total < 0:
                    q = 128 - (half - total) // count
                else:
                    q = 128 + (half + total) // count
                if q < low:
                    q = low
                elif q > high:
                    q = high
                y[at + c] = q
            at += y_step
