"""Layer normalization in plain bytecode: over the channels of each pixel."""

from requantize import requantize


# p: pixels, channels, x_at, y_at, zero_point, activation_min, activation_max, epsilon (in units of
# the variance), variance_shift (even), then weight, bias, multiplier and shift of each channel.
def layer_normalization(x, w, y, p):
    """Write the normalized channels of each pixel into y, from y_at on.

    x: uint8, from x_at on, pixel by pixel. w is unused.
    """
    pixels, channels, source, target, zero_point, low, high, epsilon, variance_shift = p[:9]
    place = 15 + (variance_shift >> 1)
    for _ in range(pixels):
        last = source + channels
        total = 0
        for i in range(source, last):
            total += x[i]
        middle = (2 * total + channels) // (2 * channels)
        squares = 0
        for i in range(source, last):
            d = x[i] - middle
            squares += d * d
        # The variance times channels * channels.
        d = total - channels * middle
        v = (channels * squares - d * d >> variance_shift) + epsilon
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
        k = 9
        for i in range(source, last):
            # Unpacking four at once would allocate a tuple.
            weight, acc = p[k], p[k + 1]
            multiplier, shift = p[k + 2], p[k + 3]
            acc += ((channels * x[i] - total) * root >> place - exponent) * weight
            q = zero_point + requantize(acc, multiplier, shift)
            if q < low:
                q = low
            elif q > high:
                q = high
            y[target] = q
            target += 1
            k += 4
        source = last
