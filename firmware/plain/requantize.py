"""Requantization: an accumulator times multiplier / 2**shift, in 31 bits."""


def requantize(acc, multiplier, shift):
    """Return (acc * multiplier + 2**(shift - 1)) >> shift, rounding half up."""
    # acc = high * 2**15 + low, low >= 0: every product fits 31 bits, and the floor is exact.
    high = (acc >> 15) * multiplier
    low = ((acc & 0x7FFF) * multiplier) >> 15
    return (high + low + (1 << (shift - 16))) >> (shift - 15)
