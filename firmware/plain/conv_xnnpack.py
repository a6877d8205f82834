"""The convolution in plain bytecode, with sums rescaled in float32 as XNNPACK does."""

from gather import gather
from requantize_xnnpack import requantize_xnnpack


# p: inputs (k_h * run), outputs, y_at, zero_point, activation_min, activation_max, table (its place
# in w, or 0), rows, row (bytes of one), k_h, run (bytes of a patch's row), stride_h, step (bytes
# from patch to patch), pad_top, left (bytes of padding), out_h, out_w, y_step (entries from pixel
# to pixel), pad (padding value), then bias, mantissa and shift of each output.
def conv_xnnpack(x, w, y, p):
    """Write one layer's outputs into y, from entry y_at on.

    x: the image, uint8, row by row, channels last. w: a row of weights per output, each
    weight + 128, in the order of a patch (k_h rows of `run` bytes), then the 256-entry table if
    there is one.
    """
    inputs, outputs, first, zero_point, low, high, table = p[:7]
    stride_h, step, pad_top, left, out_h, out_w, y_step = p[11:18]
    for top in range(-pad_top, out_h * stride_h - pad_top, stride_h):
        for start in range(-left, out_w * step - left, step):
            patch = gather(x, p, top, start)
            # sum((w + 128) * x) includes an excess of 128 * sum(x); subtract it once.
            excess = 128 * sum(patch)
            places = [i for i in range(inputs) if patch[i]]
            at = first
            i = 0
            for k in range(19, 19 + 3 * outputs, 3):
                acc = p[k] - excess
                weights = w[i : i + inputs]
                for j in places:
                    acc += weights[j] * patch[j]
                i += inputs
                mantissa, shift = p[k + 1], p[k + 2]
                q = zero_point + requantize_xnnpack(acc, mantissa, shift)
                if q < low:
                    q = low
                elif q > high:
                    q = high
                y[at] = w[table + q] if table else q
                at += 1
            first += y_step
