"""TFLite's rescaling of sums of 32 bits, with integers of 31 bits."""


def rescale_twice(high, low, p, k):
    """Return high * 2**16 + low, times a number below 1, as TFLite rounds it: twice.

    p has from k on: the number in units of 2**-31, as its lowest 11 bits, the next 11 and the rest;
    then a shift to the right, whose rounding goes half away from zero. -2**15 <= high < 2**15 and
    0 <= low < 2**16. The result is below 2**30.
    """
    # top * 2**16 + bottom is the product, which loses 11 bits for each part of the number.
    part = p[k]
    bottom = low * part
    top = high * part + (bottom >> 16)
    bottom = ((top & 0x7FF) << 16 | bottom & 0xFFFF) >> 11
    part = p[k + 1]
    bottom += low * part
    top = (top >> 11) + high * part + (bottom >> 16)
    bottom = ((top & 0x7FF) << 16 | bottom & 0xFFFF) >> 11
    part = p[k + 2]
    bottom += low * part + 256
    top = (top >> 11) + high * part + (bottom >> 16)
    # 9 bits are left of the 31, and the first rounding is done.
    bottom = ((top & 0x1FF) << 16 | bottom & 0xFFFF) >> 9
    top >>= 9
    places = p[k + 3]
    if places:
        if top < 0:
            bottom -= 1
        if places > 16:
            return top + (1 << places - 17) + (bottom >> 16) >> places - 16
        bottom += 1 << places - 1
        top += bottom >> 16
        return (top << 16 - places) + ((bottom & 0xFFFF) >> places)
    return (top << 16) + bottom
