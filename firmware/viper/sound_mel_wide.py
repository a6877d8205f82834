"""What each mel filter adds up, as an exponent and a mantissa, in viper."""

from array import array

import micropython

# Literals of an example front end; the exporter puts the network's own in their place.
REAL = array("i", [0] * 4)
IMAGINARY = array("i", [0] * 4)
SIGNAL = array("i", [0] * 2)
# The first frequency; how many are on each side of a filter. For each frequency its weight in the
# filter that falls there, and in the one that rises.
MEL_BEGIN = 1
MEL_WIDTHS = b"\x01\x01\x01"
MEL_WEIGHTS = array("h", [2048, 2048, 2048, 2048, 2048, 2048])
# 1 for magnitudes, 2 for energies. What is added to each sum, in the finest unit, and its bits.
MEL_POWER = 2
MEL_FLOOR = (1, 4)


# No index may be one of the first three locals: see gather. Where int has 64 bits, memory is read
# as unsigned: shifting 32 bits up and down restores the sign.
@micropython.viper
def mel(up: int):
    """Write the sum of each filter to SIGNAL; `up` as `load_frame` returned it."""
    re = ptr32(REAL)
    im = ptr32(IMAGINARY)
    signal = ptr32(SIGNAL)
    weights = ptr16(MEL_WEIGHTS)
    widths = ptr8(MEL_WIDTHS)
    one = 1  # a literal shifted by 31 bits would be an object
    sign = 0
    if one << 31 > 0:
        sign = 32
    sides = int(len(MEL_WIDTHS))
    power = int(MEL_POWER)
    floor = int(MEL_FLOOR[0])
    finest = up - int(MEL_FLOOR[1])
    k = int(MEL_BEGIN)
    w = 0
    # Sums in two parts, 2**16 apart, in units of 2**unit: every number fits 32 bits.
    high = 0
    low = 0
    unit = finest
    side = 0
    while side < sides:
        end = k + widths[side]
        v = 0
        m = k
        while m < end:
            a = re[m] << sign >> sign
            v |= a ^ (a >> 31)
            a = im[m] << sign >> sign
            v |= a ^ (a >> 31)
            m += 1
        # The largest part of this side has 14 bits.
        n = 0
        if v >> 16:
            n = 16
        if v >> (n + 8):
            n += 8
        while v >> n:
            n += 1
        own = n - 14
        if own < finest:
            own = finest
        left = sign
        right = sign + own
        if own < 0:
            left = sign - own
            right = sign
        upper = 0
        lower = 0
        next_high = 0
        next_low = 0
        while k < end:
            a = re[k] << left >> right
            v = a * a
            a = im[k] << left >> right
            v += a * a
            if power == 1:
                # Digit by digit, two bits per step; v becomes the remainder.
                r = 0
                bit = 1 << 28
                while bit > v:
                    bit >>= 2
                while bit:
                    a = r + bit
                    r >>= 1
                    if v >= a:
                        v -= a
                        r += bit
                    bit >>= 2
                if v > r:
                    r += 1
                v = r
            a = v >> 16
            v &= 0xFFFF
            r = weights[w]
            lower += r * v
            upper += r * a + (lower >> 16)
            lower &= 0xFFFF
            r = weights[w + 1]
            next_low += r * v
            next_high += r * a + (next_low >> 16)
            next_low &= 0xFFFF
            k += 1
            w += 2
        if side:
            # What has the smaller unit is shifted to the larger one.
            m = own - unit
            if m < 0:
                m = 0 - m
                a = high
                high = upper
                upper = a
                a = low
                low = lower
                lower = a
            else:
                unit = own
            m *= power
            if m > 45:
                m = 45
            while m >= 16:
                low = high & 0xFFFF
                high >>= 16
                m -= 16
            lower += (low >> m) | ((high & ((1 << m) - 1)) << (16 - m))
            upper += high >> m
            m = power * (unit - finest)
            if m > 30:
                m = 30
            a = floor >> m
            lower += a & 0xFFFF
            upper += (a >> 16) + (lower >> 16)
            lower &= 0xFFFF
            # The leading 1 stands for itself; 16 bits follow it.
            v = upper
            m = 15
            if v == 0:
                if lower == 0:
                    lower = 1
                v = lower
                m = 0 - 1
            n = 0
            if v >> 16:
                n = 16
            if v >> (n + 8):
                n += 8
            while v >> n:
                n += 1
            n += m
            if n < 16:
                a = lower << (16 - n)
            elif n < 32:
                a = (upper << (32 - n)) | (lower >> (n - 16))
            else:
                a = upper >> (n - 32)
            signal[side - 1] = ((power * (unit - up) + n) << 16) + (a & 0xFFFF)
        high = next_high
        low = next_low
        unit = own
        side += 1
