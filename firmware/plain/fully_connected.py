"""The fully connected layer in plain bytecode: runs on every MicroPython, and on CPython."""

from requantize import requantize


# p: outputs, y_at, zero_point, activation_min, activation_max, table (its place in w, or 0), then
# bias, multiplier and shift of each output.
def fully_connected(x, w, y, p):
    """Write one layer's outputs into y, from entry y_at on.

    x: the inputs, uint8. w: a row of weights per output, each weight + 128, then the 256-entry
    table if there is one.
    """
    # A slice would take heap.
    outputs = p[0]
    at = p[1]
    zero_point = p[2]
    low = p[3]
    high = p[4]
    table = p[5]
    # sum((w + 128) * x) includes an excess of 128 * sum(x); subtract it once.
    excess = 128 * sum(x)
    i = 0
    for k in range(6, 6 + 3 * outputs, 3):
        acc = p[k] - excess
        for a in x:
            if a:
                acc += w[i] * a
            i += 1
        multiplier, shift = p[k + 1], p[k + 2]
        q = zero_point + requantize(acc, multiplier, shift)
        if q < low:
            q = low
        elif q > high:
            q = high
        y[at] = w[table + q] if table else q
        at += 1
