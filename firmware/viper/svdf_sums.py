"""The second half of an SVDF in viper: weighted sums of its memory."""

import micropython


# p: units, rank, memory, x_at, y_at, zero_point, factor_low, factor_middle, factor_high, places,
# then high and low of each unit.
# Only the first three locals live in registers: y is the sum. Where int has 64 bits, it does not
# wrap: its lower 32 bits are taken in the end.
@micropython.viper
def svdf_sums(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write a level for each unit: the rescaled sum over its filters and their values.

    x: the memory as `svdf_features` has it, from x_at on. w: 16-bit weights in the same order, the
    upper bytes + 128. y: uint8, from y_at on. A sum has 32 bits, which wrap; it begins with the
    bias, high * 2**8 + low.
    """
    one = 1  # a literal of 2**30 or more would be an object
    sign = one << 31
    word = (sign << 1) - 1
    units = p[0]
    rank = p[1]
    memory = p[2]
    x_at = p[3]
    y_at = p[4]
    zero_point = p[5]
    factor_low = p[6]
    factor_middle = p[7]
    factor_high = p[8]
    places = p[9]
    first = int(x) + x_at
    weights = int(w)
    target = ptr8(int(y) + y_at)
    filters = units * rank
    size = filters * memory
    channel = ptr32(int(p) + 40)
    i = 0
    while i < units:
        high = channel[0]
        low = channel[1]
        y = ptr8((high << 8) + low)
        at = i * rank
        end = at + size
        while at < end:
            x = ptr8(first + at)
            w = ptr8(weights + at)
            k = rank
            while k:
                value = (int(x[0]) | (int(x[size]) ^ 128) << 8) - 32768
                y = ptr8(value * (((int(w[size]) - 128) << 8) + int(w[0])) + int(y))
                x = ptr8(int(x) + 1)
                w = ptr8(int(w) + 1)
                k -= 1
            at += filters
        acc = (int(y) + sign & word) - sign
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
        if acc < 0:
            acc -= 1
        q = ((acc >> places - 1) + 1 >> 1) + zero_point
        if q < 0:
            q = 0
        elif q > 255:
            q = 255
        target[i] = q
        channel = ptr32(int(channel) + 8)
        i += 1
