"""Samples of sound in bytes, from the caller to the ring buffer of a frame."""

from array import array

# Literal of an example front end; the exporter puts the network's own in its place.
SAMPLES = array("h", [0] * 8)


def store_bytes(pcm, begin, end, at):
    """Write samples begin to end - 1 of bytes, the low byte first, to SAMPLES[at ...]."""
    for k in range(2 * begin, 2 * end, 2):
        SAMPLES[at] = ((pcm[k] | pcm[k + 1] << 8) ^ 0x8000) - 0x8000
        at += 1
        if at == len(SAMPLES):
            at = 0
    return at
