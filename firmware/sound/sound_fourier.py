"""The Fourier transform of a frame, in 16 bits: rounded as KISS FFT does."""

from array import array

# Literals of an example front end; the exporter puts the network's own in their place.
FFT = 8
# round(32767 * sin(2 * pi * k / FFT))
SINES = array("h", [0, 23170, 32767, 23170, 0, -23170, -32767, -23170])
REAL = array("h", [0] * 4)
IMAGINARY = array("h", [0] * 4)


def wrap(v):
    """Return v with only its low 16 bits, and their sign."""
    return ((v + 32768) & 65535) - 32768


def join_pairs():
    """Make transforms of two numbers each of REAL + i IMAGINARY."""
    for part in (REAL, IMAGINARY):
        for k in range(0, len(part), 2):
            a = (part[k] * 16383 + 16384) >> 15
            b = (part[k + 1] * 16383 + 16384) >> 15
            part[k] = a + b
            part[k + 1] = a - b


def join_fours(size):
    """Join four transforms of `size` numbers each into one, everywhere, divided by four."""
    re = REAL
    im = IMAGINARY
    points = len(re)
    quarter = points >> 1
    turn = (points >> 1) // size
    for j in range(size):
        t = j * turn
        s1 = SINES[t]
        c1 = SINES[t + quarter]
        s2 = SINES[2 * t]
        c2 = SINES[2 * t + quarter]
        s3 = SINES[3 * t]
        c3 = SINES[3 * t + quarter]
        k = j
        while k < points:
            k1 = k + size
            k2 = k1 + size
            k3 = k2 + size
            a = (re[k1] * 8191 + 16384) >> 15
            b = (im[k1] * 8191 + 16384) >> 15
            p = (a * c1 + b * s1 + 16384) >> 15
            q = (b * c1 - a * s1 + 16384) >> 15
            a = (re[k3] * 8191 + 16384) >> 15
            b = (im[k3] * 8191 + 16384) >> 15
            u = (a * c3 + b * s3 + 16384) >> 15
            v = (b * c3 - a * s3 + 16384) >> 15
            x = p + u
            y = q + v
            p -= u
            q -= v
            a = (re[k2] * 8191 + 16384) >> 15
            b = (im[k2] * 8191 + 16384) >> 15
            u = (a * c2 + b * s2 + 16384) >> 15
            v = (b * c2 - a * s2 + 16384) >> 15
            a = (re[k] * 8191 + 16384) >> 15
            b = (im[k] * 8191 + 16384) >> 15
            re[k] = wrap(a + u + x)
            im[k] = wrap(b + v + y)
            re[k2] = wrap(a + u - x)
            im[k2] = wrap(b + v - y)
            a -= u
            b -= v
            re[k1] = wrap(a + q)
            im[k1] = wrap(b - p)
            re[k3] = wrap(a - q)
            im[k3] = wrap(b + p)
            k = k3 + size


def unpack():
    """Turn the transform of pairs of samples into that of the samples, without frequency 0."""
    re = REAL
    im = IMAGINARY
    points = len(re)
    quarter = points >> 1
    for k in range(1, quarter + 1):
        m = points - k
        a = (re[k] * 16383 + 16384) >> 15
        b = (im[k] * 16383 + 16384) >> 15
        c = (re[m] * 16383 + 16384) >> 15
        d = (im[m] * 16383 + 16384) >> 15
        u = a - c
        v = b + d
        s = SINES[k]
        c1 = SINES[k + quarter]
        p = wrap((v * c1 - u * s + 16384) >> 15)
        q = wrap((-u * c1 - v * s + 16384) >> 15)
        a += c
        b -= d
        re[k] = (a + p) >> 1
        im[k] = (b + q) >> 1
        re[m] = (a - p) >> 1
        im[m] = (q - b) >> 1


def transform():
    """Transform REAL + i IMAGINARY, in the order of `load_frame`, divided by FFT."""
    size = 1
    if not len(REAL) & 0x5555:
        join_pairs()
        size = 2
    while size < len(REAL):
        join_fours(size)
        size <<= 2
    unpack()
