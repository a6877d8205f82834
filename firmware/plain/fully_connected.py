"""The fully connected layer in plain bytecode: runs on every MicroPython, and on CPython."""

from requantize import requantize


def fully_connected(x, w, y, p):
    """Write one layer's outputs into y.

    x: the inputs, uint8. w: a row of weights per output, each weight + 128, then the 256-entry
    table if there is one. p: inputs, outputs, zero_point, activation_min, activation_max, the
    table's place in w or 0, then bias, multiplier and shift of each output.
    """
    outputs, zero_point, low, high, table = p[1:6]
    # sum((w + 128) * x) is 128 * sum(x) too much: taken off once for all outputs.
    excess = 128 * sum(x)
    i = 0
    k = 6
    for j in range(outputs):
        acc = p[k] - excess
        for a in x:
            acc += w[i] * a
            i += 1
        q = zero_point + requantize(acc, p[k + 1], p[k + 2])
        if q < low:
            q = low
        elif q > high:
            q = high
        y[j] = w[table + q] if table else q
        k += 3
