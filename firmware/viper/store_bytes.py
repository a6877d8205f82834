"""Samples of sound in bytes, in viper, from the caller to the ring buffer of a frame."""

from array import array

import micropython

# Literal of an example front end; the exporter puts the network's own in its place.
SAMPLES = array("h", [0] * 8)


# No index may be one of the first three locals: see gather.
@micropython.viper
def store_bytes(pcm: ptr8, begin: int, end: int, at: int) -> int:
    """Write samples begin to end - 1 of bytes, the low byte first, to SAMPLES[at ...]."""
    samples = ptr16(SAMPLES)
    size = int(len(SAMPLES))
    k = begin + begin
    j = at
    stop = end + end
    while k < stop:
        # Byte by byte: bytes may begin at an odd address.
        samples[j] = pcm[k] | pcm[k + 1] << 8
        k += 2
        j += 1
        if j == size:
            j = 0
    return j
