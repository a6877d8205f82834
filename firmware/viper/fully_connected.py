"""The fully connected layer in viper: machine code without an assembler."""

import micropython


# Only the first three locals live in registers, and only they are used in the loops: x, w, and y
# as the accumulator, which comes last in a sum: first, it would be put aside for the product.
# x + x_at is word aligned. p is read as unsigned words where int has 64 bits.
@micropython.viper
def fully_connected(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write one layer's outputs into y.

    x: the inputs, uint8, from x_at on. w: a row of weights per output, each weight + 128, then the
    256-entry table if there is one. y: uint8, or int32 if wide, from entry y_at on. p: inputs,
    outputs, x_at, y_at, zero_point, activation_min, activation_max, the table's place in w or 0,
    wide, pieces (not for this kernel), then bias, multiplier and shift of each output.
    """
    first = int(x) + p[2]
    last = first + p[0]
    eights = first + (p[0] >> 3 << 3)
    narrow = ptr8(int(y) + p[3])
    wide = ptr32(int(y) + (p[3] << 2))
    table = int(w) + p[7]
    one = 1  # a literal of 2**30 or more would be an object
    sign = one << 31
    word = (sign << 1) - 1
    low = (p[5] + sign & word) - sign
    high = (p[6] + sign & word) - sign
    # sum((w + 128) * x) is 128 * sum(x) too much: taken off once for all outputs.
    x = ptr8(first)
    y = ptr8(0)
    while int(x) != last:
        y = ptr8(x[0] + int(y))
        x = ptr8(int(x) + 1)
    excess = int(y) << 7
    channel = ptr32(int(p) + 40)
    i = 0
    while i < p[1]:
        y = ptr8(channel[0] - excess)
        x = ptr8(first)
        while int(x) != eights:
            if ptr32(x)[0] | ptr32(x)[1]:
                y = ptr8(w[0] * x[0] + int(y))
                y = ptr8(w[1] * x[1] + int(y))
                y = ptr8(w[2] * x[2] + int(y))
                y = ptr8(w[3] * x[3] + int(y))
                y = ptr8(w[4] * x[4] + int(y))
                y = ptr8(w[5] * x[5] + int(y))
                y = ptr8(w[6] * x[6] + int(y))
                y = ptr8(w[7] * x[7] + int(y))
            x = ptr8(int(x) + 8)
            w = ptr8(int(w) + 8)
        while int(x) != last:
            y = ptr8(w[0] * x[0] + int(y))
            x = ptr8(int(x) + 1)
            w = ptr8(int(w) + 1)
        acc = (int(y) + sign & word) - sign
        m = channel[1]
        shift = channel[2] - 15
        q = (acc >> 15) * m + ((acc & 0x7FFF) * m >> 15) + (one << shift - 1) >> shift
        q += (p[4] + sign & word) - sign
        if q < low:
            q = low
        elif q > high:
            q = high
        if p[8]:
            wide[i] = q
        elif p[7]:
            narrow[i] = ptr8(table)[q]
        else:
            narrow[i] = q
        channel = ptr32(int(channel) + 12)
        i += 1
