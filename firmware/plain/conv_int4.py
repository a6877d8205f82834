"""The convolution with two weights in a byte, in plain bytecode."""

from gather import gather
from requantize import requantize


def conv_int4(x, w, y, p):
    """Write one layer's outputs into y, from entry y_at on.

    x, y, p: as conv's. w: a row of (inputs + 1) // 2 bytes per output, in each weight + 8 of an
    even place in the low half and of the odd place behind it in the high one, then the 256-entry
    table if there is one.
    """
    inputs, outputs, _, first, zero_point, low, high, table = p[:8]
    stride_h, step, pad_top, left, out_h, out_w, y_step = p[14:21]
    half = inputs + 1 >> 1
    for top in range(-pad_top, out_h * stride_h - pad_top, stride_h):
        for start in range(-left, out_w * step - left, step):
            patch = gather(x, p, top, start)
            # sum((w + 8) * x) is 8 * sum(x) too much: taken off once for all outputs.
            excess = 8 * sum(patch)
            patch.append(0)
            even = patch[0 : 2 * half : 2]
            odd = patch[1::2]
            even_places = [j for j in range(half) if even[j]]
            odd_places = [j for j in range(half) if odd[j]]
            at = first
            i = 0
            for k in range(23, 23 + 3 * outputs, 3):
                acc = p[k] - excess
                pairs = w[i : i + half]
                for j in even_places:
                    acc += (pairs[j] & 15) * even[j]
                for j in odd_places:
                    acc += (pairs[j] >> 4) * odd[j]
                i += half
                q = zero_point + requantize(acc, p[k + 1], p[k + 2])
                if q < low:
                    q = low
                elif q > high:
                    q = high
                y[at] = w[table + q] if table else q
                at += 1
            first += y_step
