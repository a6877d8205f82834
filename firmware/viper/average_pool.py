"""Average pooling in viper, 2-D or 1-D, global too: that is one window."""

import micropython


# Registers and words: see conv. y is the sum.
@micropython.viper
def average_pool(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write the mean of each window and channel into y, from entry y_at on.

    x, y and p up to y_step: as max_pool's. Then fewest, the pixels of the smallest window, and
    multiplier and shift of windows of fewest, fewest + 1, ... pixels. Padding does not count.
    """
    channels = p[0]
    image = int(x) + p[2]
    narrow = ptr8(int(y) + p[3])
    one = 1
    up = 0
    if one << 31 > 0:
        up = 32
    zero = p[4] << up >> up
    x_zero = p[7] << up >> up
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
            count = (bottom - top) * ((stop - first) // channels)
            means = ptr32(int(p) + 88 + (count - p[21] << 3))
            shift = means[1] - 15
            i = 0
            while i < channels:
                y = ptr8(0 - count * x_zero)
                iy = top
                while iy < bottom:
                    x = ptr8(image + iy * p[11] + first + i)
                    w = ptr8(int(x) + stop - first)
                    while int(x) != int(w):
                        y = ptr8(x[0] + int(y))
                        x = ptr8(int(x) + channels)
                    iy += 1
                acc = int(y)
                q = (acc >> 15) * means[0] + ((acc & 0x7FFF) * means[0] >> 15)
                q = (q + (one << shift - 1) >> shift) + zero
                if q < p[5]:
                    q = p[5]
                elif q > p[6]:
                    q = p[6]
                narrow[i] = q
                i += 1
            narrow = ptr8(int(narrow) + p[20])
            ox += 1
        oy += 1
