"""Feature: the energy in bands of frequency, by a Fourier transform in integers."""

from array import array

from average import average
from root import root

# Literals of an example network; the exporter puts the network's own in their place.
FRACTION = 0
BANDS = 2
# round(32767 * sin(2 * pi * k / 8)): three quarters of a turn, for a window of 8
SINES = array("h", [0, 23170, 32767, 23170, 0, -23170])
REAL = array("h", [0] * 4)
IMAGINARY = array("h", [0] * 4)


def transform(half):
    """Transform REAL + i IMAGINARY, `half` numbers in bit-reversed order, divided by half."""
    re = REAL
    im = IMAGINARY
    quarter = half >> 1
    size = 1
    while size < half:
        turn = half // size
        for j in range(size):
            s = SINES[j * turn]
            c = SINES[j * turn + quarter]
            k = j
            while k < half:
                m = k + size
                a = re[m]
                b = im[m]
                x = (c * a + s * b + 16384) >> 15
                y = (c * b - s * a + 16384) >> 15
                # Halved each time, so that every product fits 31 bits.
                a = re[k] + 1
                b = im[k] + 1
                re[m] = (a - x) >> 1
                im[m] = (b - y) >> 1
                re[k] = (a + x) >> 1
                im[k] = (b + y) >> 1
                k = m + size
        size += size


def power(k, end, half):
    """Return the energy of frequencies k to end - 1, from the transform of `half` numbers."""
    re = REAL
    im = IMAGINARY
    total = 0
    while k < end:
        if k == half:
            x = (re[0] - im[0] + 1) >> 1
            return total + x * x
        # The transforms of the even and the odd counts, combined into that of all counts.
        p = re[k]
        q = re[half - k]
        u = im[k]
        v = im[half - k]
        s = SINES[k]
        c = SINES[k + (half >> 1)]
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
    fraction = FRACTION
    centre = average(x)
    far = max((max(x) << fraction) - centre, centre - (min(x) << fraction))
    # Everything is shifted to 14 bits.
    down = up = 0
    while far >> down > 16383:
        down += 1
    while far and far << (up + 1) <= 16383:
        up += 1
    centre -= (1 << down) >> 1
    # A window is real: two counts make one complex number. It is stored at its index with the bits
    # reversed.
    part = REAL
    k = 0
    for v in x:
        part[k] = (((v << fraction) - centre) << up) >> down
        if part is REAL:
            part = IMAGINARY
        else:
            part = REAL
            bit = half >> 1
            while k & bit:
                k -= bit
                bit >>= 1
            k += bit
    transform(half)
    k = 1
    for band in range(1, BANDS + 1):
        end = (band * half + BANDS - 1) // BANDS + 1
        y[at] = ((root(power(k, end, half)) << down) + ((1 << up) >> 1)) >> up
        at += 1
        k = end
    return at
