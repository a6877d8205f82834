# weather: a neural network in fixed point, made by thumbnet 0.1.0 for board 'generic'.
#
# 2 -> 3 relu -> 3 softmax. 21 parameters, 15 multiply-accumulates.
#
# Input: 2 numbers: celsius (-20 to 40), hectopascal (950 to 1050).
#
#     import weather
#     weather.predict(values)        # class index; LABELS[i] names it
#     weather.predict_proba(values)  # a probability for each class, floats
#     weather.probabilities(values)  # the same as integers: 32768 is 1.0
#     weather.scores(values)         # the integer outputs, equal on every board and on the PC
#     weather.check()                # ValueError if a weight or parameter is not as exported

INPUTS = 2
LABELS = ('sun', 'rain', 'wind')
SCALING = (
    # units, minimum, maximum, left_shift, bias, multiplier, shift, a line for each feature or channel
    (10, -200, 400, 14, -1638400, 27744, 30),
    (1, 950, 1050, 14, -16384000, 20808, 27),
)
INPUT_ZERO_POINT = 128
SOFTMAX_LIMIT = 40684
SOFTMAX_STEPS = (11959, 3061519)
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
CHECKED = (
    'INPUTS', 'SCALING', 'INPUT_ZERO_POINT', 'SOFTMAX_LIMIT', 'SOFTMAX_STEPS', 'P1', 'W1',
    'P2', 'W2', 'LABELS',
)
CRC = "71d0e1af"


def requantize(acc, multiplier, shift):
    # Return (acc * multiplier + 2**(shift - 1)) >> shift, rounding half up.
    # acc = high * 2**15 + low, low >= 0: every product fits 31 bits, and the floor is exact.
    high = (acc >> 15) * multiplier
    low = ((acc & 0x7FFF) * multiplier) >> 15
    return (high + low + (1 << (shift - 16))) >> (shift - 15)


# p: outputs, y_at, zero_point, activation_min, activation_max, table (its place in w, or 0), then
# bias, multiplier and shift of each output.
def fully_connected(x, w, y, p):
    # Write one layer's outputs into y, from entry y_at on.
    #
    # x: the inputs, uint8. w: a row of weights per output, each weight + 128, then the 256-entry
    # table if there is one.
    # A slice would take heap.
    outputs = p[0]
    at = p[1]
    zero_point = p[2]
    low = p[3]
    high = p[4]
    table = p[5]
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
    # Write values into X0 and return it; ValueError names the first that does not fit.
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
    # Return values, a list, tuple, bytes or array of INPUTS items, or raise ValueError.
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
    # Return values as the network's uint8 input; ValueError says what does not fit.
    return each_reading(as_sequence(values))


def forward(values):
    # Run the network; the next call overwrites the returned buffer.
    quantize(values)
    for kernel, x, w, y, p in LAYERS:
        kernel(x, w, y, p)
    return y


try:
    from _thread import allocate_lock

    _LOCK = allocate_lock()
except ImportError:  # no threads: only an interrupt can come between
    _LOCK = None
_BUSY = bytearray(1)


def leave():
    # End a call.
    _BUSY[0] = 0
    if _LOCK:
        _LOCK.release()


def enter():
    # Begin a call; RuntimeError if another still runs.
    if _BUSY[0] or _LOCK and not _LOCK.acquire(0):
        raise RuntimeError("busy with another call: make one at a time")
    _BUSY[0] = 1


def scores(values):
    # Return the integer outputs of the last layer, the numbers that PC and board agree on.
    enter()
    try:
        return list(forward(values))
    finally:
        leave()


def intact():
    # Raise ValueError if a weight or parameter is not what was exported.
    from binascii import crc32  # some small firmware has none

    crc = 0
    for name in CHECKED:
        value = globals()[name]
        for part in value if isinstance(value, (tuple, list)) else (value,):
            try:
                crc = crc32(part, crc)
            except TypeError:  # not a buffer
                crc = crc32(str(part).encode(), crc)
    if "%08x" % (crc & 0xFFFFFFFF) != CRC:
        raise ValueError(__name__ + " is damaged: reset the board, or copy the module again")


def check():
    # Raise ValueError if a weight or parameter is not what was exported (CRC-32).
    enter()
    try:
        intact()
    finally:
        leave()


def answer(values):
    # Return the class index of values; LABELS names it. The first of equal scores wins.
    s = forward(values)
    best = max(s)
    i = 0
    while s[i] != best:
        i += 1
    return i


# e: at most 2**13 integers from 0 to 2**28, which is that of the winner; it is overwritten.
def apportion(e, winner):
    # Return shares of 32768 in proportion to e; they sum to it exactly.
    # The total, in two words: one could exceed 31 bits.
    high = low = 0
    for a in e:
        low += a
        high += low >> 20
        low &= 0xFFFFF
    # Scaled to 21 bits, quotients by it fit 31 bits if they are computed in two parts.
    k = 7
    while high > 255:
        low = low >> 1 | (high & 1) << 19
        high >>= 1
        k += 1
    total = high << 13 | low >> 7
    q = []
    for i in range(len(e)):
        high, a = divmod(e[i] >> k << 8, total)
        low, e[i] = divmod(a << 7, total)
        q.append(high << 7 | low)
    # The largest remainders are rounded up; of equal ones, that of the winner first.
    e[winner] += 1
    for _ in range(32768 - sum(q)):
        i = e.index(max(e))
        q[i] += 1
        e[i] -= total
    return q


def power_of_half(u):
    # Return 2**28 * 2**-(u / 2**24) for 0 <= u < 2**30, within 7e-5 of its value or 1.
    if u >= 0x1D000000:
        return 0
    # u = 2**24 * whole - fraction, so that the power is 2**fraction / 2**whole.
    whole = -(-u >> 24)
    f = (-u & 0xFFFFFF) >> 9
    # (2**f - 1) / f for f below 1, all in Q15.
    g = 22707 + (f * (7909 + (f * (1712 + (440 * f >> 15)) >> 15)) >> 15)
    return (0x10000000 + (f * g >> 2) + (1 << whole >> 1)) >> whole


def softmax(s):
    # Return the probabilities of the scores s in Q15; they sum to 32768 exactly.
    top = max(s)
    e = []
    for a in s:
        left = min(top - a, SOFTMAX_LIMIT)
        u = 0
        for step in SOFTMAX_STEPS:
            u += (left & 255) * step
            left >>= 8
        e.append(power_of_half(u))
    return apportion(e, list(s).index(top))


def probabilities(values):
    # Return each class's probability in Q15, integers that sum to 32768.
    enter()
    try:
        return softmax(forward(values))
    finally:
        leave()


def predict_proba(values):
    # Return each class's probability as a float.
    return [q / 32768 for q in probabilities(values)]


def predict(values):
    # Return the answer to values; RuntimeError if another call still runs.
    enter()
    try:
        return answer(values)
    finally:
        leave()
