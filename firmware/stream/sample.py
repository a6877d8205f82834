"""Checks one sample and stores it in the ring buffer, in whole counts."""

# Literals of an example network; the exporter puts the network's own in their place.
CHANNELS = ("x", "y")
# Counts per 1.0 of each channel, and the count at which readings are clipped.
UNITS = (1, 1)
REACH = 32767


def store(sample, ring, at):
    """Write the counts of a sample to ring[at ...]; ValueError says what does not fit."""
    try:
        n = len(sample)
        # Numbers have no length, and sets cannot be indexed. Nothing is allocated.
        n and sample[0]
    except (TypeError, KeyError):
        n = -1
    if n != len(CHANNELS):
        raise ValueError(
            "expected a list of %d (%s), got %s"
            % (len(CHANNELS), ", ".join(CHANNELS), repr(sample) if n < 0 else n)
        )
    for c in range(n):
        v = sample[c]
        # MicroPython's bool is not an int; a tuple (int, bool) would allocate for each item.
        if isinstance(v, int) or isinstance(v, bool):
            count = v * UNITS[c]
        elif isinstance(v, float) and -1e9 < v < 1e9:
            # Rounded to the resolution, so that 32-bit and 64-bit floats agree.
            v *= UNITS[c]
            count = int(v + 0.5) if v >= 0 else -int(0.5 - v)
        elif isinstance(v, float) and v - v == 0:  # finite
            count = REACH if v > 0 else -REACH
        else:
            raise ValueError("%s is %r, expected a number" % (CHANNELS[c], v))
        ring[at + c] = REACH if count > REACH else -REACH if count < -REACH else count
