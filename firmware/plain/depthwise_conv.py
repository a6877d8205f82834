"""The convolution of each channel by itself, in plain bytecode."""

from gather import gather
from requantize import requantize


def depthwise_conv(x, w, y, p):
    """Write one layer's outputs into y, from entry y_at on.

    x, y: as conv's, y of as many channels as x. w: tap after tap in the order of a patch, in each
    weight + 128 of every channel, then the 256-entry table if there is one. p: conv's; inputs are
    the taps of one channel, outputs the channels.
    """
    taps, channels, _, first, zero_point, low, high, table = p[:8]
    stride_h, step, pad_top, left, out_h, out_w, y_step = p[14:21]
    columns = [
        bytes([w[i] for i in range(c, c + taps * channels, channels)]) for c in range(channels)
    ]
    for top in range(-pad_top, out_h * stride_h - pad_top, stride_h):
        for start in range(-left, out_w * step - left, step):
            patch = gather(x, p, top, start)
            at = first
            k = 23
            for c in range(channels):
                column = columns[c]
                inputs = patch[c::channels]
                # sum((w + 128) * x) is 128 * sum(x) too much.
                acc = p[k] - 128 * sum(inputs)
                i = 0
                for a in inputs:
                    if a:
                        acc += column[i] * a
                    i += 1
                q = zero_point + requantize(acc, p[k + 1], p[k + 2])
                if q < low:
                    q = low
                elif q > high:
                    q = high
                y[at] = w[table + q] if table else q
                at += 1
                k += 3
            first += y_step
