"""A frame of sound in viper: its window, scaled so that it fills 16 bits."""

from array import array

import micropython

# Literals of an example front end; the exporter puts the network's own in their place.
FFT = 8
SAMPLES = array("h", [0] * 8)
COEFFICIENTS = array("h", [156, 1264, 2832, 3940, 3940, 2832, 1264, 156])
REAL = array("h", [0] * 4)
IMAGINARY = array("h", [0] * 4)


# No index may be one of the first three locals: see gather.
@micropython.viper
def load_frame(at: int) -> int:
    """Write the window of SAMPLES, the oldest at `at`, to REAL and IMAGINARY in turn.

    All are shifted left by as many bits as the largest leaves free, and stored in the order of the
    first stage of `transform`. Returns the bits of that shift.
    """
    samples = ptr16(SAMPLES)
    table = ptr16(COEFFICIENTS)
    re = ptr16(REAL)
    im = ptr16(IMAGINARY)
    n = int(len(SAMPLES))
    largest = 0
    i = 0
    j = at
    while i < n:
        v = (((samples[j] ^ 0x8000) - 0x8000) * table[i]) >> 12
        i += 1
        j += 1
        if j == n:
            j = 0
        # -32768 has no absolute value of 16 bits, and does not count.
        if v < 0:
            v = (0 - v) & 0x7FFF
        if v > largest:
            largest = v
    up = 15
    while largest:
        largest >>= 1
        up -= 1
    size = int(FFT)
    half = size >> 1
    # Digits of base 4, reversed; the last one is of base 2 if half is no power of four.
    first = half >> 2
    k = 0
    j = at
    i = 0
    while i < size:
        v = 0
        if i < n:
            v = (((samples[j] ^ 0x8000) - 0x8000) * table[i]) >> 12
            v <<= up
            j += 1
            if j == n:
                j = 0
        re[k] = v
        i += 1
        v = 0
        if i < n:
            v = (((samples[j] ^ 0x8000) - 0x8000) * table[i]) >> 12
            v <<= up
            j += 1
            if j == n:
                j = 0
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
