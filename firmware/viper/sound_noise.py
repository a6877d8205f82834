"""Noise reduction in viper: what a channel has all the time is subtracted."""

from array import array

import micropython

# Literals of an example front end; the exporter puts the network's own in their place.
SIGNAL = array("i", [0] * 2)
NOISE = array("i", [0] * 2)
# Bits of the noise after the point; how much a frame counts for it in even and in odd channels,
# and what is left at least, in 2**-14.
SMOOTHING = (10, 409, 983, 819)


# No index may be one of the first three locals: see gather.
@micropython.viper
def reduce_noise():
    """Estimate NOISE anew, and subtract it from SIGNAL."""
    signal = ptr32(SIGNAL)
    estimate = ptr32(NOISE)
    n = int(len(SIGNAL))
    bits = int(SMOOTHING[0])
    weight = int(SMOOTHING[1])
    other = int(SMOOTHING[2])
    least = int(SMOOTHING[3])
    c = 0
    while c < n:
        s = signal[c]
        old = estimate[c]
        fine = s << bits
        rest = 16384 - weight
        # In two parts, so that every number fits 32 bits.
        noise = (fine >> 14) * weight + (old >> 14) * rest
        noise += ((fine & 16383) * weight + (old & 16383) * rest) >> 14
        estimate[c] = noise
        rest = weight
        weight = other
        other = rest
        floor = (s >> 14) * least + (((s & 16383) * least) >> 14)
        s = 0
        if noise < fine:
            s = (fine - noise) >> bits
        if s < floor:
            s = floor
        signal[c] = s
        c += 1
