# exam: a neural network in fixed point, made by thumbnet 0.1.0 for board 'generic'.
#
# 1 -> 1. 2 parameters, 1 multiply-accumulate.
#
# Input: 1 number from 0 to 12, rounded to 0.5. In order: hours.
#
#     import exam
#     exam.predict(values)        # the prediction, in the units of the training data
#     exam.scores(values)         # the integer outputs, equal on every board and on the PC
#     exam.check()                # ValueError if a weight or parameter is not as exported

INPUTS = 1
SCALING = (
    # units, minimum, maximum, left_shift, bias, multiplier, shift
    (2, 0, 24, 14, 0, 21760, 25),
)
INPUT_ZERO_POINT = 0
OUTPUT_STEP = 1
OUTPUT_UNITS = 100
ARENA = memoryview(bytearray(4))
X0 = ARENA[0:1]  # the input
SCORES = [0] * 1
P1 = (
    1, 0, 0, -268435456,  # outputs, y_at, zero_point, activation_min
    268435456, 0,  # activation_max, table
    # bias, multiplier, shift of each output
    14720, 26712, 17,
)
W1 = (
    # weight + 128, a row for each output
    b'\xff'
)
CHECKED = (
    'INPUTS', 'SCALING', 'INPUT_ZERO_POINT', 'OUTPUT_STEP', 'OUTPUT_UNITS', 'P1', 'W1',
)
CRC = "d43b10e1"


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
    (fully_connected, X0, W1, SCORES, P1),
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
    # Return the prediction in real units: score * OUTPUT_STEP / OUTPUT_UNITS.
    return forward(values)[0] * OUTPUT_STEP / OUTPUT_UNITS


def predict(values):
    # Return the answer to values; RuntimeError if another call still runs.
    enter()
    try:
        return answer(values)
    finally:
        leave()
