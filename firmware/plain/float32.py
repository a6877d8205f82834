"""Steps in float32 with integers of 31 bits: (mantissa, exponent) is mantissa * 2**exponent.

A mantissa has 24 bits, and 0 has mantissa 0. No number is negative. Each step rounds half to even.
"""


def rounded(mantissa, places, exponent):
    """Return mantissa * 2**exponent without its last places; mantissa < 2**(24 + places)."""
    rest = mantissa & (1 << places) - 1
    mantissa >>= places
    half = 1 << places - 1
    mantissa += rest > half or rest == half and mantissa & 1
    exponent += places
    return (mantissa, exponent) if mantissa < 0x1000000 else (0x800000, exponent + 1)


def plus(a, b):
    """Return the sum."""
    if a[0] == 0 or b[0] == 0:
        return b if a[0] == 0 else a
    if a[1] < b[1]:
        a, b = b, a
    behind = a[1] - b[1]
    if behind > 25:
        return a
    # three places more; whatever is cut from b stays visible in the last of them
    small = b[0] << 3
    cut = small >> behind
    if cut << behind != small:
        cut |= 1
    total = (a[0] << 3) + cut
    if total < 0x8000000:
        return rounded(total, 3, a[1] - 3)
    return rounded(total, 4, a[1] - 3)


def times(a, b):
    """Return the product."""
    if a[0] == 0 or b[0] == 0:
        return (0, 0)
    m, n = a[0], b[0]
    # m * n = high * 2**24 + low
    low = (m & 0xFFF) * (n & 0xFFF)
    mid = (m >> 12) * (n & 0xFFF) + (m & 0xFFF) * (n >> 12) + (low >> 12)
    low = (mid & 0xFFF) << 12 | low & 0xFFF
    high = (m >> 12) * (n >> 12) + (mid >> 12)
    exponent = a[1] + b[1] + 24
    if high < 0x800000:
        # 25 bits of the product, and whether there are more
        return rounded(high << 3 | low >> 21 | (low & 0x1FFFFF != 0), 2, exponent - 3)
    return rounded(high << 2 | low >> 22 | (low & 0x3FFFFF != 0), 2, exponent - 2)


def reciprocal(a):
    """Return 1 / a; a is not 0."""
    m = a[0]
    if m == 0x800000:
        return (m, -46 - a[1])
    rest = 0x800000
    quotient = 0
    for _ in range(25):
        rest <<= 1
        quotient <<= 1
        if rest >= m:
            rest -= m
            quotient |= 1
    # quotient = 2**48 // m, 25 bits
    return rounded(quotient << 1 | (rest != 0), 2, -49 - a[1])
