"""The Fourier transform of a frame, in 31 bits: nothing is scaled away."""

from array import array

# Literals of an example front end; the exporter puts the network's own in their place.
FFT = 8
# round(2**20 * sin(2 * pi * k / FFT))
SINES = array("i", [0, 741455, 1048576, 741455, 0, -741455, -1048576, -741455])
REAL = array("i", [0] * 4)
IMAGINARY = array("i", [0] * 4)


def turned(a, b, t):
    """Return a * cos + b * sin of t parts of a turn.

    Products are of parts, so that every number fits 31 bits; 40 rounds them, with what is lost
    on average in parts.
    """
    c = SINES[t + (FFT >> 2)]
    s = SINES[t]
    fine = ((a & 16383) * (c >> 5) + (b & 16383) * (s >> 5)) >> 9
    a >>= 14
    b >>= 14
    fine += a * (c & 31) + b * (s & 31)
    return (a * (c >> 5) + b * (s >> 5) + (fine + 40 >> 5)) >> 1


def turned_too(a, b, t):
    """Return b * cos - a * sin of t parts of a turn."""
    c = SINES[t + (FFT >> 2)]
    s = SINES[t]
    fine = ((b & 16383) * (c >> 5) - (a & 16383) * (s >> 5)) >> 9
    a >>= 14
    b >>= 14
    fine += b * (c & 31) - a * (s & 31)
    return (b * (c >> 5) - a * (s >> 5) + (fine + 40 >> 5)) >> 1


def join_pairs():
    """Make transforms of two numbers each of REAL + i IMAGINARY."""
    for part in (REAL, IMAGINARY):
        for k in range(0, len(part), 2):
            a = part[k]
            b = part[k + 1]
            part[k] = a + b
            part[k + 1] = a - b


def join_fours(size):
    """Join four transforms of `size` numbers each into one, everywhere."""
    re = REAL
    im = IMAGINARY
    points = len(re)
    turn = (points >> 1) // size
    for j in range(size):
        t = j * turn
        k = j
        while k < points:
            k1 = k + size
            k2 = k1 + size
            k3 = k2 + size
            p = re[k1]
            q = im[k1]
            u = re[k3]
            v = im[k3]
            c = re[k2]
            d = im[k2]
            if t:
                a = p
                p = turned(a, q, t)
                q = turned_too(a, q, t)
                a = u
                u = turned(a, v, 3 * t)
                v = turned_too(a, v, 3 * t)
                a = c
                c = turned(a, d, 2 * t)
                d = turned_too(a, d, 2 * t)
            x = p + u
            y = q + v
            p -= u
            q -= v
            a = re[k]
            b = im[k]
            re[k] = a + c + x
            im[k] = b + d + y
            re[k2] = a + c - x
            im[k2] = b + d - y
            a -= c
            b -= d
            re[k1] = a + q
            im[k1] = b - p
            re[k3] = a - q
            im[k3] = b + p
            k = k3 + size


def unpack():
    """Turn the transform of pairs of samples into that of the samples, without frequency 0."""
    re = REAL
    im = IMAGINARY
    points = len(re)
    for k in range(1, (points >> 1) + 1):
        m = points - k
        a = re[k]
        b = im[k]
        c = re[m]
        d = im[m]
        u = (a - c + 1) >> 1
        v = (b + d + 1) >> 1
        a = (a + c + 1) >> 1
        b = (b - d + 1) >> 1
        p = turned(v, -u, k)
        q = turned_too(v, -u, k)
        re[k] = a + p
        im[k] = b + q
        re[m] = a - p
        im[m] = q - b


def transform():
    """Transform REAL + i IMAGINARY, in the order of `load_frame`."""
    size = 1
    if not len(REAL) & 0x5555:
        join_pairs()
        size = 2
    while size < len(REAL):
        join_fours(size)
        size <<= 2
    unpack()
