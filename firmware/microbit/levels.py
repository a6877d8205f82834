"""Input with few levels on a micro:bit v1: bytes, or a list of integers."""

from array import array

import micropython

# Literals of an example network; the exporter puts the network's own in their place.
INPUTS = 2
INPUT_MIN = 0
INPUT_MAX = 255
INPUT_GAIN = 1
X0 = bytearray(2)

_LIMITS = array("i", (INPUTS, INPUT_MIN, INPUT_MAX, INPUT_GAIN))
_HOW = {bytes: 0, bytearray: 1, list: 4, tuple: 4}


@micropython.asm_thumb
def fill(r0, r1, r2, r3):
    # r0: data or items; r1: x; r2: limits; r3: 4 for items, 1 for a bytearray, 0 for bytes, which
    # this firmware hands over as the object: its data's address is the fourth word
    ldr(r4, [r2, 0])
    add(r4, r4, r1)
    cmp(r3, 0)
    bne(LOOP)
    ldr(r0, [r0, 12])
    mov(r3, 1)
    label(LOOP)
    cmp(r3, 1)
    bne(ITEM)
    ldrb(r5, [r0, 0])
    b(VALUE)
    label(ITEM)
    ldr(r5, [r0, 0])
    asr(r5, r5, 1)  # a small integer has its lowest bit set
    bcc(END)
    label(VALUE)
    ldr(r6, [r2, 8])
    cmp(r5, r6)
    bgt(END)
    ldr(r6, [r2, 4])
    sub(r5, r5, r6)
    bmi(END)
    ldr(r6, [r2, 12])
    mul(r5, r6)
    strb(r5, [r1, 0])
    add(r0, r0, r3)
    add(r1, 1)
    cmp(r1, r4)
    bne(LOOP)
    label(END)
    sub(r0, r4, r1)


def quantize(values):
    """Return values as the network's uint8 input; ValueError if they do not fit."""
    how = _HOW.get(type(values))
    if how is None or len(values) != INPUTS or fill(values, X0, _LIMITS, how):
        raise ValueError(
            "expected %d of %d to %d, as bytes or list" % (INPUTS, INPUT_MIN, INPUT_MAX)
        )
    return X0
