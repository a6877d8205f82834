"""Samples of sound, from the caller to the ring buffer of a frame."""

from array import array

# Literal of an example front end; the exporter puts the network's own in its place.
SAMPLES = array("h", [0] * 8)


def are_bytes(pcm):
    """Return whether pcm consists of bytes, and not of samples; a memoryview may be of either."""
    if isinstance(pcm, memoryview):
        return getattr(pcm, "itemsize", 1) == 1
    return isinstance(pcm, (bytes, bytearray))


def count_samples(pcm):
    """Return how many samples pcm has; ValueError says what does not fit."""
    try:
        n = len(pcm)
        n and pcm[0]
    except (TypeError, KeyError):
        raise ValueError("expected samples, as bytes or as an array of 16 bits, got %r" % (pcm,))
    if are_bytes(pcm):
        if n & 1:
            raise ValueError("expected samples of 2 bytes each, got %d bytes" % n)
        return n >> 1
    # All are checked before one is taken.
    for k in range(n):
        v = pcm[k]
        if not isinstance(v, int) or v < -32768 or v > 32767:
            raise ValueError("sample %d is %r, expected -32768 to 32767" % (k, v))
    return n


def store_bytes(pcm, begin, end, at):
    """Write samples begin to end - 1 of bytes, the low byte first, to SAMPLES[at ...]."""
    for k in range(2 * begin, 2 * end, 2):
        SAMPLES[at] = ((pcm[k] | pcm[k + 1] << 8) ^ 0x8000) - 0x8000
        at += 1
        if at == len(SAMPLES):
            at = 0
    return at


def store_samples(pcm, begin, end, at):
    """Write samples begin to end - 1 to the ring buffer, from place at; return the next place."""
    if are_bytes(pcm):
        return store_bytes(pcm, begin, end, at)
    for k in range(begin, end):
        SAMPLES[at] = pcm[k]
        at += 1
        if at == len(SAMPLES):
            at = 0
    return at
