"""The Fourier transform of a frame in viper, in 31 bits: nothing is scaled away."""

from array import array

import micropython

# Literals of an example front end; the exporter puts the network's own in their place.
FFT = 8
# round(2**20 * sin(2 * pi * k / FFT))
SINES = array("i", [0, 741455, 1048576, 741455, 0, -741455, -1048576, -741455])
REAL = array("i", [0] * 4)
IMAGINARY = array("i", [0] * 4)


# No index may be one of the first three locals: see gather. Where int has 64 bits, memory is read
# as unsigned: shifting 32 bits up and down restores the sign. Sums need
# none: memory keeps their low 32 bits.
@micropython.viper
def join_pairs():
    """Make transforms of two numbers each of REAL + i IMAGINARY."""
    re = ptr32(REAL)
    im = ptr32(IMAGINARY)
    points = int(FFT) >> 1
    k = 0
    while k < points:
        a = re[k]
        b = re[k + 1]
        re[k] = a + b
        re[k + 1] = a - b
        a = im[k]
        b = im[k + 1]
        im[k] = a + b
        im[k + 1] = a - b
        k += 2


@micropython.viper
def join_straight(size: int):
    """Join those numbers of four transforms of `size` numbers each that are not turned."""
    re = ptr32(REAL)
    im = ptr32(IMAGINARY)
    points = int(FFT) >> 1
    k = 0
    while k < points:
        k1 = k + size
        k2 = k1 + size
        k3 = k2 + size
        p = re[k1]
        u = re[k3]
        x = p + u
        p -= u
        q = im[k1]
        u = im[k3]
        y = q + u
        q -= u
        a = re[k]
        u = re[k2]
        c = a + u
        a -= u
        b = im[k]
        u = im[k2]
        d = b + u
        b -= u
        re[k] = c + x
        im[k] = d + y
        re[k2] = c - x
        im[k2] = d - y
        re[k1] = a + q
        im[k1] = b - p
        re[k3] = a - q
        im[k3] = b + p
        k = k3 + size


@micropython.viper
def join_turned(size: int):
    """Join all others into transforms of four times the size.

    Products are of parts, so that every number fits 31 bits.
    """
    re = ptr32(REAL)
    im = ptr32(IMAGINARY)
    sines = ptr32(SINES)
    one = 1  # a literal shifted by 31 bits would be an object
    up = 0
    if one << 31 > 0:
        up = 32
    low = up + 14
    fine = up + 5
    points = int(FFT) >> 1
    quarter = points >> 1
    turn = quarter // size
    t = turn
    j = 1
    while j < size:
        f1 = sines[t + quarter]
        c1 = f1 << up >> fine
        f1 &= 31
        g1 = sines[t]
        s1 = g1 << up >> fine
        g1 &= 31
        f2 = sines[t + t + quarter]
        c2 = f2 << up >> fine
        f2 &= 31
        g2 = sines[t + t]
        s2 = g2 << up >> fine
        g2 &= 31
        f3 = sines[t + t + t + quarter]
        c3 = f3 << up >> fine
        f3 &= 31
        g3 = sines[t + t + t]
        s3 = g3 << up >> fine
        g3 &= 31
        k = j
        while k < points:
            k1 = k + size
            k2 = k1 + size
            k3 = k2 + size
            a = re[k1]
            b = im[k1]
            u = a & 16383
            v = b & 16383
            a = a << up >> low
            b = b << up >> low
            p = ((u * c1 + v * s1) >> 9) + a * f1 + b * g1
            q = ((v * c1 - u * s1) >> 9) + b * f1 - a * g1
            p = (a * c1 + b * s1 + (p >> 5) + 1) >> 1
            q = (b * c1 - a * s1 + (q >> 5) + 1) >> 1
            a = re[k3]
            b = im[k3]
            u = a & 16383
            v = b & 16383
            a = a << up >> low
            b = b << up >> low
            x = ((u * c3 + v * s3) >> 9) + a * f3 + b * g3
            y = ((v * c3 - u * s3) >> 9) + b * f3 - a * g3
            x = (a * c3 + b * s3 + (x >> 5) + 1) >> 1
            y = (b * c3 - a * s3 + (y >> 5) + 1) >> 1
            u = p - x
            x += p
            v = q - y
            y += q
            re[k3] = u
            im[k3] = v
            a = re[k2]
            b = im[k2]
            u = a & 16383
            v = b & 16383
            a = a << up >> low
            b = b << up >> low
            p = ((u * c2 + v * s2) >> 9) + a * f2 + b * g2
            q = ((v * c2 - u * s2) >> 9) + b * f2 - a * g2
            p = (a * c2 + b * s2 + (p >> 5) + 1) >> 1
            q = (b * c2 - a * s2 + (q >> 5) + 1) >> 1
            a = re[k]
            b = im[k]
            u = a + p
            v = b + q
            a -= p
            b -= q
            re[k] = u + x
            im[k] = v + y
            re[k2] = u - x
            im[k2] = v - y
            p = re[k3]
            q = im[k3]
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
    re = ptr32(REAL)
    im = ptr32(IMAGINARY)
    sines = ptr32(SINES)
    one = 1  # a literal shifted by 31 bits would be an object
    up = 0
    if one << 31 > 0:
        up = 32
    half = up + 1
    fine = up + 5
    points = int(FFT) >> 1
    quarter = points >> 1
    k = 1
    while k <= quarter:
        m = points - k
        a = im[k] + im[m] + 1 << up >> half
        b = 0 - (re[k] - re[m] + 1 << up >> half)
        f = sines[k + quarter]
        c = f << up >> fine
        f &= 31
        g = sines[k]
        s = g << up >> fine
        g &= 31
        u = a & 16383
        v = b & 16383
        a >>= 14
        b >>= 14
        p = ((u * c + v * s) >> 9) + a * f + b * g
        q = ((v * c - u * s) >> 9) + b * f - a * g
        p = (a * c + b * s + (p >> 5) + 1) >> 1
        q = (b * c - a * s + (q >> 5) + 1) >> 1
        a = re[k] + re[m] + 1 << up >> half
        b = im[k] - im[m] + 1 << up >> half
        re[k] = a + p
        im[k] = b + q
        re[m] = a - p
        im[m] = q - b
        k += 1


def transform():
    """Transform REAL + i IMAGINARY, in the order of `load_frame`."""
    size = 1
    if not len(REAL) & 0x5555:
        join_pairs()
        size = 2
    while size < len(REAL):
        join_straight(size)
        join_turned(size)
        size <<= 2
    unpack()
