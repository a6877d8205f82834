"""The logarithm of a channel, in viper: the feature."""

from array import array

import micropython

# Literals of an example front end; the exporter puts the network's own in their place.
SIGNAL = array("i", [0] * 2)
# 65536 * (log2(1 + k / 128) - k / 128)
LOG2 = array("h", [0] * 130)
# Bits that the signal is shifted by before, and bits of a feature after the point.
LOG_SHIFTS = (3, 6)


# No index may be one of the first three locals: see gather.
@micropython.viper
def logarithms():
    """Replace each SIGNAL by its natural logarithm, at most 65535."""
    signal = ptr32(SIGNAL)
    table = ptr16(LOG2)
    channels = int(len(SIGNAL))
    up = int(LOG_SHIFTS[0])
    shift = int(LOG_SHIFTS[1])
    c = 0
    while c < channels:
        v = signal[c] << up
        if v > 1:
            n = 0
            if v >> 16:
                n = 16
            if v >> (n + 8):
                n += 8
            while v >> n:
                n += 1
            n -= 1
            fraction = v - (1 << n)
            if n < 16:
                fraction <<= 16 - n
            else:
                fraction >>= n - 16
            k = fraction >> 9
            low = table[k]
            fraction += low + (((table[k + 1] - low) * (fraction & 511)) >> 16)
            # ln(2) in 2**-16; in two parts, so that every number fits 32 bits.
            v = (45426 * (fraction & 255) + 32768) >> 8
            v = 45426 * n + ((45426 * (fraction >> 8) + v) >> 8)
            v = ((v << shift) + 32768) >> 16
            if v > 65535:
                v = 65535
        else:
            v = 0
        signal[c] = v
        c += 1
