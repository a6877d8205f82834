# xor: a neural network in fixed point, made by thumbnet 0.1.0 for board 'pico2'.
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
import micropython

INPUTS = 2
LABELS = ('same', 'different')
INPUT_MIN = 0
INPUT_MAX = 1
INPUT_GAIN = 255
THRESHOLD = 0
SOFTMAX_LIMIT = 32547
SOFTMAX_STEPS = (14949, 3826899)
ARENA = bytearray(8)
X0 = ARENA
SCORES = array("i", [0] * 1)
P1 = array("i", (
    2, 2, 0, 4, 128, 0,  # inputs, outputs, x_at, y_at, zero_point, activation_min
    255, 16, 0, 1,  # activation_max, table, wide, pieces
    # bias, multiplier, shift of each output
    -16192, 20887, 22,
    -48578, 20887, 22,
))
W1 = (
    # outputs 0 to 1, weight + 128: for each 4 inputs, 4 bytes for each output
    b'\xff\xff\x80\x80\xff\xff\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80'
    # the curve: a byte of y for each q from 0 to 255
    b'\x00\x00\x00\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01'
    b'\x01\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x03\x03\x03\x03\x03\x03\x03\x04\x04\x04\x04\x04\x05'
    b'\x05\x05\x05\x05\x06\x06\x06\x07\x07\x07\x08\x08\x08\t\t\n\n\x0b\x0b\x0c\x0c\r\x0e\x0e'
    b'\x0f\x10\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1e\x1f "#%&(*'
    b'+-/13579;>@CEGJMORUX[^ad'
    b'gjmpsvy|\x80\x83\x86\x89\x8c\x8f\x92\x95\x98\x9b\x9e\xa1\xa4\xa7\xaa\xad'
    b'\xb0\xb2\xb5\xb8\xba\xbc\xbf\xc1\xc4\xc6\xc8\xca\xcc\xce\xd0\xd2\xd4\xd5\xd7\xd9\xda\xdc\xdd\xdf'
    b'\xe0\xe1\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed\xee\xef\xef\xf0\xf1\xf1\xf2\xf3\xf3\xf4\xf4'
    b'\xf5\xf5\xf6\xf6\xf7\xf7\xf7\xf8\xf8\xf8\xf9\xf9\xf9\xfa\xfa\xfa\xfa\xfa\xfb\xfb\xfb\xfb\xfb\xfc'
    b'\xfc\xfc\xfc\xfc\xfc\xfc\xfd\xfd\xfd\xfd\xfd\xfd\xfd\xfd\xfd\xfd\xfe\xfe\xfe\xfe\xfe\xfe\xfe\xfe'
    b'\xfe\xfe\xfe\xfe\xfe\xfe\xfe\xfe\xfe\xfe\xfe\xfe\xfe\xfe\xff\xff'
)
P2 = array("i", (
    2, 1, 4, 0, 0, -268435456,  # inputs, outputs, x_at, y_at, zero_point, activation_min
    268435456, 0, 1, 1,  # activation_max, table, wide, pieces
    # bias, multiplier, shift of each output
    -16192, 32766, 16,
))
W2 = (
    # output 0, weight + 128: for each 4 inputs, 4 bytes for each output
    b'\xff\x01\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80'
)
CHECKED = (
    'INPUTS', 'INPUT_MIN', 'INPUT_MAX', 'INPUT_GAIN', 'THRESHOLD', 'SOFTMAX_LIMIT',
    'SOFTMAX_STEPS', 'P1', 'W1', 'P2', 'W2', 'LABELS', '_LIMITS',
)
CRC = "9ac610f8"


