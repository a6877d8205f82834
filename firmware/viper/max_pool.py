"""Max pooling in viper, 2-D or 1-D."""

import micropython


# Registers: see conv. y takes zeros first, then whatever is larger, pixel by pixel.
@micropython.viper
def max_pool(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write the largest value of each window and channel into y, from entry y_at on.

    x: the image, uint8, from x_at on, row after row, channels last; padding is never the largest.
    p: channels, 0, x_at, y_at, zero_point, activation_min, activation_max, x_zero_point, 0, 0,
    rows, row (bytes of one), k_h, run (bytes of a window's row), stride_h, step (bytes from window
    to window), pad_top, left (bytes of padding), out_h, out_w, y_step (entries from pixel to
    pixel). w, the zero points and the limits are for other kernels.
    """
    image = int(x) + p[2]
    pixel = int(y) + p[3]
    oy = 0
    while oy < p[18]:
        top = oy * p[14] - p[16]
        bottom = top + p[12]
        if top < 0:
            top = 0
        if bottom > p[10]:
            bottom = p[10]
        ox = 0
        while ox < p[19]:
            first = ox * p[15] - p[17]
            stop = first + p[13]
            if first < 0:
                first = 0
            if stop > p[11]:
                stop = p[11]
            y = ptr8(pixel)
            w = ptr8(pixel + p[0])
            while int(y) != int(w):
                y[0] = 0
                y = ptr8(int(y) + 1)
            iy = top
            while iy < bottom:
                x = ptr8(image + iy * p[11] + first)
                end = int(x) + stop - first
                while int(x) != end:
                    y = ptr8(pixel)
                    while int(y) != int(w):
                        if x[0] > y[0]:
                            y[0] = x[0]
                        x = ptr8(int(x) + 1)
                        y = ptr8(int(y) + 1)
                iy += 1
            pixel += p[20]
            ox += 1
        oy += 1
