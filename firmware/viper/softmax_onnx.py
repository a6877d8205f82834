"""The softmax of quantized ONNX networks in viper: sums in float32, and quotients as they are.

A number is mantissa * 2**exponent, with a mantissa of 24 bits; none is negative. Rounding half to
even adds one less than a half, and the lowest bit that stays.
"""

import micropython


# p: values, channels (of a row), factor, zero, x_at, y_at.
@micropython.viper
def softmax_onnx(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write the level of factor times the softmax of each row of x into y.

    w: the float32 of a multiple of exp(-d * scale) for each distance d from the largest of a row.
    """
    values = p[0]
    channels = p[1]
    factor = p[2]
    zero = p[3]
    x_at = p[4]
    y_at = p[5]
    first = 0
    while first < values:
        behind = first + channels
        largest = 0
        i = first
        while i < behind:
            k = int(x[x_at + i])
            if k > largest:
                largest = k
            i += 1
        total = 0
        place = 0
        turn = 0
        while turn < 2:
            i = first
            while i < behind:
                k = (largest - int(x[x_at + i])) << 2
                exponent = int(w[k + 3]) << 1 | int(w[k + 2]) >> 7
                term = int(w[k]) | int(w[k + 1]) << 8 | (int(w[k + 2]) & 0x7F | 0x80) << 16
                if not exponent:
                    term = 0
                if turn:
                    exponent = place - exponent
                    quotient = 0
                    if term and exponent < 13:
                        # 2 * factor * term = quotient * total + rest, bit by bit
                        rest = 0
                        k = 11
                        while k >= 0:
                            quotient <<= 1
                            rest <<= 1
                            if factor << 1 >> k & 1:
                                rest += term
                            while rest >= total:
                                rest -= total
                                quotient += 1
                            k -= 1
                        # half to even
                        k = quotient >> exponent
                        rest |= quotient - (k << exponent)
                        quotient = k >> 1
                        if k & 1 and (rest or quotient & 1):
                            quotient += 1
                    quotient += zero
                    if quotient > 255:
                        quotient = 255
                    y[y_at + i] = quotient
                elif not total:
                    total = term
                    place = exponent
                elif term:
                    if exponent > place:
                        k = exponent
                        exponent = place
                        place = k
                        k = term
                        term = total
                        total = k
                    exponent = place - exponent
                    if exponent < 26:
                        # three places more; whatever is cut stays visible in the last of them
                        term <<= 3
                        k = term >> exponent
                        if k << exponent != term:
                            k |= 1
                        total = (total << 3) + k
                        k = 3
                        if total >= 0x8000000:
                            k = 4
                            place += 1
                        total = total + (1 << k - 1) - 1 + (total >> k & 1) >> k
                        if total == 0x1000000:
                            total = 0x800000
                            place += 1
                i += 1
            turn += 1
        first = behind
