"""The energy in each mel filter, and its square root."""

from array import array

# Literals of an example front end; the exporter puts the network's own in their place.
REAL = array("h", [0] * 4)
IMAGINARY = array("h", [0] * 4)
SIGNAL = array("i", [0] * 2)
# The first frequency; how many are on the rising side of each filter, and on the falling one of
# the last. For each frequency its weight on the rising side, and on the falling one, in 2**-12.
MEL_BEGIN = 1
MEL_WIDTHS = b"\x01\x01\x01"
MEL_WEIGHTS = array("h", [2048, 2048, 2048, 2048, 2048, 2048])


def long_root(high, low):
    """Return the square root of high * 2**16 + low, below 2**44, rounded."""
    r = 0
    bit = 1 << 26
    while bit > high:
        bit >>= 2
    # Digit by digit, two bits per step; what is left becomes the remainder.
    while bit:
        if high >= r + bit:
            high -= r + bit
            r = (r >> 1) + bit
        else:
            r >>= 1
        bit >>= 2
    for shift in (14, 12, 10, 8, 6, 4, 2, 0):
        high = (high << 2) | ((low >> shift) & 3)
        t = (r << 2) | 1
        r <<= 1
        if high >= t:
            high -= t
            r |= 1
    # The root of what 32 bits hold stays within 16.
    return r + 1 if high > r and r != 65535 else r


def mel(up):
    """Write the root of each filter's energy to SIGNAL; `up` as `load_frame` returned it."""
    re = REAL
    im = IMAGINARY
    k = MEL_BEGIN
    w = 0
    # Sums in two parts, 2**16 apart: every number fits 31 bits.
    high = low = 0
    for side in range(len(MEL_WIDTHS)):
        next_high = next_low = 0
        for _ in range(MEL_WIDTHS[side]):
            energy = re[k] * re[k] + im[k] * im[k]
            upper = energy >> 16
            energy &= 0xFFFF
            rising = MEL_WEIGHTS[w]
            falling = MEL_WEIGHTS[w + 1]
            low += rising * energy
            high += rising * upper + (low >> 16)
            low &= 0xFFFF
            next_low += falling * energy
            next_high += falling * upper + (next_low >> 16)
            next_low &= 0xFFFF
            k += 1
            w += 2
        if side:
            SIGNAL[side - 1] = long_root(high, low) >> up
        high = next_high
        low = next_low
