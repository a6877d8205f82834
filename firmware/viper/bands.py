"""Feature: the energy in bands of frequency, by a Fourier transform in viper."""

from array import array

import micropython
from average import average
from root import root

# Literals of an example network; the exporter puts the network's own in their place.
FRACTION = 0
BANDS = 2
# round(32767 * sin(2 * pi * k / 8)): three quarters of a turn, for a window of 8
SINES = array("h", [0, 23170, 32767, 23170, 0, -23170])
REAL = array("h", [0] * 4)
IMAGINARY = array("h", [0] * 4)


@micropython.viper
def load(x, centre: int, up: int, down: int):
    """Write x about centre, shifted, to REAL and IMAGINARY in turn, in bit-reversed order."""
    re = ptr16(REAL)
    im = ptr16(IMAGINARY)
    fraction = int(FRACTION)
    counts = ptr32(x)
    n = int(len(x))
    one = 1  # a literal of 2**30 or more would be an object
    sign = one << 31
    i = 0
    k = 0
    while i < n:
        v = ((counts[i] ^ sign) - sign) << fraction
        re[k] = ((v - centre) << up) >> down
        v = ((counts[i + 1] ^ sign) - sign) << fraction
        im[k] = ((v - centre) << up) >> down
        bit = n >> 2
        while k & bit:
            k -= bit
            bit >>= 1
        k += bit
        i += 2


@micropython.viper
def transform(half: int):
    """Transform REAL + i IMAGINARY, `half` numbers in bit-reversed order, divided by half."""
    re = ptr16(REAL)
    im = ptr16(IMAGINARY)
    sines = ptr16(SINES)
    quarter = half >> 1
    size = 1
    turn = half
    while size < half:
        j = 0
        while j < size:
            s = (sines[j * turn] ^ 0x8000) - 0x8000
            c = (sines[j * turn + quarter] ^ 0x8000) - 0x8000
            k = j
            while k < half:
                m = k + size
                a = (re[m] ^ 0x8000) - 0x8000
                b = (im[m] ^ 0x8000) - 0x8000
                x = (c * a + s * b + 16384) >> 15
                y = (c * b - s * a + 16384) >> 15
                # Halved each time, so that every product fits 31 bits.
                a = (re[k] ^ 0x8000) - 0x7FFF
                b = (im[k] ^ 0x8000) - 0x7FFF
                re[m] = (a - x) >> 1
                im[m] = (b - y) >> 1
                re[k] = (a + x) >> 1
                im[k] = (b + y) >> 1
                k = m + size
            j += 1
        size += size
        turn >>= 1


# k must not be one of the first three locals: see gather.
@micropython.viper
def power(begin: int, end: int, half: int) -> int:
    """Return the energy of frequencies begin to end - 1, from the transform of half numbers."""
    re = ptr16(REAL)
    im = ptr16(IMAGINARY)
    sines = ptr16(SINES)
    total = 0
    k = begin
    while k < end:
        if k == half:
            x = ((re[0] ^ 0x8000) - (im[0] ^ 0x8000) + 1) >> 1
            return total + x * x
        # The transforms of the even and the odd counts, combined into that of all counts.
        p = (re[k] ^ 0x8000) - 0x8000
        q = (re[half - k] ^ 0x8000) - 0x8000
        u = (im[k] ^ 0x8000) - 0x8000
        v = (im[half - k] ^ 0x8000) - 0x8000
        s = (sines[k] ^ 0x8000) - 0x8000
        c = (sines[k + (half >> 1)] ^ 0x8000) - 0x8000
        a = (p - q + 1) >> 1
        b = (u + v + 1) >> 1
        x = ((p + q + 1) >> 1) + ((c * b - s * a + 16384) >> 15)
        y = ((u - v + 1) >> 1) - ((c * a + s * b + 16384) >> 15)
        x = (x + 1) >> 1
        y = (y + 1) >> 1
        # Twice, for the negative frequency too.
        total += 2 * (x * x + y * y)
        k += 1
    return total


def bands(x, y, at):
    """Write the energy of x, without its mean, in BANDS bands up to half the rate to y[at ...].

    Each is the root mean square of x in the band, in 2**-FRACTION counts; their squares sum to
    that of the deviation. len(x) is a power of two. Returns the next place.
    """
    half = len(x) >> 1
    centre = average(x)
    far = max((max(x) << FRACTION) - centre, centre - (min(x) << FRACTION))
    # Everything is shifted to 14 bits.
    down = up = 0
    while far >> down > 16383:
        down += 1
    while far and far << (up + 1) <= 16383:
        up += 1
    load(x, centre - ((1 << down) >> 1), up, down)
    transform(half)
    k = 1
    for band in range(1, BANDS + 1):
        end = (band * half + BANDS - 1) // BANDS + 1
        y[at] = ((root(power(k, end, half)) << down) + ((1 << up) >> 1)) >> up
        at += 1
        k = end
    return at
