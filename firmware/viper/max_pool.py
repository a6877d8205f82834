"""Max pooling in viper, 2-D or 1-D."""

import micropython


# p: channels, x_at, y_at, rows, row (bytes of one), k_h, run (bytes of a window's row), stride_h,
# step (bytes from window to window), pad_top, left (bytes of padding), out_h, out_w, y_step
# (entries from pixel to pixel).
# Only the first three locals live in registers: x, w and y. y starts with zeros, then takes larger
# values pixel by pixel.
@micropython.viper
def max_pool(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write the largest value of each window and channel into y, from entry y_at on.

    x: the image, uint8, from x_at on, row by row, channels last; padding is never the largest. w is
    unused.
    """
    channels = p[0]
    x_at = p[1]
    y_at = p[2]
    rows = p[3]
    row = p[4]
    k_h = p[5]
    run = p[6]
    stride_h = p[7]
    step = p[8]
    pad_top = p[9]
    left = p[10]
    out_h = p[11]
    out_w = p[12]
    y_step = p[13]
    image = int(x) + x_at
    pixel = int(y) + y_at
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
            y = ptr8(pixel)
            w = ptr8(pixel + channels)
            while int(y) != int(w):
                y[0] = 0
                y = ptr8(int(y) + 1)
            iy = top
            while iy < bottom:
                x = ptr8(image + iy * row + first)
                end = int(x) + stop - first
                while int(x) != end:
                    y = ptr8(pixel)
                    while int(y) != int(w):
                        if x[0] > y[0]:
                            y[0] = x[0]
                        x = ptr8(int(x) + 1)
                        y = ptr8(int(y) + 1)
                iy += 1
            pixel += y_step
            ox += 1
        oy += 1
