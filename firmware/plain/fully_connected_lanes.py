"""The fully connected layer with one big integer per input: a 32-bit lane for each output."""

from requantize import requantize


def lanes(w, inputs, outputs):
    """Return w, rows of weights and the table, as the kernel needs it: columns and the table."""
    columns = [0] * inputs
    lane = bytearray(4 * outputs)
    for i in range(inputs):
        for j in range(outputs):
            lane[4 * j] = w[j * inputs + i]
        columns[i] = int.from_bytes(lane, "little")
    return columns, w[inputs * outputs :]


# p: outputs, y_at, zero_point, activation_min, activation_max, table (0 if there is none), then
# bias, multiplier and shift of each output.
def fully_connected_lanes(x, w, y, p):
    """Write one layer's outputs into y, from entry y_at on.

    x: the inputs, uint8. w: what lanes() returns.
    """
    columns, curve = w
    # Every lane is sum((w + 128) * x), below 2**32: no lane overflows into the next.
    acc = 0
    i = 0
    for a in x:
        if a:
            acc += columns[i] * a  # a * columns[i] would copy the column first
        i += 1
    outputs, at, zero_point, low, high, table = p[:6]
    sums = acc.to_bytes(4 * outputs, "little")
    # Subtract the excess, 128 * sum(x), in two halves: 32 bits at once would be a long integer.
    total = sum(x)
    i = 0
    for k in range(6, 6 + 3 * outputs, 3):
        acc = (sums[i + 2] | sums[i + 3] << 8) - (total >> 9) << 16
        acc += (sums[i] | sums[i + 1] << 8) - ((total & 511) << 7)
        acc += p[k]
        multiplier, shift = p[k + 1], p[k + 2]
        q = zero_point + requantize(acc, multiplier, shift)
        if q < low:
            q = low
        elif q > high:
            q = high
        y[at] = curve[q] if table else q
        at += 1
        i += 4
