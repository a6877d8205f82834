"""The second half of an SVDF in plain bytecode: weighted sums of its memory."""

from rescale_twice import rescale_twice


# p: units, rank, memory, x_at, y_at, zero_point, factor_low, factor_middle, factor_high, places,
# then high and low of each unit.
def svdf_sums(x, w, y, p):
    """Write a level for each unit: the rescaled sum over its filters and their values.

    x: the memory as `svdf_features` has it. w: 16-bit weights in the same order, the upper bytes
    + 128. A sum is high * 2**8 + low, of 32 bits that wrap; it begins with the bias.
    """
    units = p[0]
    rank = p[1]
    memory = p[2]
    x_at = p[3]
    at = p[4]
    zero_point = p[5]
    filters = units * rank
    size = filters * memory
    k = 10
    for first in range(0, filters, rank):
        high = p[k]
        low = p[k + 1]
        for i in range(first, first + size, filters):
            for j in range(i, i + rank):
                value = (x[x_at + j] | (x[x_at + j + size] ^ 128) << 8) - 32768
                low += value * w[j]
                high = high + value * (w[j + size] - 128) + (low >> 8) & 0xFFFFFF
                low &= 0xFF
        top = (high >> 8 & 0xFFFF ^ 0x8000) - 0x8000
        q = rescale_twice(top, (high & 0xFF) << 8 | low, p, 6) + zero_point
        y[at] = 0 if q < 0 else 255 if q > 255 else q
        at += 1
        k += 2
