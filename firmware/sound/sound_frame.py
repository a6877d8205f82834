"""A frame of sound: its window, scaled so that it fills 16 bits."""

from array import array

# Literals of an example front end; the exporter puts the network's own in their place.
FFT = 8
SAMPLES = array("h", [0] * 8)
COEFFICIENTS = array("h", [156, 1264, 2832, 3940, 3940, 2832, 1264, 156])
REAL = array("h", [0] * 4)
IMAGINARY = array("h", [0] * 4)


def load_frame(at):
    """Write the window of SAMPLES, the oldest at `at`, to REAL and IMAGINARY in turn.

    All are shifted left by as many bits as the largest leaves free, and stored in the order of the
    first stage of `transform`. Returns the bits of that shift.
    """
    samples = SAMPLES
    n = len(samples)
    largest = 0
    j = at
    for c in COEFFICIENTS:
        v = (samples[j] * c) >> 12
        j += 1
        if j == n:
            j = 0
        # -32768 has no absolute value of 16 bits, and does not count.
        if v < 0:
            v = -v & 0x7FFF
        if v > largest:
            largest = v
    up = 15
    while largest:
        largest >>= 1
        up -= 1
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
                v = (samples[j] * COEFFICIENTS[i]) >> 12
                v = (((v & (0xFFFF >> up)) << up) ^ 0x8000) - 0x8000
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
