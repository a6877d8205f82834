"""The softmax of imported networks in viper: TFLite's steps in float32, with integers of 31 bits.

A number is mantissa * 2**exponent, with a mantissa of 24 bits; none is negative. Rounding half to
even adds one less than a half, and the lowest bit that stays.
"""

import micropython


# p: values, channels (of a row), x_at, y_at.
@micropython.viper
def softmax_tflite(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write 256 times the softmax of each row of x into y.

    w: the float32 of exp(-d * scale) for each distance d from the largest of a row.
    """
    values = p[0]
    channels = p[1]
    x_at = p[2]
    y_at = p[3]
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
        # 1 / (the sum of a row / 256), after which each term is multiplied by it
        inverse = 0
        power = 0
        total = 0
        place = 0
        turn = 0
        while turn < 2:
            i = first
            while i < behind:
                k = (largest - int(x[x_at + i])) << 2
                exponent = int(w[k + 3]) << 1 | int(w[k + 2]) >> 7
                term = int(w[k]) | int(w[k + 1]) << 8 | (int(w[k + 2]) & 0x7F | 0x80) << 16
                exponent -= 150
                if exponent == -150:
                    term = 0
                if turn:
                    # term * inverse = high * 2**24 + low
                    low = (term & 0xFFF) * (inverse & 0xFFF)
                    mid = (term >> 12) * (inverse & 0xFFF) + (term & 0xFFF) * (inverse >> 12)
                    mid += low >> 12
                    low = (mid & 0xFFF) << 12 | low & 0xFFF
                    high = (term >> 12) * (inverse >> 12) + (mid >> 12)
                    exponent += power + 24
                    if high < 0x800000:
                        high = high << 1 | low >> 23
                        low = low << 1 & 0xFFFFFF
                        exponent -= 1
                    if low > 0x800000 or (low == 0x800000 and high & 1):
                        high += 1
                        if high == 0x1000000:
                            high = 0x800000
                            exponent += 1
                    total = high
                    place = exponent
                    if not term:
                        total = 0
                    # and one half, to round
                    term = 0x800000
                    exponent = -24
                if not total:
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
                if turn:
                    k = 255
                    if place < 0 and total >> 0 - place < 255:
                        k = total >> 0 - place
                    y[y_at + i] = k
                i += 1
            if not turn:
                inverse = total
                power = -38 - place
                if total != 0x800000:
                    low = 0x800000
                    high = 0
                    k = 0
                    while k < 25:
                        low <<= 1
                        high <<= 1
                        if low >= total:
                            low -= total
                            high |= 1
                        k += 1
                    # 2**48 // total, 25 bits
                    high <<= 1
                    if low:
                        high |= 1
                    inverse = high + 1 + (high >> 2 & 1) >> 2
                    power = -39 - place
                    if inverse == 0x1000000:
                        inverse = 0x800000
                        power += 1
            turn += 1
        first = behind
