"""Integer levels, converted one by one; reports what does not fit."""

# Literals of an example network; the exporter puts the network's own in their place.
INPUT_MIN = 0
INPUT_MAX = 255
INPUT_GAIN = 1
X0 = bytearray(2)


def each_level(values):
    """Write values into X0 and return it; ValueError names the first that does not fit."""
    i = 0
    for v in values:
        if isinstance(v, float) and abs(v) < 1e9:
            v = int(v + 0.5) if v >= 0 else -int(0.5 - v)
        # MicroPython's bool is not an int; a tuple (int, bool) would allocate for each item.
        whole = isinstance(v, int) or isinstance(v, bool)
        if not whole or v < INPUT_MIN or v > INPUT_MAX:
            raise ValueError("input %d is %r, expected %d to %d" % (i, v, INPUT_MIN, INPUT_MAX))
        X0[i] = (v - INPUT_MIN) * INPUT_GAIN
        i += 1
    return X0
