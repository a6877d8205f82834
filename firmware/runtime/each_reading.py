"""Readings in raw units, converted to uint8 with integer arithmetic."""

from requantize import requantize

# Literals of an example network; the exporter puts the network's own in their place.
# units (counts per 1.0), the smallest and largest count, left shift, bias, multiplier, shift:
# one line for all features, or one for each, or one for each channel at every step.
SCALING = ((1, 0, 255, 1, 0, 16384, 16),)
INPUT_ZERO_POINT = 0
X0 = bytearray(2)


def each_reading(values):
    """Write values into X0 and return it; ValueError names the first that does not fit."""
    lines = len(SCALING)
    line = SCALING[0]
    i = 0
    for v in values:
        if lines > 1:
            line = SCALING[i % lines]
        units, low, high, left, bias, multiplier, shift = line
        # MicroPython's bool is not an int; a tuple (int, bool) would allocate for each item.
        if isinstance(v, int) or isinstance(v, bool):
            count = v * units
        elif isinstance(v, float) and abs(v) < 1e9:
            # Rounded to the resolution first, so that 32-bit and 64-bit floats agree.
            scaled = v * units
            count = int(scaled + 0.5) if scaled >= 0 else -int(0.5 - scaled)
        else:
            count = high + 1  # not a number: refused below
        if count < low or count > high:
            raise ValueError(
                "input %d is %r, expected %s to %s" % (i, v, str(low / units), str(high / units))
            )
        q = INPUT_ZERO_POINT + requantize((count << left) + bias, multiplier, shift)
        X0[i] = 0 if q < 0 else 255 if q > 255 else q
        i += 1
    return X0
