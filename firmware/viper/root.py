"""The square root of an integer, in viper."""

import micropython


@micropython.viper
def root(v: int) -> int:
    """Return the square root of v, from 0 to 2**30 - 1, rounded to the nearest integer."""
    r = 0
    bit = 1 << 28
    while bit > v:
        bit >>= 2
    # Digit-by-digit method, two bits per step; v becomes the remainder.
    while bit:
        if v >= r + bit:
            v -= r + bit
            r = (r >> 1) + bit
        else:
            r >>= 1
        bit >>= 2
    return r + 1 if v > r else r
