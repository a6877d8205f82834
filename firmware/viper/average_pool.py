"""Average pooling in viper: 2-D, 1-D or global."""

import micropython


# p: channels, x_at, y_at, zero_point, activation_min, activation_max, x_zero_point, rows, row
# (bytes of one), k_h, run (bytes of a window's row), stride_h, step (bytes from window to window),
# pad_top, left (bytes of padding), out_h, out_w, y_step (entries from pixel to pixel), fewest
# (pixels of the smallest window), then multiplier and shift of each count of pixels, from fewest
# on.
# Only the first three locals live in registers, and only they are used in the innermost loop: x, w,
# its end, and y, the sum. Where int has 64 bits, words of p are read as unsigned: shifting 32 bits
# up and down restores the sign.
@micropython.viper
def average_pool(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write the mean of each window and channel into y, from entry y_at on.

    x: the image, uint8, from x_at on, row by row, channels last; padding does not count. w is
    unused.
    """
    one = 1  # a literal shifted by 31 bits would be an object
    up = 0
    if one << 31 > 0:
        up = 32
    channels = p[0]
    x_at = p[1]
    y_at = p[2]
    zero_point = p[3] << up >> up
    low = p[4]
    high = p[5]
    x_zero_point = p[6] << up >> up
    rows = p[7]
    row = p[8]
    k_h = p[9]
    run = p[10]
    stride_h = p[11]
    step = p[12]
    pad_top = p[13]
    left = p[14]
    out_h = p[15]
    out_w = p[16]
    y_step = p[17]
    fewest = p[18]
    image = int(x) + x_at
    pixel = ptr8(int(y) + y_at)
    oy = 0
    while oy < out_h:
        top = oy * stride_h - pad_top
        bottom = top + k_h
        if top < 0:
            top = 0
        if bottom > rows:
            bottom = rows
        ox = 0
        while ox < out_w:
            first = ox * step - left
            stop = first + run
            if first < 0:
                first = 0
            if stop > row:
                stop = row
            count = (bottom - top) * ((stop - first) // channels)
            scale = ptr32(int(p) + 76 + (count - fewest << 3))
            multiplier = scale[0]
            shift = scale[1] - 15
            i = 0
            while i < channels:
                y = ptr8(0 - count * x_zero_point)
                iy = top
                while iy < bottom:
                    x = ptr8(image + iy * row + first + i)
                    w = ptr8(int(x) + stop - first)
                    while int(x) != int(w):
                        y = ptr8(x[0] + int(y))
                        x = ptr8(int(x) + channels)
                    iy += 1
                acc = int(y)
                q = (acc >> 15) * multiplier + ((acc & 0x7FFF) * multiplier >> 15)
                q = (q + (one << shift - 1) >> shift) + zero_point
                if q < low:
                    q = low
                elif q > high:
                    q = high
                pixel[i] = q
                i += 1
            pixel = ptr8(int(pixel) + y_step)
            ox += 1
        oy += 1
