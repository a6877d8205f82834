"""A frame of sound: its window, in 31 bits."""

from array import array

# Literals of an example front end; the exporter puts the network's own in their place.
FFT = 8
SAMPLES = array("h", [0] * 8)
# The first half of the window in 2**-20, with its middle; the second half mirrors it.
COEFFICIENTS = array("i", [0, 153561, 524288, 895015, 1048576])
# Bits that a sample of 30 bits loses, so that sums of the transform fit.
FRAME_SHIFT = 2
REAL = array("i", [0] * 4)
IMAGINARY = array("i", [0] * 4)


def load_frame(at):
    """Write the window of SAMPLES, the oldest at `at`, to REAL and IMAGINARY in turn.

    All are shifted left by as many bits as the samples leave free, and stored in the order of the
    first stage of `transform`. Returns the bits of that shift.
    """
    samples = SAMPLES
    n = len(samples)
    bits = 0
    for v in samples:
        bits |= v if v >= 0 else -1 - v
    up = 15
    while bits:
        bits >>= 1
        up -= 1
    rounding = 1 << FRAME_SHIFT >> 1
    half = FFT >> 1
    # Digits of base 4, reversed; the last one is of base 2 if half is no power of four.
    first = half >> 2
    k = 0
    j = at
    i = 0
    for _ in range(half):
        for part in (REAL, IMAGINARY):
            v = 0
            if i < n:
                v = samples[j] << up
                c = COEFFICIENTS[i if i + i <= n else n - i]
                # In two parts, so that every number fits 31 bits.
                v = (v * (c >> 5) + (v * (c & 31) >> 5) + rounding) >> FRAME_SHIFT
                j += 1
                if j == n:
                    j = 0
            part[k] = v
            i += 1
        step = first
        full = 3 * step
        while full and k & full == full:
            k -= full
            step >>= 2
            full = 3 * step
        k += step or 1
    return up
