"""Layer normalization in viper: over the channels of each pixel."""

import micropython


# p: pixels, channels, x_at, y_at, zero_point, activation_min, activation_max, epsilon (in units of
# the variance), variance_shift (even), then weight, bias, multiplier and shift of each channel.
# Only the first three locals live in registers. Where int has 64 bits, words of p are read as
# unsigned: shifting 32 bits up and down restores the sign.
@micropython.viper
def layer_normalization(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write the normalized channels of each pixel into y, from y_at on.

    x: uint8, from x_at on, pixel by pixel. w is unused.
    """
    one = 1  # a literal shifted by 31 bits would be an object
    up = 0
    if one << 31 > 0:
        up = 32
    pixels = p[0]
    channels = p[1]
    x_at = p[2]
    y_at = p[3]
    zero_point = p[4] << up >> up
    low = p[5]
    high = p[6]
    epsilon = p[7]
    variance_shift = p[8]
    place = 15 + (variance_shift >> 1)
    x = ptr8(int(x) + x_at)
    target = ptr8(int(y) + y_at)
    end = int(x) + pixels * channels
    while int(x) != end:
        first = int(x)
        w = ptr8(first + channels)
        y = ptr8(0)  # the sum
        while int(x) != int(w):
            y = ptr8(x[0] + int(y))
            x = ptr8(int(x) + 1)
        total = int(y)
        middle = (2 * total + channels) // (2 * channels)
        x = ptr8(first)
        y = ptr8(0)  # the sum of squares
        while int(x) != int(w):
            d = x[0] - middle
            y = ptr8(d * d + int(y))
            x = ptr8(int(x) + 1)
        # The variance times channels * channels.
        d = total - channels * middle
        v = (channels * int(y) - d * d >> variance_shift) + epsilon
        if v < 1:
            v = 1
        exponent = 0
        while v < 0x10000000:
            v <<= 2
            exponent += 1
        # 1 / sqrt(v) in two steps of Newton's method.
        v >>= 14
        root = 17300 - (19 * v >> 7)
        root = root * (49152 - ((root * root >> 13) * v >> 15)) >> 15
        root = root * (49152 - ((root * root >> 13) * v >> 15)) >> 15
        x = ptr8(first)
        channel = ptr32(int(p) + 36)
        while int(x) != int(w):
            weight = channel[0] << up >> up
            bias = channel[1] << up >> up
            multiplier = channel[2]
            shift = channel[3] - 15
            acc = ((channels * x[0] - total) * root >> place - exponent) * weight + bias
            q = (acc >> 15) * multiplier + ((acc & 0x7FFF) * multiplier >> 15)
            q = (q + (one << shift - 1) >> shift) + zero_point
            if q < low:
                q = low
            elif q > high:
                q = high
            target[0] = q
            target = ptr8(int(target) + 1)
            channel = ptr32(int(channel) + 16)
            x = ptr8(int(x) + 1)
