"""Max pooling in plain bytecode, 2-D or 1-D."""


# p: channels, rows, row (bytes of one), k_h, run (bytes of a window's row), stride_h, step (bytes
# from window to window), pad_top, left (bytes of padding), out_h, out_w, y_step (entries from pixel
# to pixel).
def max_pool(x, w, y, p):
    """Write the largest value of each window and channel into y.

    x: the image, uint8, row by row, channels last; padding is never the largest. w is unused.
    """
    channels = p[0]
    rows, row, k_h, run, stride_h, step, pad_top, left, out_h, out_w, y_step = p[1:12]
    at = 0
    for top in range(-pad_top, out_h * stride_h - pad_top, stride_h):
        bottom = min(top + k_h, rows) * row
        for start in range(-left, out_w * step - left, step):
            first = max(start, 0)
            last = min(start + run, row)
            pixels = []
            for i in range(max(top, 0) * row, bottom, row):
                pixels += x[i + first : i + last]
            for c in range(channels):
                y[at + c] = max(pixels[c::channels])
            at += y_step
