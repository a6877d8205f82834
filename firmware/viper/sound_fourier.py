"""The Fourier transform of a frame in viper, in 16 bits: rounded as KISS FFT does."""

from array import array

import micropython

# Literals of an example front end; the exporter puts the network's own in their place.
FFT = 8
# round(32767 * sin(2 * pi * k / FFT))
SINES = array("h", [0, 23170, 32767, 23170, 0, -23170, -32767, -23170])
REAL = array("h", [0] * 4)
IMAGINARY = array("h", [0] * 4)


# No index may be one of the first three locals: see gather.
@micropython.viper
def join_first() -> int:
    """Join single numbers of REAL + i IMAGINARY into transforms; return their size, 2 or 4."""
    re = ptr16(REAL)
    im = ptr16(IMAGINARY)
    points = int(FFT) >> 1
    k = 0
    if not points & 0x5555:
        while k < points:
            a = (((re[k] ^ 0x8000) - 0x8000) * 16383 + 16384) >> 15
            b = (((re[k + 1] ^ 0x8000) - 0x8000) * 16383 + 16384) >> 15
            re[k] = a + b
            re[k + 1] = a - b
            a = (((im[k] ^ 0x8000) - 0x8000) * 16383 + 16384) >> 15
            b = (((im[k + 1] ^ 0x8000) - 0x8000) * 16383 + 16384) >> 15
            im[k] = a + b
            im[k + 1] = a - b
            k += 2
        return 2
    while k < points:
        # A quarter of each; the turn by 32767 / 32768 changes nothing.
        a = (((re[k] ^ 0x8000) - 0x8000) * 8191 + 16384) >> 15
        b = (((im[k] ^ 0x8000) - 0x8000) * 8191 + 16384) >> 15
        u = (((re[k + 2] ^ 0x8000) - 0x8000) * 8191 + 16384) >> 15
        v = (((im[k + 2] ^ 0x8000) - 0x8000) * 8191 + 16384) >> 15
        x = a + u
        y = b + v
        a -= u
        b -= v
        p = (((re[k + 1] ^ 0x8000) - 0x8000) * 8191 + 16384) >> 15
        q = (((im[k + 1] ^ 0x8000) - 0x8000) * 8191 + 16384) >> 15
        u = (((re[k + 3] ^ 0x8000) - 0x8000) * 8191 + 16384) >> 15
        v = (((im[k + 3] ^ 0x8000) - 0x8000) * 8191 + 16384) >> 15
        re[k] = x + (p + u)
        im[k] = y + (q + v)
        re[k + 2] = x - (p + u)
        im[k + 2] = y - (q + v)
        re[k + 1] = a + (q - v)
        im[k + 1] = b - (p - u)
        re[k + 3] = a - (q - v)
        im[k + 3] = b + (p - u)
        k += 4
    return 4


@micropython.viper
def join_fours(size: int):
    """Join four transforms of `size` numbers each into one, everywhere, divided by four."""
    re = ptr16(REAL)
    im = ptr16(IMAGINARY)
    sines = ptr16(SINES)
    points = int(FFT) >> 1
    quarter = points >> 1
    turn = quarter // size
    t = 0
    j = 0
    while j < size:
        s1 = (sines[t] ^ 0x8000) - 0x8000
        c1 = (sines[t + quarter] ^ 0x8000) - 0x8000
        s2 = (sines[t + t] ^ 0x8000) - 0x8000
        c2 = (sines[t + t + quarter] ^ 0x8000) - 0x8000
        s3 = (sines[t + t + t] ^ 0x8000) - 0x8000
        c3 = (sines[t + t + t + quarter] ^ 0x8000) - 0x8000
        k = j
        while k < points:
            k1 = k + size
            k2 = k1 + size
            k3 = k2 + size
            a = (((re[k1] ^ 0x8000) - 0x8000) * 8191 + 16384) >> 15
            b = (((im[k1] ^ 0x8000) - 0x8000) * 8191 + 16384) >> 15
            p = (a * c1 + b * s1 + 16384) >> 15
            q = (b * c1 - a * s1 + 16384) >> 15
            a = (((re[k3] ^ 0x8000) - 0x8000) * 8191 + 16384) >> 15
            b = (((im[k3] ^ 0x8000) - 0x8000) * 8191 + 16384) >> 15
            u = (a * c3 + b * s3 + 16384) >> 15
            v = (b * c3 - a * s3 + 16384) >> 15
            x = p + u
            y = q + v
            p -= u
            q -= v
            a = (((re[k2] ^ 0x8000) - 0x8000) * 8191 + 16384) >> 15
            b = (((im[k2] ^ 0x8000) - 0x8000) * 8191 + 16384) >> 15
            u = (a * c2 + b * s2 + 16384) >> 15
            v = (b * c2 - a * s2 + 16384) >> 15
            a = (((re[k] ^ 0x8000) - 0x8000) * 8191 + 16384) >> 15
            b = (((im[k] ^ 0x8000) - 0x8000) * 8191 + 16384) >> 15
            # Memory keeps the low 16 bits of sums.
            re[k] = a + u + x
            im[k] = b + v + y
            re[k2] = a + u - x
            im[k2] = b + v - y
            a -= u
            b -= v
            re[k1] = a + q
            im[k1] = b - p
            re[k3] = a - q
            im[k3] = b + p
            k = k3 + size
        t += turn
        j += 1


@micropython.viper
def unpack():
    """Turn the transform of pairs of samples into that of the samples, without frequency 0."""
    re = ptr16(REAL)
    im = ptr16(IMAGINARY)
    sines = ptr16(SINES)
    points = int(FFT) >> 1
    quarter = points >> 1
    k = 1
    while k <= quarter:
        m = points - k
        a = (((re[k] ^ 0x8000) - 0x8000) * 16383 + 16384) >> 15
        b = (((im[k] ^ 0x8000) - 0x8000) * 16383 + 16384) >> 15
        c = (((re[m] ^ 0x8000) - 0x8000) * 16383 + 16384) >> 15
        d = (((im[m] ^ 0x8000) - 0x8000) * 16383 + 16384) >> 15
        u = a - c
        v = b + d
        a += c
        b -= d
        c = (sines[k + quarter] ^ 0x8000) - 0x8000
        d = (sines[k] ^ 0x8000) - 0x8000
        p = (v * c - u * d + 16384) >> 15
        q = (16384 - u * c - v * d) >> 15
        p = ((p & 0xFFFF) ^ 0x8000) - 0x8000
        q = ((q & 0xFFFF) ^ 0x8000) - 0x8000
        re[k] = (a + p) >> 1
        im[k] = (b + q) >> 1
        re[m] = (a - p) >> 1
        im[m] = (q - b) >> 1
        k += 1


def transform():
    """Transform REAL + i IMAGINARY, in the order of `load_frame`, divided by FFT."""
    size = join_first()
    while size < len(REAL):
        join_fours(size)
        size <<= 2
    unpack()
