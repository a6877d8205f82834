"""The softmax of quantized ONNX networks: sums in float32, and quotients as they are."""

from float32 import plus


# p: values, channels (of a row), factor, zero, x_at, y_at.
def softmax_onnx(x, w, y, p):
    """Write the level of factor times the softmax of each row of x into y.

    w: the float32 of a multiple of exp(-d * scale) for each distance d from the largest of a row.
    """
    values, channels, factor, zero, x_at, y_at = p
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
            term = (mantissa | 0x800000, exponent) if exponent else (0, 0)
            terms.append(term)
            total = plus(total, term)
        at = y_at + first
        for mantissa, exponent in terms:
            less = total[1] - exponent
            # 2 * factor * mantissa = quotient * total[0] + rest, bit by bit
            quotient = rest = 0
            if mantissa and less < 13:
                for k in range(11, -1, -1):
                    quotient <<= 1
                    rest <<= 1
                    if factor << 1 >> k & 1:
                        rest += mantissa
                    while rest >= total[0]:
                        rest -= total[0]
                        quotient += 1
                # half to even
                whole = quotient >> less
                rest |= quotient - (whole << less)
                quotient = (whole >> 1) + (whole & 1 and (rest != 0 or whole >> 1 & 1))
            y[at] = min(quotient + zero, 255)
            at += 1
