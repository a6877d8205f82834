"""The first half of an SVDF in viper: its memory takes a new value for each filter."""

import micropython


# p: inputs, outputs, x_at, y_at, filters, memory, left, factor_low, factor_middle, factor_high,
# places, then bias of each output.
# Only the first three locals live in registers: y is the sum, then the newest value. Where int has
# 64 bits, words of p are read as unsigned: the sign of a sum is restored.
@micropython.viper
def svdf_features(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Forget the oldest value of each filter, and write the newest: the rescaled sum of a row of w.

    x: the inputs, uint8, from x_at on. w: a row of weights per output, each weight + 128. y, from
    y_at on: 16-bit integers, the lower bytes of all and then the upper ones; of each, the oldest
    values of all filters come first.
    """
    one = 1  # a literal of 2**30 or more would be an object
    sign = one << 31
    word = (sign << 1) - 1
    inputs = p[0]
    outputs = p[1]
    x_at = p[2]
    y_at = p[3]
    filters = p[4]
    memory = p[5]
    left = p[6]
    factor_low = p[7]
    factor_middle = p[8]
    factor_high = p[9]
    places = p[10]
    first = int(x) + x_at
    last = first + inputs
    oldest = int(y) + y_at
    size = filters * memory
    # sum((w + 128) * x) includes an excess of 128 * sum(x)
    x = ptr8(first)
    y = ptr8(0)
    while int(x) != last:
        y = ptr8(x[0] + int(y))
        x = ptr8(int(x) + 1)
    excess = int(y) << 7
    channel = ptr32(int(p) + 44)
    i = 0
    while i < outputs:
        bias = channel[0]
        y = ptr8(bias - excess)
        x = ptr8(first)
        while int(x) != last:
            y = ptr8(w[0] * x[0] + int(y))
            x = ptr8(int(x) + 1)
            w = ptr8(int(w) + 1)
        acc = (int(y) + sign & word) - sign << left
        # as in firmware/plain/rescale_twice.py
        high = acc >> 16
        low = acc & 0xFFFF
        bottom = low * factor_low
        top = high * factor_low + (bottom >> 16)
        bottom = ((top & 0x7FF) << 16 | bottom & 0xFFFF) >> 11
        bottom += low * factor_middle
        top = (top >> 11) + high * factor_middle + (bottom >> 16)
        bottom = ((top & 0x7FF) << 16 | bottom & 0xFFFF) >> 11
        bottom += low * factor_high + 256
        top = (top >> 11) + high * factor_high + (bottom >> 16)
        acc = (top << 7) + ((bottom & 0xFFFF) >> 9)
        if places:
            if acc < 0:
                acc -= 1
            acc = (acc >> places - 1) + 1 >> 1
        if acc < -32768:
            acc = -32768
        elif acc > 32767:
            acc = 32767
        x = ptr8(oldest + i)
        y = ptr8(oldest + i + size - filters)
        while int(x) != int(y):
            x[0] = x[filters]
            x[size] = x[size + filters]
            x = ptr8(int(x) + filters)
        x[0] = acc
        x[size] = acc >> 8
        channel = ptr32(int(channel) + 4)
        i += 1
