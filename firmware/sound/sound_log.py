"""The logarithm of a channel: the feature."""

from array import array

from bits_of import bits_of

# Literals of an example front end; the exporter puts the network's own in their place.
SIGNAL = array("i", [0] * 2)
# 65536 * (log2(1 + k / 128) - k / 128)
LOG2 = array("h", [0] * 130)
# Bits that the signal is shifted by before, and bits of a feature after the point.
LOG_SHIFTS = (3, 6)


def logarithms():
    """Replace each SIGNAL by its natural logarithm, at most 65535."""
    up, shift = LOG_SHIFTS
    for c in range(len(SIGNAL)):
        v = SIGNAL[c] << up
        if v > 1:
            n = bits_of(v) - 1
            fraction = v - (1 << n)
            fraction = fraction << (16 - n) if n < 16 else fraction >> (n - 16)
            k = fraction >> 9
            low = LOG2[k]
            fraction += low + (((LOG2[k + 1] - low) * (fraction & 511)) >> 16)
            # ln(2) in 2**-16; in two parts, so that every number fits 31 bits.
            v = (45426 * (fraction & 255) + 32768) >> 8
            v = 45426 * n + ((45426 * (fraction >> 8) + v) >> 8)
            v = ((v << shift) + 32768) >> 16
            if v > 65535:
                v = 65535
        else:
            v = 0
        SIGNAL[c] = v
