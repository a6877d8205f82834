"""The sum of a row of weights in an imported recurrent layer, in plain bytecode."""

from rescale_twice import rescale_twice


def row_sum(x, x_at, inputs, w, i, p, k):
    """Return the bias at w[i] plus the products of x and the weights behind it, rescaled.

    p has from k on what `rescale_twice` needs, and a shift to the left before that.
    """
    acc = w[i] | w[i + 1] << 8 | w[i + 2] << 16 | (w[i + 3] ^ 128) - 128 << 24
    i += 4 - x_at
    for j in range(x_at, x_at + inputs):
        acc += (w[i + j] - 128) * x[j]
    acc <<= p[k + 4]
    return rescale_twice(acc >> 16, acc & 0xFFFF, p, k)
