"""The logarithm of a channel, from an exponent and a mantissa, in viper."""

from array import array

import micropython

# Literals of an example front end; the exporter puts the network's own in their place.
SIGNAL = array("i", [0] * 2)
# 65536 * (log2(1 + k / 128) - k / 128)
LOG2 = array("h", [0] * 130)
# (x + offset) * factor >> shift, of a logarithm to base 2 in 2**-16.
LOG_SCALE = (0, 22713, 16)


# No index may be one of the first three locals: see gather. Where int has 64 bits, memory is read
# as unsigned: shifting 32 bits up and down restores the sign.
@micropython.viper
def logarithms():
    """Replace each SIGNAL by its logarithm."""
    signal = ptr32(SIGNAL)
    table = ptr16(LOG2)
    one = 1  # a literal shifted by 31 bits would be an object
    up = 0
    if one << 31 > 0:
        up = 32
    channels = int(len(SIGNAL))
    offset = int(LOG_SCALE[0])
    factor = int(LOG_SCALE[1])
    shift = int(LOG_SCALE[2])
    rounding = 1 << (shift - 1)
    c = 0
    while c < channels:
        v = signal[c] << up >> up
        k = (v & 0xFFFF) >> 9
        low = table[k]
        v += low + (((table[k + 1] - low) * (v & 511)) >> 9) + offset
        # In two parts, so that every number fits 32 bits.
        signal[c] = ((v >> 8) * factor + ((v & 255) * factor >> 8) + rounding) >> shift
        c += 1
