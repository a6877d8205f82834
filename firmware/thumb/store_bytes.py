"""Samples of sound in bytes, in Thumb-1 assembly, from the caller to the ring buffer of a frame.

`data` emits instructions that the assembler does not know, and packs those that need no label: on a
board each line of source takes heap. The comment beside it has the instructions.
"""

from array import array

import micropython

# Literal of an example front end; the exporter puts the network's own in its place.
SAMPLES = array("h", [0] * 8)


# r0: bytes, the low one first, which may begin at an odd address; r1: SAMPLES, r2: the first sample
# of the bytes, r3: 4096 times the first place in SAMPLES, and how many there are.
@micropython.asm_thumb
def copy_samples(r0, r1, r2, r3):
    #: lsl r2, r2, 1; add r0, r0, r2; lsr r2, r3, 12; lsl r2, r2, 1; add r1, r1, r2; lsl r3, r3, 20;
    #: lsr r3, r3, 19; add r3, r3, r1
    data(2, 0x0052, 0x1880, 0x0B1A, 0x0052, 0x1889, 0x051B, 0x0CDB, 0x185B)
    b(TEST)
    label(SAMPLE)
    #: ldrb r2, [r0, 0]; ldrb r4, [r0, 1]; lsl r4, r4, 8; orr r2, r4; strh r2, [r1, 0]; add r0, 2;
    #: add r1, 2
    data(2, 0x7802, 0x7844, 0x0224, 0x4322, 0x800A, 0x3002, 0x3102)
    label(TEST)
    cmp(r1, r3)
    bne(SAMPLE)


# Defaults are made once. A name of the module is looked up at each use, and a builtin like `len`
# only after all of these names: that takes longer than most of the assembly.
def store_bytes(pcm, begin, end, at, copy=copy_samples, samples=SAMPLES, size=len(SAMPLES)):
    """Write samples begin to end - 1 of bytes, the low byte first, to SAMPLES[at ...]."""
    n = end - begin
    room = size - at
    if n >= room:
        copy(pcm, samples, begin, (at << 12) + room)
        begin += room
        n -= room
        at = 0
    copy(pcm, samples, begin, (at << 12) + n)
    return at + n
