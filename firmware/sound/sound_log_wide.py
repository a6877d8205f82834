"""The logarithm of a channel, from an exponent and a mantissa."""

from array import array

# Literals of an example front end; the exporter puts the network's own in their place.
SIGNAL = array("i", [0] * 2)
# 65536 * (log2(1 + k / 128) - k / 128)
LOG2 = array("h", [0] * 130)
# (x + offset) * factor >> shift, of a logarithm to base 2 in 2**-16.
LOG_SCALE = (0, 22713, 16)


def logarithms():
    """Replace each SIGNAL by its logarithm."""
    offset, factor, shift = LOG_SCALE
    rounding = 1 << (shift - 1)
    for c in range(len(SIGNAL)):
        v = SIGNAL[c]
        k = (v & 0xFFFF) >> 9
        low = LOG2[k]
        v += low + (((LOG2[k + 1] - low) * (v & 511)) >> 9) + offset
        # In two parts, so that every number fits 31 bits.
        SIGNAL[c] = ((v >> 8) * factor + ((v & 255) * factor >> 8) + rounding) >> shift
