"""Input with few levels, such as pixels, in Thumb-1 assembly: bytes, lists and tuples at once.

Other sequences, and what does not fit, go to `each_level`. Bytes reach assembly as an address
from MicroPython 1.12 on.
"""

from array import array

import micropython
from each_level import each_level
from lengths import as_sequence

# Literals of an example network; the exporter puts the network's own in their place.
INPUTS = 2
INPUT_MIN = 0
INPUT_MAX = 255
INPUT_GAIN = 1
X0 = bytearray(2)

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
    """Return values as the network's uint8 input; ValueError says what does not fit."""
    kind = type(values)
    items = kind is list or kind is tuple
    if (items or kind is bytes or kind is bytearray) and len(values) == INPUTS:
        if fill(values, X0, _LIMITS, items) == 0:
            return X0
    return each_level(as_sequence(values))
