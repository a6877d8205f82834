"""Input with few levels, such as pixels, in viper: bytes and integers at once."""

import micropython
from each_level import each_level
from lengths import as_sequence

# Literals of an example network; the exporter puts the network's own in their place.
INPUTS = 2
INPUT_MIN = 0
INPUT_MAX = 255
INPUT_GAIN = 1
X0 = bytearray(2)


@micropython.viper
def of_bytes(values: ptr8) -> int:
    """Fill X0 from bytes; return how many of them fit before the first that does not."""
    x = ptr8(X0)
    n = int(INPUTS)
    low = int(INPUT_MIN)
    high = int(INPUT_MAX)
    gain = int(INPUT_GAIN)
    i = 0
    while i < n:
        v = values[i]
        if v < low or v > high:
            return i
        x[i] = (v - low) * gain
        i += 1
    return i


# low and high are objects: a long integer is compared in full, not truncated to a machine word.
@micropython.viper
def of_integers(values, low, high) -> int:
    """Fill X0 from integers; return how many come before the first out of range.

    TypeError for a non-integer.
    """
    x = ptr8(X0)
    n = int(INPUTS)
    least = int(low)
    gain = int(INPUT_GAIN)
    i = 0
    while i < n:
        v = values[i]
        if v < low or v > high:
            return i
        x[i] = (int(v) - least) * gain
        i += 1
    return i


def quantize(values):
    """Return values as the network's uint8 input; ValueError says what does not fit."""
    kind = type(values)
    if (kind is bytes or kind is bytearray) and len(values) == INPUTS:
        if of_bytes(values) == INPUTS:
            return X0
    values = as_sequence(values)
    try:
        if of_integers(values, INPUT_MIN, INPUT_MAX) == INPUTS:
            return X0
    except TypeError:
        pass  # floats, and what does not fit
    return each_level(values)
