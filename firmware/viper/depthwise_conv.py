"""The convolution of each channel by itself, in viper."""

import micropython


# Registers, words and p: see conv.
@micropython.viper
def depthwise_conv(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write one layer's outputs into y, uint8, from entry y_at on.

    x: as conv's; y has as many channels. w: tap after tap in the order of a patch, in each
    weight + 128 of every channel, then the 256-entry table if there is one. p: conv's; inputs are
    the taps of one channel, outputs the channels.
    """
    image = int(x) + p[2]
    patch = int(x) + p[22]
    channels = p[1]
    last = patch + p[0] * channels
    weights = int(w)
    table = weights + p[7]
    narrow = ptr8(int(y) + p[3])
    one = 1  # of a literal, 31 bits up would be an object
    up = 0
    if one << 31 > 0:
        up = 32
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
            channel = ptr32(int(p) + 92)
            i = 0
            while i < channels:
                x = ptr8(patch + i)
                w = ptr8(weights + i)
                y = ptr8(channel[0])
                while int(x) < last:
                    y = ptr8((w[0] - 128) * x[0] + int(y))
                    x = ptr8(int(x) + channels)
                    w = ptr8(int(w) + channels)
                y = ptr8(int(y) << up >> up)
                x = ptr8(channel[1])
                x = ptr8((int(y) >> 15) * int(x) + ((int(y) & 0x7FFF) * int(x) >> 15))
                shift = channel[2] - 15
                y = ptr8((int(x) + (one << shift - 1) >> shift) + (p[4] << up >> up))
                if int(y) < p[5]:
                    y = ptr8(p[5])
                elif int(y) > p[6]:
                    y = ptr8(p[6])
                if p[7]:
                    y = ptr8(ptr8(table)[int(y)])
                narrow[i] = int(y)
                channel = ptr32(int(channel) + 12)
                i += 1
            narrow = ptr8(int(narrow) + p[20])
            ox += 1
        oy += 1
