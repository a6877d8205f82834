"""The convolution with two weights in a byte, in viper."""

import micropython


# Registers, words and p: see conv.
@micropython.viper
def conv_int4(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write one layer's outputs into y.

    x, y, p: as conv's. w: a row of (inputs + 1) // 2 bytes per output, in each weight + 8 of an
    even place in the low half and of the odd place behind it in the high one, then the 256-entry
    table if there is one.
    """
    image = int(x) + p[2]
    patch = int(x) + p[22]
    last = patch + p[0]
    eights = patch + (p[0] >> 3 << 3)
    weights = int(w)
    table = weights + p[7]
    narrow = ptr8(int(y) + p[3])
    wide = ptr32(int(y) + (p[3] << 2))
    one = 1  # of a literal, 31 bits up would be an object
    up = 0
    if one << 31 > 0:
        up = 32
    low = p[5] << up >> up
    high = p[6] << up >> up
    y = ptr8(last)
    while int(y) & 3:
        y[0] = 0
        y = ptr8(int(y) + 1)
    words = int(y)
    pixel = 0
    oy = 0
    while oy < p[18]:
        ox = 0
        while ox < p[19]:
            start = ox * p[15] - p[17]
            first = start
            if first < 0:
                first = 0
            stop = start + p[13]
            if stop > p[11]:
                stop = p[11]
            iy = oy * p[14] - p[16]
            y = ptr8(patch)
            while int(y) != last:
                end = int(y) + p[13]
                if iy >= 0 and iy < p[10]:
                    x = ptr8(p[21])
                    w = ptr8(int(y) + first - start)
                    while int(y) != int(w):
                        y[0] = int(x)
                        y = ptr8(int(y) + 1)
                    x = ptr8(image + iy * p[11] + first)
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
                x = ptr8(p[21])
                w = ptr8(end)
                while int(y) != int(w):
                    y[0] = int(x)
                    y = ptr8(int(y) + 1)
                iy += 1
            # sum((w + 8) * x) is 8 * sum(x) too much: taken off once for all outputs.
            x = ptr8(patch)
            w = ptr8(words)
            y = ptr8(0)
            while int(x) != int(w):
                y = ptr8(x[0] + x[1] + x[2] + x[3] + int(y))
                x = ptr8(int(x) + 4)
            excess = int(y) << 3
            w = ptr8(weights)
            channel = ptr32(int(p) + 92)
            at = pixel
            while at < pixel + p[1]:
                y = ptr8(channel[0] - excess)
                x = ptr8(patch)
                while int(x) != eights:
                    if ptr32(x)[0]:
                        y = ptr8((w[0] & 15) * x[0] + int(y))
                        y = ptr8((w[0] >> 4) * x[1] + int(y))
                        y = ptr8((w[1] & 15) * x[2] + int(y))
                        y = ptr8((w[1] >> 4) * x[3] + int(y))
                    if ptr32(x)[1]:
                        y = ptr8((w[2] & 15) * x[4] + int(y))
                        y = ptr8((w[2] >> 4) * x[5] + int(y))
                        y = ptr8((w[3] & 15) * x[6] + int(y))
                        y = ptr8((w[3] >> 4) * x[7] + int(y))
                    x = ptr8(int(x) + 8)
                    w = ptr8(int(w) + 4)
                while int(x) < last:  # behind an odd last place the patch has a zero
                    y = ptr8((w[0] & 15) * x[0] + int(y))
                    y = ptr8((w[0] >> 4) * x[1] + int(y))
                    x = ptr8(int(x) + 2)
                    w = ptr8(int(w) + 1)
                y = ptr8(int(y) << up >> up)
                x = ptr8(channel[1])
                x = ptr8((int(y) >> 15) * int(x) + ((int(y) & 0x7FFF) * int(x) >> 15))
                shift = channel[2] - 15
                y = ptr8((int(x) + (one << shift - 1) >> shift) + (p[4] << up >> up))
                if int(y) < low:
                    y = ptr8(low)
                elif int(y) > high:
                    y = ptr8(high)
                if p[8]:
                    wide[at] = int(y)
                else:
                    if p[7]:
                        y = ptr8(ptr8(table)[int(y)])
                    narrow[at] = int(y)
                channel = ptr32(int(channel) + 12)
                at += 1
            pixel += p[20]
            ox += 1
        oy += 1
