"""Samples of sound, from the caller to the ring buffer of a frame."""

from array import array

from sound_pieces import are_bytes
from store_bytes import store_bytes

# Literal of an example front end; the exporter puts the network's own in its place.
SAMPLES = array("h", [0] * 8)


def store_samples(pcm, begin, end, at, samples=SAMPLES, size=len(SAMPLES)):
    """Write samples begin to end - 1 to the ring buffer, from place at; return the next place."""
    if are_bytes(pcm):
        return store_bytes(pcm, begin, end, at)
    for k in range(begin, end):
        samples[at] = pcm[k]
        at += 1
        if at == size:
            at = 0
    return at
