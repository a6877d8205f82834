# xor: a neural network in fixed point, made by thumbnet 0.1.0 for board 'generic'.
#
# 2 -> 2 sigmoid -> 1 sigmoid. 9 parameters, 6 multiply-accumulates.
#
# Input: 2 numbers from 0 to 1, whole. In order: a, b.
#
#     import xor
#     xor.predict(values)        # class index; LABELS[i] names it
#     xor.predict_proba(values)  # a probability for each class, floats
#     xor.probabilities(values)  # the same as integers: 32768 is 1.0
#     xor.scores(values)         # the integer outputs, equal on every board and on the PC
#     xor.check()                # ValueError if a weight or parameter is not as exported

from array import array
from binascii import crc32

INPUTS = 2
LABELS = ('same', 'different')
INPUT_MIN = 0
INPUT_MAX = 1
INPUT_GAIN = 255
THRESHOLD = 0
SOFTMAX_LIMIT = 32547
SOFTMAX_STEPS = (14949, 3826899)
ARENA = memoryview(bytearray(8))
X0 = ARENA[0:2]  # the input
X1 = ARENA[4:6]  # dense_activation: 2
SCORES = [0] * 1
BUFFER = memoryview(bytearray(256))
PARAMETERS = memoryview(array("i", [0] * 12))
W1 = BUFFER[0:4]
P1 = PARAMETERS[0:12]
W2 = BUFFER[0:256]
P2 = PARAMETERS[0:1]
W3 = BUFFER[0:2]
P3 = PARAMETERS[0:9]
WEIGHTS = (350, 0x7F4C2060)  # length, CRC-32
CHECKED = (
    'INPUTS', 'INPUT_MIN', 'INPUT_MAX', 'INPUT_GAIN', 'THRESHOLD', 'SOFTMAX_LIMIT',
    'SOFTMAX_STEPS', 'WEIGHTS', 'LABELS',
)
CRC = "3cc8fbb1"


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


# p: n.
def lookup(x, w, y, p):
    # Write w[q] for each q of x into y; w: the 256-entry table.
    n = p[0]
    for i in range(n):
        y[i] = w[x[i]]


LAYERS = (
    # kernel, times p is read, times w is read for each p, x, w, y, p
    (fully_connected, 1, 1, X0, W1, X1, P1),
    (lookup, 1, 1, X1, W2, X1, P2),
    (fully_connected, 1, 1, X1, W3, SCORES, P3),
)


def each_level(values):
    # Write values into X0 and return it; ValueError names the first that does not fit.
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
    each_level(as_sequence(values))
    return X0


def weights_name():
    # Return the file's name: the module's path with suffix .bin.
    return __file__.rsplit(".", 1)[0] + ".bin"


def check_header(name, head):
    # Raise ValueError if head, the file's first 12 bytes, does not belong to these weights.
    if head[:4] != b"TNW1":
        raise ValueError("%s is not a weights file: copy the one that was exported" % name)
    sizes = (int.from_bytes(head[4:8], "little"), int.from_bytes(head[8:12], "little"))
    if sizes != WEIGHTS:
        raise ValueError("%s is of another model: copy the one exported with this module" % name)


def check_payload(name, length, crc):
    # Raise ValueError if the length or CRC-32 of the payload is wrong.
    if (length, crc & 0xFFFFFFFF) != WEIGHTS:
        raise ValueError(
            "%s is damaged (%d of %d bytes, CRC-32 %08x, not %08x): copy it again"
            % (name, length, WEIGHTS[0], crc & 0xFFFFFFFF, WEIGHTS[1])
        )


def open_weights():
    # Return the open file; ValueError names it and says what is wrong with it.
    name = weights_name()
    try:
        file = open(name, "rb")
    except OSError:
        raise ValueError("%s is missing: copy it beside the module" % name)
    check_file(name, file)
    return file


def check_file(name, file):
    # Raise ValueError if the open file, read from its start, is not what was exported.
    check_header(name, file.read(12))
    buffer = bytearray(256)
    length = crc = 0
    while True:
        n = file.readinto(buffer)
        if not n:
            break
        crc = crc32(memoryview(buffer)[:n], crc)
        length += n
    check_payload(name, length, crc)


_FILE = open_weights()


def forward(values):
    # Run the network; the next call overwrites the returned buffer.
    quantize(values)
    _FILE.seek(12)
    for kernel, blocks, pieces, x, w, y, p in LAYERS:
        if not blocks:
            kernel(x, w, y, p)
        for _ in range(blocks):
            _FILE.readinto(p)
            for _ in range(pieces):
                _FILE.readinto(w)
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
    # Raise ValueError if a weight or parameter, here or in the file, is not what was exported.
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
    _FILE.seek(0)
    check_file(weights_name(), _FILE)


def check():
    # Raise ValueError if a weight or parameter is not what was exported (CRC-32).
    enter()
    try:
        intact()
    finally:
        leave()


def answer(values):
    # Return 1 if the score reaches THRESHOLD, else 0; LABELS names them.
    return 1 if forward(values)[0] >= THRESHOLD else 0


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
    # Return the probabilities of class 0 and class 1 in Q15, integers that sum to 32768.
    enter()
    try:
        return softmax([0, forward(values)[0]])
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
