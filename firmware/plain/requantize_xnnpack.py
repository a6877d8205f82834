"""Requantization in float32, as XNNPACK computes it, with integers of 31 bits."""


def half_to_even(value, places):
    """Return value / 2**places, rounded to the nearest integer, to the even one of two."""
    rest = value & (1 << places) - 1
    value >>= places
    half = 1 << places - 1
    return value + (rest > half or rest == half and value & 1)


def requantize_xnnpack(acc, mantissa, shift):
    """Return acc * mantissa / 2**shift: acc to float32, the product to float32, to an integer.

    Each step rounds half to even. |acc| < 2**29, 2**23 <= mantissa < 2**24. A result beyond 2**9 is
    only known to be beyond 2**8.
    """
    # In nearly all cases, 15 bits of the mantissa leave no doubt: `near` is wrong by less.
    places = shift - 24
    if 5 < places < 29:
        m = mantissa + 256 >> 9
        near = (acc >> 15) * m + ((acc & 0x7FFF) * m >> 15) + (1 << places - 1)
        doubt = (1 << places - 5) + 2
        if doubt < near & (1 << places) - 1 < (1 << places) - doubt:
            return near >> places
    a = acc if acc > 0 else -acc
    if not a:
        return 0
    # acc in 24 bits
    cut = 0
    while a >> cut > 0xFFFFFF:
        cut += 1
    if cut:
        a = half_to_even(a, cut)
        places -= cut
    while a < 0x800000:
        a <<= 1
        places += 1
    # a * mantissa = high * 2**24 + low
    low = (a & 0xFFF) * (mantissa & 0xFFF)
    mid = (a >> 12) * (mantissa & 0xFFF) + (a & 0xFFF) * (mantissa >> 12) + (low >> 12)
    low = (mid & 0xFFF) << 12 | low & 0xFFF
    high = (a >> 12) * (mantissa >> 12) + (mid >> 12)
    # the product in 24 bits
    if high < 0x800000:
        high = high << 1 | low >> 23
        low = low << 1 & 0xFFFFFF
        places += 1
    if low > 0x800000 or low == 0x800000 and high & 1:
        high += 1
    if places > 24:
        high = 0
    elif places > 0:
        high = half_to_even(high, places)
    return high if acc > 0 else -high
