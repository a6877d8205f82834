"""The softmax of imported networks: TFLite's steps in float32, with integers of 31 bits.

A number is mantissa * 2**exponent, with a mantissa of 24 bits; 0 has mantissa 0.
"""

from float32 import plus, reciprocal, times


# p: values, channels (of a row), x_at, y_at.
def softmax_tflite(x, w, y, p):
    """Write 256 times the softmax of each row of x into y.

    w: the float32 of exp(-d * scale) for each distance d from the largest of a row.
    """
    values, channels, x_at, y_at = p
    for first in range(0, values, channels):
        largest = 0
        for i in range(first, first + channels):
            largest = max(largest, x[x_at + i])
        terms = []
        total = (0, 0)
        for i in range(first, first + channels):
            k = largest - x[x_at + i] << 2
            mantissa = w[k] | w[k + 1] << 8 | (w[k + 2] & 0x7F) << 16
            exponent = w[k + 3] << 1 | w[k + 2] >> 7
            term = (mantissa | 0x800000, exponent - 150) if exponent else (0, 0)
            terms.append(term)
            total = plus(total, term)
        mantissa, exponent = reciprocal(total)
        inverse = (mantissa, exponent + 8)
        at = y_at + first
        for term in terms:
            mantissa, exponent = plus(times(term, inverse), (0x800000, -24))
            y[at] = min(mantissa >> -exponent, 255)
            at += 1
