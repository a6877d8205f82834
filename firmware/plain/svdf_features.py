"""The first half of an SVDF in plain bytecode: its memory takes a new value for each filter."""

from rescale_twice import rescale_twice


# p: inputs, outputs, x_at, y_at, filters, memory, left, factor_low, factor_middle, factor_high,
# places, then bias of each output.
def svdf_features(x, w, y, p):
    """Forget the oldest value of each filter, and write the newest: the rescaled sum of a row of w.

    w: a row of weights per output, each weight + 128. y: 16-bit integers, the lower bytes of all
    and then the upper ones; of each, the oldest values of all filters come first.
    """
    inputs = p[0]
    outputs = p[1]
    x_at = p[2]
    at = p[3]
    filters = p[4]
    memory = p[5]
    left = p[6]
    # sum((w + 128) * x) includes an excess of 128 * sum(x)
    excess = 0
    for i in range(x_at, x_at + inputs):
        excess += x[i]
    excess <<= 7
    size = filters * memory
    i = -x_at
    k = 11
    for _ in range(outputs):
        acc = p[k] - excess
        for j in range(x_at, x_at + inputs):
            acc += w[i + j] * x[j]
        i += inputs
        acc <<= left
        acc = rescale_twice(acc >> 16, acc & 0xFFFF, p, 7)
        if acc < -32768:
            acc = -32768
        elif acc > 32767:
            acc = 32767
        last = at + size - filters
        for j in range(at, last, filters):
            y[j] = y[j + filters]
            y[j + size] = y[j + size + filters]
        y[last] = acc & 0xFF
        y[last + size] = acc >> 8 & 0xFF
        at += 1
        k += 1
