"""The depthwise convolution in plain bytecode."""

from gather import gather
from requantize import requantize


# p: inputs (taps of one channel), outputs (channels), y_at, zero_point, activation_min,
# activation_max, table (its place in w, or 0), rows, row (bytes of one), k_h, run (bytes of a
# patch's row), stride_h, step (bytes from patch to patch), pad_top, left (bytes of padding), out_h,
# out_w, y_step (entries from pixel to pixel), pad (padding value), then bias, multiplier and shift
# of each output.
def depthwise_conv(x, w, y, p):
    """Write one layer's outputs into y, from entry y_at on.

    x: the image, uint8, row by row, channels last; y has as many channels. w: weight + 128 of every
    channel for the first tap, then for each next tap, then the 256-entry table if there is one.
    """
    taps, channels, first, zero_point, low, high, table = p[:7]
    stride_h, step, pad_top, left, out_h, out_w, y_step = p[11:18]
    last = taps * channels
    for top in range(-pad_top, out_h * stride_h - pad_top, stride_h):
        for start in range(-left, out_w * step - left, step):
            patch = gather(x, p, top, start)
            at = first
            k = 19
            for c in range(channels):
                acc = p[k]
                # Neither slices nor lists: many small pieces would break up a small heap.
                for i in range(c, last, channels):
                    a = patch[i]
                    if a:
                        acc += (w[i] - 128) * a
                multiplier, shift = p[k + 1], p[k + 2]
                q = zero_point + requantize(acc, multiplier, shift)
                if q < low:
                    q = low
                elif q > high:
                    q = high
                y[at] = w[table + q] if table else q
                at += 1
                k += 3
            first += y_step