# p: inputs, outputs, x_at, y_at, zero_point, activation_min, activation_max, table (its place in w,
# or 0), wide, pieces, then bias, multiplier and shift of each output.
@micropython.asm_thumb
def fully_connected(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    # r0: start of x, r4: its end, r2: the next output
    ldr(r4, [r3, 8])  # x_at
    add(r0, r0, r4)
    ldr(r4, [r3, 0])  # inputs
    add(r4, r4, r0)
    mov(r5, 0)
    mov(r7, r4)
    b(ALIGN)
    label(PAD)
    strb(r5, [r7, 0])
    add(r7, 1)
    label(ALIGN)
    lsl(r6, r7, 30)
    bne(PAD)
    # 128 times the sum of x
    mov(r5, 0)
    mov(r8, r5)
    mov(r7, r0)
    label(ADD)
    data(2, 0xCF40)  # ldm r7!, {r6}
    data(2, 0xFB76, 0x5508)  # usada8 r5, r6, r8, r5
    cmp(r7, r4)
    bcc(ADD)
    lsl(r5, r5, 7)
    neg(r5, r5)
    push({r5})
    ldr(r5, [r3, 12])  # y_at
    ldr(r6, [r3, 32])  # wide
    lsl(r6, r6, 1)
    lsl(r5, r6)
    add(r2, r2, r5)
    # the frame: x, next weights, output, p, end of x, next parameters, outputs left, w
    mov(r5, r3)
    add(r5, 40)  # bias
    ldr(r6, [r3, 4])  # outputs
    mov(r7, r1)
    push({r0, r1, r2, r3, r4, r5, r6, r7})
    label(BLOCK)
    data(2, 0x9800, 0x9901, 0x9A06)  # ldr r0 (x), r1 (weights), r2 (outputs)
    # sums: r6 to r12 and r14
    mov(r6, 0)
    mov(r7, 0)
    mov(r8, r6)
    mov(r9, r6)
    mov(r10, r6)
    mov(r11, r6)
    mov(r12, r6)
    mov(r14, r6)
    cmp(r2, 4)
    bgt(EIGHT)
    label(FOUR)
    data(2, 0xC804)  # ldm r0!, {r2}
    cmp(r2, 0)
    beq(ZERO4)
    data(2, 0xFA3F, 0xF392)  # uxtb16 r3, r2, ror 8
    data(2, 0xFA3F, 0xF282)  # uxtb16 r2, r2
    data(2, 0x680C, 0xFA3F, 0xF584, 0xFA3F, 0xF494, 0xFB25, 0x6602, 0xFB24, 0x6603)  # r6
    data(2, 0x684C, 0xFA3F, 0xF584, 0xFA3F, 0xF494, 0xFB25, 0x7702, 0xFB24, 0x7703)  # r7
    data(2, 0x688C, 0xFA3F, 0xF584, 0xFA3F, 0xF494, 0xFB25, 0x8802, 0xFB24, 0x8803)  # r8
    data(2, 0x68CC, 0xFA3F, 0xF584, 0xFA3F, 0xF494, 0xFB25, 0x9902, 0xFB24, 0x9903)  # r9
    label(ZERO4)
    add(r1, 16)
    data(2, 0x9B04)  # ldr r3 (end)
    cmp(r0, r3)
    bcc(FOUR)
    b(SUMS)
    label(EIGHT)
    data(2, 0xC804)  # ldm r0!, {r2}
    cmp(r2, 0)
    beq(ZERO8)
    data(2, 0xFA3F, 0xF392)  # uxtb16 r3, r2, ror 8
    data(2, 0xFA3F, 0xF282)  # uxtb16 r2, r2
    data(2, 0x680C, 0xFA3F, 0xF584, 0xFA3F, 0xF494, 0xFB25, 0x6602, 0xFB24, 0x6603)  # r6
    data(2, 0x684C, 0xFA3F, 0xF584, 0xFA3F, 0xF494, 0xFB25, 0x7702, 0xFB24, 0x7703)  # r7
    data(2, 0x688C, 0xFA3F, 0xF584, 0xFA3F, 0xF494, 0xFB25, 0x8802, 0xFB24, 0x8803)  # r8
    data(2, 0x68CC, 0xFA3F, 0xF584, 0xFA3F, 0xF494, 0xFB25, 0x9902, 0xFB24, 0x9903)  # r9
    data(2, 0x690C, 0xFA3F, 0xF584, 0xFA3F, 0xF494, 0xFB25, 0xAA02, 0xFB24, 0xAA03)  # r10
    data(2, 0x694C, 0xFA3F, 0xF584, 0xFA3F, 0xF494, 0xFB25, 0xBB02, 0xFB24, 0xBB03)  # r11
    data(2, 0x698C, 0xFA3F, 0xF584, 0xFA3F, 0xF494, 0xFB25, 0xCC02, 0xFB24, 0xCC03)  # r12
    data(2, 0x69CC, 0xFA3F, 0xF584, 0xFA3F, 0xF494, 0xFB25, 0xEE02, 0xFB24, 0xEE03)  # r14
    label(ZERO8)
    add(r1, 32)
    data(2, 0x9B04)  # ldr r3 (end)
    cmp(r0, r3)
    bcc(EIGHT)
    label(SUMS)
    data(2, 0x9101)  # str r1 (weights)
    # the sums on the stack, r8: the frame, r9: w, r10: -128 * sum of x
    mov(r0, r8)
    mov(r1, r9)
    mov(r2, r10)
    mov(r3, r11)
    mov(r4, r12)
    mov(r5, r14)
    mov(r8, sp)
    push({r0, r1, r2, r3, r4, r5})
    push({r6, r7})
    data(2, 0x9C0B, 0x9D0D, 0x9E0A, 0x9F0E)  # ldr r4 (p), r5, r6, r7 (outputs)
    data(2, 0x980F)  # ldr r0 (w)
    mov(r9, r0)
    data(2, 0x9810)  # ldr r0 (-128 * sum)
    mov(r10, r0)
    label(CHANNEL)
    pop({r0})
    data(2, 0x4450)  # add r0, r10
    ldr(r1, [r5, 0])  # bias
    add(r0, r0, r1)
    ldr(r1, [r4, 36])  # pieces
    cmp(r1, 1)
    bgt(PARTIAL)
    # requantize
    ldr(r1, [r5, 4])  # multiplier
    asr(r2, r0, 15)
    mul(r2, r1)
    lsl(r0, r0, 17)
    lsr(r0, r0, 17)
    mul(r0, r1)
    lsr(r0, r0, 15)
    add(r0, r0, r2)
    ldr(r1, [r5, 8])  # shift
    sub(r1, 16)
    asr(r0, r1)
    add(r0, 1)
    asr(r0, r0, 1)
    ldr(r1, [r4, 16])  # zero_point
    add(r0, r0, r1)
    # clamp
    ldr(r1, [r4, 20])  # activation_min
    cmp(r0, r1)
    bge(LOW)
    mov(r0, r1)
    label(LOW)
    ldr(r1, [r4, 24])  # activation_max
    cmp(r0, r1)
    ble(HIGH)
    mov(r0, r1)
    label(HIGH)
    ldr(r1, [r4, 28])  # table
    cmp(r1, 0)
    beq(STORE)
    add(r0, r0, r1)
    data(2, 0x4448)  # add r0, r9
    ldrb(r0, [r0, 0])
    label(STORE)
    ldr(r1, [r4, 32])  # wide
    cmp(r1, 0)
    bne(WIDE)
    strb(r0, [r6, 0])
    add(r6, 1)
    b(NEXT)
    label(WIDE)
    str(r0, [r6, 0])
    add(r6, 4)
    b(NEXT)
    label(PARTIAL)
    str(r0, [r5, 0])  # bias
    label(NEXT)
    add(r5, 12)
    sub(r7, 1)
    beq(DONE)
    data(2, 0x45E8)  # cmp r8, sp
    bne(CHANNEL)
    data(2, 0x9505, 0x9602, 0x9706)  # str r5, r6, r7 (outputs)
    b(BLOCK)
    label(DONE)
    mov(sp, r8)
    ldr(r0, [r4, 36])  # pieces
    sub(r0, 1)
    ble(LAST)
    str(r0, [r4, 36])  # pieces
    ldr(r0, [r4, 8])  # x_at
    ldr(r1, [r4, 0])  # inputs
    add(r0, r0, r1)
    str(r0, [r4, 8])  # x_at
    label(LAST)
    data(2, 0xB009)  # add sp, 36
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)
    mov(r0, 0)


