"""The convolution with two weights per byte, in plain bytecode."""

from gather import gather
from requantize import requantize


# p: inputs (k_h * run), outputs, y_at, zero_point, activation_min, activation_max, table (its place
# in w, or 0), rows, row (bytes of one), k_h, run (bytes of a patch's row), stride_h, step (bytes
# from patch to patch), pad_top, left (bytes of padding), out_h, out_w, y_step (entries from pixel
# to pixel), pad (padding value), then bias, multiplier and shift of each output.
def conv_int4(x, w, y, p):
    """Write one layer's outputs into y, from entry y_at on.

    x: the image, uint8, row by row, channels last. w: a row of (inputs + 1) // 2 bytes per output,
    each with two weights + 8 in the order of a patch (k_h rows of `run` bytes), the first in the
    low half; then the 256-entry table if there is one.
    """
    inputs, outputs, first, zero_point, low, high, table = p[:7]
    stride_h, step, pad_top, left, out_h, out_w, y_step = p[11:18]
    half = inputs + 1 >> 1
    for top in range(-pad_top, out_h * stride_h - pad_top, stride_h):
        for start in range(-left, out_w * step - left, step):
            patch = list(gather(x, p, top, start))
            # sum((w + 8) * x) includes an excess of 8 * sum(x); subtract it once.
            excess = 8 * sum(patch)
            patch.append(0)
            even = patch[0 : 2 * half : 2]
            odd = patch[1::2]
            even_places = [j for j in range(half) if even[j]]
            odd_places = [j for j in range(half) if odd[j]]
            at = first
            i = 0
            for k in range(19, 19 + 3 * outputs, 3):
                acc = p[k] - excess
                pairs = w[i : i + half]
                for j in even_places:
                    acc += (pairs[j] & 15) * even[j]
                for j in odd_places:
                    acc += (pairs[j] >> 4) * odd[j]
                i += half
                multiplier, shift = p[k + 1], p[k + 2]
                q = zero_point + requantize(acc, multiplier, shift)
                if q < low:
                    q = low
                elif q > high:
                    q = high
                y[at] = w[table + q] if table else q
                at += 1
            first += y_step
