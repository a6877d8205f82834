"""A frame of sound in viper: its window, in 31 bits."""

from array import array

import micropython

# Literals of an example front end; the exporter puts the network's own in their place.
FFT = 8
SAMPLES = array("h", [0] * 8)
# The first half of the window in 2**-20, with its middle; the second half mirrors it.
COEFFICIENTS = array("i", [0, 153561, 524288, 895015, 1048576])
# Bits that a sample of 30 bits loses, so that sums of the transform fit.
FRAME_SHIFT = 2
REAL = array("i", [0] * 4)
IMAGINARY = array("i", [0] * 4)


# No index may be one of the first three locals: see gather.
@micropython.viper
def load_frame(at: int) -> int:
    """Write the window of SAMPLES, the oldest at `at`, to REAL and IMAGINARY in turn.

    All are shifted left by as many bits as the samples leave free, and stored in the order of the
    first stage of `transform`. Returns the bits of that shift.
    """
    samples = ptr16(SAMPLES)
    table = ptr32(COEFFICIENTS)
    re = ptr32(REAL)
    im = ptr32(IMAGINARY)
    n = int(len(SAMPLES))
    bits = 0
    i = 0
    while i < n:
        v = (samples[i] ^ 0x8000) - 0x8000
        bits |= v ^ (v >> 31)
        i += 1
    up = 15
    while bits:
        bits >>= 1
        up -= 1
    shift = int(FRAME_SHIFT)
    rounding = 1 << shift >> 1
    size = int(FFT)
    half = size >> 1
    # Digits of base 4, reversed; the last one is of base 2 if half is no power of four.
    first = half >> 2
    k = 0
    j = at
    i = 0
    # The place of the window's weight: up to the middle, and back.
    w = 0
    turn = n >> 1
    by = 1
    while i < size:
        v = 0
        if i < n:
            v = ((samples[j] ^ 0x8000) - 0x8000) << up
            c = table[w]
            # In two parts, so that every number fits 32 bits.
            v = (v * (c >> 5) + (v * (c & 31) >> 5) + rounding) >> shift
            j += 1
            if j == n:
                j = 0
            if i == turn:
                w += n & 1
                by = 0 - 1
            w += by
        re[k] = v
        i += 1
        v = 0
        if i < n:
            v = ((samples[j] ^ 0x8000) - 0x8000) << up
            c = table[w]
            v = (v * (c >> 5) + (v * (c & 31) >> 5) + rounding) >> shift
            j += 1
            if j == n:
                j = 0
            if i == turn:
                w += n & 1
                by = 0 - 1
            w += by
        im[k] = v
        i += 1
        step = first
        full = 3 * step
        while step:
            if k & full != full:
                break
            k -= full
            step >>= 2
            full = 3 * step
        if step == 0:
            step = 1
        k += step
    return up
