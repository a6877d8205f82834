"""weather: a neural network in fixed point, made by thumbnet 0.1.0 for board 'generic'.

2 -> 3 relu -> 3 softmax. 21 parameters, 15 multiply-accumulates.

Input: 2 numbers: celsius (-20 to 40), hectopascal (950 to 1050).

    import weather
    weather.predict(values)        # class index; LABELS[i] names it
    weather.predict_proba(values)  # a probability for each class, floats
    weather.probabilities(values)  # the same as integers: 32768 is 1.0
    weather.scores(values)         # the integer outputs, equal on every board and on the PC
"""

INPUTS = 2
LABELS = ('sun', 'rain', 'wind')
SCALING = (
    # units, minimum, maximum, left_shift, bias, multiplier, shift, a line for each feature or channel
    (10, -200, 400, 14, -1638400, 27744, 30),
    (1, 950, 1050, 14, -16384000, 20808, 27),
)
INPUT_ZERO_POINT = 128
SOFTMAX = (24289, 0, 16579, 17)  # limit, left_shift, multiplier, shift
ARENA = memoryview(bytearray(8))
X0 = ARENA[0:2]  # the input
X1 = ARENA[4:7]  # dense_activation: 3
SCORES = [0] * 3
P1 = (
    3, 0, 0, 0, 255, 0,  # outputs, y_at, zero_point, activation_min, activation_max, table
    # bias, multiplier, shift of each output
    -21632, 24867, 21,
    13568, 24867, 21,
    0, 24867, 22,
)
W1 = (
    # weight + 128, a row for each output
    b'\xff\xaa'
    b'\x01\x95'
    b'\xff+'
)
P2 = (
    3, 0, 0, -268435456,  # outputs, y_at, zero_point, activation_min
    268435456, 0,  # activation_max, table
    # bias, multiplier, shift of each output
    38, 32766, 16,
    38, 32766, 16,
    0, 24575, 16,
)
W2 = (
    # weight + 128, a row for each output
    b'\xff@\x80'
    b'@\xff\x80'
    b'\x80\x80\xff'
)


def requantize(acc, multiplier, shift):
    """Return (acc * multiplier + 2**(shift - 1)) >> shift, rounding half up."""
    # acc = high * 2**15 + low, low >= 0: every product fits 31 bits, and the floor is exact.
    high = (acc >> 15) * multiplier
    low = ((acc & 0x7FFF) * multiplier) >> 15
    return (high + low + (1 << (shift - 16))) >> (shift - 15)


# p: outputs, y_at, zero_point, activation_min, activation_max, table (its place in w, or 0), then
# bias, multiplier and shift of each output.
def fully_connected(x, w, y, p):
    """Write one layer's outputs into y, from entry y_at on.

    x: the inputs, uint8. w: a row of weights per output, each weight + 128, then the 256-entry
    table if there is one.
    """
    outputs, at, zero_point, low, high, table = p[:6]
    # sum((w + 128) * x) includes an excess of 128 * sum(x); subtract it once.
    excess = 128 * sum(x)
    i = 0
    for k in range(6, 6 + 3 * outputs, 3):
        acc = p[k] - excess
        for a in x:
            if a:
                acc += w[i] * a
            i += 1
        multiplier, shift = p[k + 1], p[k + 2]
        q = zero_point + requantize(acc, multiplier, shift)
        if q < low:
            q = low
        elif q > high:
            q = high
        y[at] = w[table + q] if table else q
        at += 1


LAYERS = (
    # kernel, x, w, y, p
    (fully_connected, X0, W1, X1, P1),
    (fully_connected, X1, W2, SCORES, P2),
)


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


def as_sequence(values):
    """Return values, a list, tuple, bytes or array of INPUTS items, or raise ValueError."""
    if hasattr(values, "tolist"):  # NumPy on the PC, ulab on a board
        values = values.tolist()
    try:
        n = len(values)
        # Numbers have no length, sets no index, and a dict may have a key 0. Nothing is allocated.
        if n and isinstance(values, dict):
            raise TypeError
        n and values[0]
    except TypeError:
        raise ValueError("expected %d numbers, got %r" % (INPUTS, values))
    if n != INPUTS:
        raise ValueError("expected %d numbers, got %d" % (INPUTS, n))
    return values


def quantize(values):
    """Return values as the network's uint8 input; ValueError says what does not fit."""
    return each_reading(as_sequence(values))


def forward(values):
    """Run the network; the next call overwrites the returned buffer."""
    quantize(values)
    for kernel, x, w, y, p in LAYERS:
        kernel(x, w, y, p)
    return y


def scores(values):
    """Return the integer outputs of the last layer, the numbers that PC and board agree on."""
    return list(forward(values))


def predict(values):
    """Return the class index of values; LABELS names it. The first of equal scores wins."""
    s = forward(values)
    best = max(s)
    i = 0
    while s[i] != best:
        i += 1
    return i


# round(32767 * exp(-k)), round(32767 * exp(-k / 16)), round(32767 * exp(-k / 256))
_EXP_1 = (32767, 12054, 4435, 1631, 600, 221, 81, 30, 11, 4, 1, 1)
_EXP_16 = (
    32767, 30782, 28917, 27165, 25519, 23973, 22520, 21156,
    19874, 18670, 17539, 16476, 15478, 14540, 13659, 12832,
)
_EXP_256 = (
    32767, 32639, 32512, 32385, 32259, 32133, 32008, 31883,
    31759, 31635, 31512, 31389, 31266, 31145, 31023, 30902,
)


def exp_q15(t):
    """Return 32767 * exp(-t / 256) for t >= 0, at most a few 2**-15 steps low."""
    if t >= 3072:
        return 0
    e = (_EXP_1[t >> 8] * _EXP_16[(t >> 4) & 15]) >> 15
    return (e * _EXP_256[t & 15]) >> 15


def softmax(s):
    """Return the probabilities of the scores s in Q15; they sum to 32768 exactly."""
    limit, left, multiplier, shift = SOFTMAX
    top = max(s)
    e = [exp_q15(requantize(min(top - a, limit) << left, multiplier, shift)) for a in s]
    total = sum(e)
    q = [(a << 15) // total for a in e]
    # Add the rounding remainder to the largest.
    q[list(s).index(top)] += 32768 - sum(q)
    return q


def probabilities(values):
    """Return each class's probability in Q15, integers that sum to 32768."""
    return softmax(forward(values))


def predict_proba(values):
    """Return each class's probability as a float."""
    return [q / 32768 for q in probabilities(values)]