LAYERS = (
    # kernel, x, w, y, p
    (fully_connected, ARENA, W1, ARENA, P1),
    (fully_connected, ARENA, W2, SCORES, P2),
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


_LIMITS = array("i", [INPUTS, INPUT_MIN, INPUT_MAX - INPUT_MIN, INPUT_GAIN])


# r0: bytes, or with r3 = 1 the items of a list: small integers are 2 * v + 1, others even. r1: X0.
# r2: limits. Returns how many are left from the first that is not a small integer or not a level.
@micropython.asm_thumb
def fill(r0, r1, r2, r3):
    ldr(r4, [r2, 0])
    add(r4, r4, r1)
    ldr(r5, [r2, 4])
    ldr(r6, [r2, 8])
    ldr(r7, [r2, 12])
    cmp(r3, 0)
    bne(ITEM)
    label(BYTE)
    ldrb(r2, [r0, 0])
    sub(r2, r2, r5)
    cmp(r2, r6)
    bhi(END)
    mul(r2, r7)
    strb(r2, [r1, 0])
    add(r0, 1)
    add(r1, 1)
    cmp(r1, r4)
    bne(BYTE)
    b(END)
    label(ITEM)
    ldr(r2, [r0, 0])
    asr(r2, r2, 1)
    bcc(END)
    sub(r2, r2, r5)
    cmp(r2, r6)
    bhi(END)
    mul(r2, r7)
    strb(r2, [r1, 0])
    add(r0, 4)
    add(r1, 1)
    cmp(r1, r4)
    bne(ITEM)
    label(END)
    sub(r0, r4, r1)


def quantize(values):
    # Return values as the network's uint8 input; ValueError says what does not fit.
    kind = type(values)
    items = kind is list or kind is tuple
    if (items or kind is bytes or kind is bytearray) and len(values) == INPUTS:
        if fill(values, X0, _LIMITS, items) == 0:
            return X0
    return each_level(as_sequence(values))


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
