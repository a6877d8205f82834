"""A piece of sound, as the caller has it: bytes or samples."""


# Defaults are made once. A builtin is looked up at each use, after all names of the module: for
# each sample, that would take longer than the sound lasts.
def are_bytes(
    pcm, isinstance=isinstance, memoryview=memoryview, kinds=(bytes, bytearray), getattr=getattr
):
    """Return whether pcm consists of bytes, and not of samples; a memoryview may be of either."""
    if isinstance(pcm, memoryview):
        return getattr(pcm, "itemsize", 1) == 1
    return isinstance(pcm, kinds)


def count_samples(pcm, are_bytes=are_bytes, len=len, isinstance=isinstance, int=int):
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
