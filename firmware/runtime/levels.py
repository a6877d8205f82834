"""Input of few whole levels, such as pixels: each gets a uint8 of its own, nothing is rounded."""

from lengths import as_sequence

# Literals of an example network; the exporter puts the network's own in their place.
INPUT_MIN = 0
INPUT_MAX = 255
INPUT_GAIN = 1
X0 = bytearray(2)


def quantize(values):
    """Return values as the network's uint8 input; ValueError says what does not fit."""
    values = as_sequence(values)
    i = 0
    for v in values:
        if isinstance(v, float) and abs(v) < 1e9:
            v = int(v + 0.5) if v >= 0 else -int(0.5 - v)
        if not isinstance(v, (int, bool)) or v < INPUT_MIN or v > INPUT_MAX:
            raise ValueError("input %d is %r, expected %d to %d" % (i, v, INPUT_MIN, INPUT_MAX))
        X0[i] = (v - INPUT_MIN) * INPUT_GAIN
        i += 1
    return X0
