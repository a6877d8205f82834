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
def turn(size: int):
    """Turn the numbers of transforms of `size` numbers each that `join_fours` then joins.

    Products are of parts, so that every number fits 31 bits; 40 rounds them, with what is lost
    on average in parts.
    """
    re = ptr32(REAL)
    im = ptr32(IMAGINARY)
    sines = ptr32(SINES)
    one = 1  # a literal shifted by 31 bits would be an object
    up = 0
    if one << 31 > 0:
        up = 32
    low = up + 14
    points = int(FFT) >> 1
    quarter = points >> 1
    by = quarter // size
    size4 = size << 2
    first = size
    step = by
    while first < size4:
        t = step
        j = first + 1
        end = first + size
        while j < end:
            f = sines[t + quarter]
            c = f << up >> up + 5
            f &= 31
            g = sines[t]
            s = g << up >> up + 5
            g &= 31
            k = j
            while k < points:
                a = re[k]
                b = im[k]
                u = a & 16383
                v = b & 16383
                a = a << up >> low
                b = b << up >> low
                p = ((u * c + v * s) >> 9) + a * f + b * g
                q = ((v * c - u * s) >> 9) + b * f - a * g
                re[k] = (a * c + b * s + (p + 40 >> 5)) >> 1
                im[k] = (b * c - a * s + (q + 40 >> 5)) >> 1
                k += size4
            t += step
            j += 1
        step += by
        first = end


@micropython.viper
def join_fours(size: int):
    """Join four transforms of `size` numbers each into one, everywhere."""
    re = ptr32(REAL)
    im = ptr32(IMAGINARY)
    points = int(FFT) >> 1
    j = 0
    while j < size:
        k = j
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
        p = (a * c + b * s + (p + 40 >> 5)) >> 1
        q = (b * c - a * s + (q + 40 >> 5)) >> 1
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
        if size > 1:
            turn(size)
        join_fours(size)
        size <<= 2
    unpack()
