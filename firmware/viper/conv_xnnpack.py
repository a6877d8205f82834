"""The convolution in viper, with sums rescaled in float32 as XNNPACK does."""

import micropython
from requantize_xnnpack import requantize_xnnpack


# p: inputs (of a patch), outputs, x_at, y_at, zero_point, activation_min, activation_max, table
# (its place in w, or 0), wide, rows, row (bytes of one), run (bytes of a patch's row), stride_h,
# step (bytes from patch to patch), pad_top, left (bytes of padding), out_h, out_w, y_step (entries
# from pixel to pixel), pad (padding value), patch_at, then bias, mantissa and shift of each
# output.
# Only the first three locals live in registers, and only they are used in the loops: x, w, and y as
# the accumulator. It comes last in a sum: as the first term, it would be saved during the
# multiplication. A patch is word aligned. Where int has 64 bits, words of p are read as unsigned:
# shifting 32 bits up and down restores the sign.
@micropython.viper
def conv_xnnpack(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write one layer's outputs into y.

    x: the image, uint8, from x_at on, row by row, channels last, and from patch_at on room for a
    patch. w: a row of weights per output, each weight + 128, in the order of a patch (rows of `run`
    bytes), then the 256-entry table if there is one. y: uint8, or int32 if wide, from entry
    y_at on.
    """
    one = 1  # a literal shifted by 31 bits would be an object
    up = 0
    if one << 31 > 0:
        up = 32
    inputs = p[0]
    outputs = p[1]
    x_at = p[2]
    y_at = p[3]
    zero_point = p[4] << up >> up
    low = p[5] << up >> up
    high = p[6] << up >> up
    table = p[7]
    wide = p[8]
    rows = p[9]
    row = p[10]
    run = p[11]
    stride_h = p[12]
    step = p[13]
    pad_top = p[14]
    left = p[15]
    out_h = p[16]
    out_w = p[17]
    y_step = p[18]
    pad = p[19]
    patch_at = p[20]
    image = int(x) + x_at
    patch = int(x) + patch_at
    last = patch + inputs
    eights = patch + (inputs >> 3 << 3)
    weights = int(w)
    curve = ptr8(weights + table)
    as_bytes = ptr8(int(y) + y_at)
    as_words = ptr32(int(y) + (y_at << 2))
    y = ptr8(last)
    while int(y) & 3:
        y[0] = 0
        y = ptr8(int(y) + 1)
    words = int(y)
    pixel = 0
    oy = 0
    while oy < out_h:
        ox = 0
        while ox < out_w:
            start = ox * step - left
            first = start
            if first < 0:
                first = 0
            stop = start + run
            if stop > row:
                stop = row
            iy = oy * stride_h - pad_top
            y = ptr8(patch)
            while int(y) != last:
                end = int(y) + run
                if iy >= 0 and iy < rows:
                    x = ptr8(pad)
                    w = ptr8(int(y) + first - start)
                    while int(y) != int(w):
                        y[0] = int(x)
                        y = ptr8(int(y) + 1)
                    x = ptr8(image + iy * row + first)
                    w = ptr8(int(y) + stop - first)
                    if (int(x) | int(y) | int(w)) & 3:
                        while int(y) != int(w):
                            y[0] = x[0]
                            x = ptr8(int(x) + 1)
                            y = ptr8(int(y) + 1)
                    else:
                        while int(y) != int(w):
                            ptr32(y)[0] = ptr32(x)[0]
                            x = ptr8(int(x) + 4)
                            y = ptr8(int(y) + 4)
                x = ptr8(pad)
                w = ptr8(end)
                while int(y) != int(w):
                    y[0] = int(x)
                    y = ptr8(int(y) + 1)
                iy += 1
            # sum((w + 128) * x) includes an excess of 128 * sum(x); subtract it once.
            x = ptr8(patch)
            w = ptr8(words)
            y = ptr8(0)
            while int(x) != int(w):
                y = ptr8(x[0] + x[1] + x[2] + x[3] + int(y))
                x = ptr8(int(x) + 4)
            excess = int(y) << 7
            w = ptr8(weights)
            channel = ptr32(int(p) + 84)
            at = pixel
            while at < pixel + outputs:
                bias = channel[0]
                y = ptr8(bias - excess)
                x = ptr8(patch)
                while int(x) != eights:
                    if ptr32(x)[0]:
                        y = ptr8(w[0] * x[0] + int(y))
                        y = ptr8(w[1] * x[1] + int(y))
                        y = ptr8(w[2] * x[2] + int(y))
                        y = ptr8(w[3] * x[3] + int(y))
                    if ptr32(x)[1]:
                        y = ptr8(w[4] * x[4] + int(y))
                        y = ptr8(w[5] * x[5] + int(y))
                        y = ptr8(w[6] * x[6] + int(y))
                        y = ptr8(w[7] * x[7] + int(y))
                    x = ptr8(int(x) + 8)
                    w = ptr8(int(w) + 8)
                while int(x) != last:
                    y = ptr8(w[0] * x[0] + int(y))
                    x = ptr8(int(x) + 1)
                    w = ptr8(int(w) + 1)
                y = ptr8(int(y) << up >> up)
                # the estimate of requantize_xnnpack, which decides the rest
                places = channel[2] - 24
                near = fraction = doubt = 0
                if places > 5 and places < 29:
                    x = ptr8(channel[1] + 256 >> 9)
                    near = (int(y) >> 15) * int(x) + ((int(y) & 0x7FFF) * int(x) >> 15)
                    near += one << places - 1
                    fraction = near & (one << places) - 1
                    doubt = (one << places - 5) + 2
                if fraction > doubt and fraction < (one << places) - doubt:
                    y = ptr8((near >> places) + zero_point)
                else:
                    near = int(requantize_xnnpack(int(y), channel[1], channel[2]))
                    y = ptr8(near + zero_point)
                if int(y) < low:
                    y = ptr8(low)
                elif int(y) > high:
                    y = ptr8(high)
                if wide:
                    as_words[at] = int(y)
                else:
                    if table:
                        y = ptr8(curve[int(y)])
                    as_bytes[at] = int(y)
                channel = ptr32(int(channel) + 12)
                at += 1
            pixel += y_step
            ox += 1
        oy += 1
