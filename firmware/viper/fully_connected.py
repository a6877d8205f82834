"""The fully connected layer in viper: machine code without an assembler."""

import micropython


# p: inputs, outputs, x_at, y_at, zero_point, activation_min, activation_max, table (its place in w,
# or 0), wide, then bias, multiplier and shift of each output.
# Only the first three locals live in registers, and only they are used in the loops: x, w, and y as
# the accumulator. It comes last in a sum: as the first term, it would be saved during the
# multiplication. x + x_at is word aligned. Where int has 64 bits, words of p are read as unsigned.
@micropython.viper
def fully_connected(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write one layer's outputs into y.

    x: the inputs, uint8, from x_at on. w: a row of weights per output, each weight + 128, then the
    256-entry table if there is one. y: uint8, or int32 if wide, from entry y_at on.
    """
    one = 1  # a literal of 2**30 or more would be an object
    sign = one << 31
    word = (sign << 1) - 1
    inputs = p[0]
    outputs = p[1]
    x_at = p[2]
    y_at = p[3]
    zero_point = (p[4] + sign & word) - sign
    low = (p[5] + sign & word) - sign
    high = (p[6] + sign & word) - sign
    table = p[7]
    wide = p[8]
    first = int(x) + x_at
    last = first + inputs
    eights = first + (inputs >> 3 << 3)
    curve = ptr8(int(w) + table)
    as_bytes = ptr8(int(y) + y_at)
    as_words = ptr32(int(y) + (y_at << 2))
    # sum((w + 128) * x) includes an excess of 128 * sum(x); subtract it once.
    x = ptr8(first)
    y = ptr8(0)
    while int(x) != last:
        y = ptr8(x[0] + int(y))
        x = ptr8(int(x) + 1)
    excess = int(y) << 7
    channel = ptr32(int(p) + 36)
    i = 0
    while i < outputs:
        bias = channel[0]
        multiplier = channel[1]
        shift = channel[2] - 15
        y = ptr8(bias - excess)
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
        q = (acc >> 15) * multiplier + ((acc & 0x7FFF) * multiplier >> 15)
        q = (q + (one << shift - 1) >> shift) + zero_point
        if q < low:
            q = low
        elif q > high:
            q = high
        if wide:
            as_words[i] = q
        elif table:
            as_bytes[i] = curve[q]
        else:
            as_bytes[i] = q
        channel = ptr32(int(channel) + 12)
        i += 1
