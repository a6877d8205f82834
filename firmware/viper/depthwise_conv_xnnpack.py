"""The depthwise convolution in viper, with sums rescaled in float32 as XNNPACK does."""

import micropython
from requantize_xnnpack import requantize_xnnpack


# p: inputs (taps of one channel), outputs (channels), x_at, y_at, zero_point, activation_min,
# activation_max, table (its place in w, or 0), rows, row (bytes of one), run (bytes of a patch's
# row), stride_h, step (bytes from patch to patch), pad_top, left (bytes of padding), out_h, out_w,
# y_step (entries from pixel to pixel), pad (padding value), patch_at, then bias, mantissa and
# shift of each output.
# Only the first three locals live in registers, and only they are used in the innermost loops: x, w
# and y. A patch is word aligned. Where int has 64 bits, words of p are read as unsigned: shifting
# 32 bits up and down restores the sign.
@micropython.viper
def depthwise_conv_xnnpack(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write one layer's outputs into y, uint8, from entry y_at on.

    x: the image, uint8, from x_at on, row by row, channels last, and from patch_at on room for a
    patch; y has as many channels. w: weight + 128 of every channel for the first tap, then for
    each next tap, then the 256-entry table if there is one.
    """
    one = 1  # a literal shifted by 31 bits would be an object
    up = 0
    if one << 31 > 0:
        up = 32
    taps = p[0]
    channels = p[1]
    x_at = p[2]
    y_at = p[3]
    zero_point = p[4] << up >> up
    low = p[5]
    high = p[6]
    table = p[7]
    rows = p[8]
    row = p[9]
    run = p[10]
    stride_h = p[11]
    step = p[12]
    pad_top = p[13]
    left = p[14]
    out_h = p[15]
    out_w = p[16]
    y_step = p[17]
    pad = p[18]
    patch_at = p[19]
    image = int(x) + x_at
    patch = int(x) + patch_at
    last = patch + taps * channels
    weights = int(w)
    curve = ptr8(weights + table)
    pixel = ptr8(int(y) + y_at)
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
            channel = ptr32(int(p) + 80)
            i = 0
            while i < channels:
                x = ptr8(patch + i)
                w = ptr8(weights + i)
                y = ptr8(channel[0])  # the bias
                while int(x) < last:
                    y = ptr8((w[0] - 128) * x[0] + int(y))
                    x = ptr8(int(x) + channels)
                    w = ptr8(int(w) + channels)
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
                if table:
                    y = ptr8(curve[int(y)])
                pixel[i] = int(y)
                channel = ptr32(int(channel) + 12)
                i += 1
            pixel = ptr8(int(pixel) + y_step)
            ox += 1
        oy += 1
