"""Noise reduction: what a channel has all the time is subtracted."""

from array import array

# Literals of an example front end; the exporter puts the network's own in their place.
SIGNAL = array("i", [0] * 2)
NOISE = array("i", [0] * 2)
# Bits of the noise after the point; how much a frame counts for it in even and in odd channels,
# and what is left at least, in 2**-14.
SMOOTHING = (10, 409, 983, 819)


def reduce_noise():
    """Estimate NOISE anew, and subtract it from SIGNAL."""
    bits, weight, other, least = SMOOTHING
    for c in range(len(SIGNAL)):
        s = SIGNAL[c]
        old = NOISE[c]
        fine = s << bits
        rest = 16384 - weight
        # In two parts, so that every number fits 31 bits.
        noise = (fine >> 14) * weight + (old >> 14) * rest
        noise += ((fine & 16383) * weight + (old & 16383) * rest) >> 14
        NOISE[c] = noise
        weight, other = other, weight
        floor = (s >> 14) * least + (((s & 16383) * least) >> 14)
        s = (fine - noise) >> bits if noise < fine else 0
        SIGNAL[c] = s if s > floor else floor
