"""Average pooling of imported networks, in viper."""

import micropython


# p: channels, x_at, y_at, activation_min, activation_max, rows, row (bytes of one), k_h, run (bytes
# of a window's row), stride_h, step (bytes from window to window), pad_top, left (bytes of
# padding), out_h, out_w, y_step (entries from pixel to pixel).
# Only the first three locals live in registers, and only they are used in the innermost loop: x, w,
# its end, and y, the sum.
@micropython.viper
def average_pool_tflite(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write the mean of each window and channel into y, from entry y_at on.

    It is rounded half away from level 128.

    x: the image, uint8, from x_at on, row by row, channels last; padding does not count. w is
    unused.
    """
    channels = p[0]
    x_at = p[1]
    y_at = p[2]
    low = p[3]
    high = p[4]
    rows = p[5]
    row = p[6]
    k_h = p[7]
    run = p[8]
    stride_h = p[9]
    step = p[10]
    pad_top = p[11]
    left = p[12]
    out_h = p[13]
    out_w = p[14]
    y_step = p[15]
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
            half = count >> 1
            i = 0
            while i < channels:
                y = ptr8(0 - (count << 7))
                iy = top
                while iy < bottom:
                    x = ptr8(image + iy * row + first + i)
                    w = ptr8(int(x) + stop - first)
                    while int(x) != int(w):
                        y = ptr8(x[0] + int(y))
                        x = ptr8(int(x) + channels)
                    iy += 1
                total = int(y)
                if total < 0:
                    q = 128 - (half - total) // count
                else:
                    q = 128 + (half + total) // count
                if q < low:
                    q = low
                elif q > high:
                    q = high
                pixel[i] = q
                i += 1
            pixel = ptr8(int(pixel) + y_step)
            ox += 1
        oy += 1
