"""Negative powers of two in Q28, by a polynomial."""


def power_of_half(u):
    """Return 2**28 * 2**-(u / 2**24) for 0 <= u < 2**30, within 7e-5 of its value or 1."""
    if u >= 0x1D000000:
        return 0
    # u = 2**24 * whole - fraction, so that the power is 2**fraction / 2**whole.
    whole = -(-u >> 24)
    f = (-u & 0xFFFFFF) >> 9
    # (2**f - 1) / f for f below 1, all in Q15.
    g = 22707 + (f * (7909 + (f * (1712 + (440 * f >> 15)) >> 15)) >> 15)
    return (0x10000000 + (f * g >> 2) + (1 << whole >> 1)) >> whole
