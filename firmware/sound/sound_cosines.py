"""The cosine transform of the logarithms of a frame: its cepstrum."""

from array import array

# Literals of an example front end; the exporter puts the network's own in their place.
SIGNAL = array("i", [0] * 2)
FEATURES = array("i", [0] * 1)
# One row for each coefficient; bits that its sum loses.
COSINES = array("h", [16384, 16384])
COSINE_SHIFT = 14


def cosines():
    """Write the cosine transform of SIGNAL to FEATURES."""
    k = 0
    for c in range(len(FEATURES)):
        total = 1 << (COSINE_SHIFT - 1)
        for v in SIGNAL:
            total += v * COSINES[k]
            k += 1
        FEATURES[c] = total >> COSINE_SHIFT
