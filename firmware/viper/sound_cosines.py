"""The cosine transform of the logarithms of a frame in viper: its cepstrum."""

from array import array

import micropython

# Literals of an example front end; the exporter puts the network's own in their place.
SIGNAL = array("i", [0] * 2)
FEATURES = array("i", [0] * 1)
# One row for each coefficient; bits that its sum loses.
COSINES = array("h", [16384, 16384])
COSINE_SHIFT = 14


# No index may be one of the first three locals: see gather. Where int has 64 bits, memory is read
# as unsigned: shifting 32 bits up and down restores the sign.
@micropython.viper
def cosines():
    """Write the cosine transform of SIGNAL to FEATURES."""
    signal = ptr32(SIGNAL)
    features = ptr32(FEATURES)
    table = ptr16(COSINES)
    one = 1  # a literal shifted by 31 bits would be an object
    up = 0
    if one << 31 > 0:
        up = 32
    channels = int(len(SIGNAL))
    count = int(len(FEATURES))
    shift = int(COSINE_SHIFT)
    k = 0
    c = 0
    while c < count:
        total = 1 << (shift - 1)
        j = 0
        while j < channels:
            total += (signal[j] << up >> up) * ((table[k] ^ 0x8000) - 0x8000)
            k += 1
            j += 1
        features[c] = total >> shift
        c += 1
