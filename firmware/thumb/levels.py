"""Input of few whole levels: bytes, lists and tuples of integers at the speed of assembly.

All else, and all that does not fit, is for the loop of `runtime/levels.py`, which says what it is.
"""
# ruff: noqa: F821

from array import array

import micropython
from lengths import as_sequence

# Literals of an example network; the exporter puts the network's own in their place.
INPUTS = 2
INPUT_MIN = 0
INPUT_MAX = 255
INPUT_GAIN = 1
X0 = bytearray(2)

_LIMITS = array("i", [INPUTS, INPUT_MIN, INPUT_MAX - INPUT_MIN, INPUT_GAIN])


# x from values: bytes, or with items = 1 the objects of a list. Returns how many are left at the
# first that is no small int or no level.
@micropython.asm_thumb
def _fill(r0, r1, r2, r3):  # values, x, limits, items
    ldr(r4, [r2, 0])
    add(r4, r4, r1)
    ldr(r5, [r2, 4])
    ldr(r6, [r2, 8])
    ldr(r7, [r2, 12])
    label(NEXT)
    cmp(r3, 0)
    bne(ITEM)
    ldrb(r2, [r0, 0])
    add(r0, 1)
    b(LEVEL)
    label(ITEM)
    ldr(r2, [r0, 0])
    add(r0, 4)
    asr(r2, r2, 1)
    bcc(END)
    label(LEVEL)
    sub(r2, r2, r5)
    cmp(r2, r6)
    bhi(END)
    mul(r2, r7)
    strb(r2, [r1, 0])
    add(r1, 1)
    cmp(r1, r4)
    bne(NEXT)
    label(END)
    sub(r0, r4, r1)


@micropython.asm_thumb
def _first(r0):
    ldrb(r0, [r0, 0])


# MicroPython of 2017 passes the object of bytes to assembly: it starts with an aligned address.
_BUFFERS = (bytearray, bytes) if _first(b"\x01") == 1 else (bytearray,)


def quantize(values):
    """Return values as the network's uint8 input; ValueError says what does not fit."""
    values = as_sequence(values)
    kind = type(values)
    if kind in _BUFFERS:
        if not _fill(values, X0, _LIMITS, 0):
            return X0
    elif kind is list or kind is tuple:
        if not _fill(values, X0, _LIMITS, 1):
            return X0
    i = 0
    for v in values:
        if isinstance(v, float) and abs(v) < 1e9:
            v = int(v + 0.5) if v >= 0 else -int(0.5 - v)
        if not isinstance(v, (int, bool)) or v < INPUT_MIN or v > INPUT_MAX:
            raise ValueError("input %d is %r, expected %d to %d" % (i, v, INPUT_MIN, INPUT_MAX))
        X0[i] = (v - INPUT_MIN) * INPUT_GAIN
        i += 1
    return X0
