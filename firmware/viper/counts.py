"""Input of a Stream, in viper: counts of its ring or its features, and readings as in sensors."""

from array import array

import micropython
from each_reading import each_reading
from lengths import as_sequence

# Literals of an example network; the exporter puts the network's own in their place.
# SCALING: see each_reading; the units are 1. VALUES are of type COUNTED.
SCALING = ((1, -16383, 16383, 1, 0, 16384, 16),)
INPUT_ZERO_POINT = 0
COUNTED = "h"
VALUES = array("h", [0] * 8)
X0 = bytearray(8)

_LINES = array("i", [number for line in SCALING for number in line])


# Where int has 64 bits, words of lines are read as unsigned; words of values always are.
@micropython.viper
def of_counts(values: ptr8, lines: ptr32, size: int, end: int, wide: int) -> int:
    """Fill X0 from integers of 4 or 2 bytes; return how many come before the first out of range."""
    x = ptr8(X0)
    zero = int(INPUT_ZERO_POINT)
    words = ptr32(int(values))
    halves = ptr16(int(values))
    one = 1  # a literal of 2**30 or more would be an object
    sign = one << 31
    word = (sign << 1) - 1
    at = 0
    i = 0
    while i < size:
        if wide:
            v = (words[i] + sign & word) - sign
        else:
            v = (halves[i] ^ 0x8000) - 0x8000
        if v < (lines[at + 1] + sign & word) - sign or v > (lines[at + 2] + sign & word) - sign:
            return i
        acc = (v << lines[at + 3]) + (lines[at + 4] + sign & word) - sign
        m = lines[at + 5]
        shift = lines[at + 6] - 15
        q = (acc >> 15) * m + ((acc & 0x7FFF) * m >> 15) + (one << shift - 1) >> shift
        q += zero
        if q < 0:
            q = 0
        if q > 255:
            q = 255
        x[i] = q
        at += 7
        if at == end:
            at = 0
        i += 1
    return i


def quantize(values):
    """Return values as the network's uint8 input; ValueError says what does not fit."""
    if values is VALUES:
        n = len(VALUES)
        if of_counts(VALUES, _LINES, n, len(_LINES), COUNTED == "i") == n:
            return X0
    return each_reading(as_sequence(values))
