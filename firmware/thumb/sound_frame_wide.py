"""A frame of sound in Thumb-1 assembly: its window, in 31 bits.

`data` emits instructions that the assembler does not know, and packs those that need no label: on a
board each line of source takes heap. The comment beside it, or `#:` above it, has the instructions,
with words of the frame by name.
"""

from array import array

import micropython

# Literals of an example front end; the exporter puts the network's own in their place.
FFT = 8
SAMPLES = array("h", [0] * 8)
# The first half of the window in 2**-20, with its middle; the second half mirrors it.
COEFFICIENTS = array("i", [0, 153561, 524288, 895015, 1048576])
# Bits that a sample of 30 bits loses, so that sums of the transform fit.
FRAME_SHIFT = 2
REAL = array("i", [0] * 4)
IMAGINARY = array("i", [0] * 4)


# r0: SAMPLES, r1: how many. Returns the bits that all of them leave free.
@micropython.asm_thumb
def free_bits(r0, r1):
    # r1: the end, r2: ones wherever a sample differs from its sign
    data(2, 0x0049, 0x1809, 0x2200)  # lsl r1, r1, 1; add r1, r1, r0; mov r2, 0
    label(SAMPLE)
    #: ldrh r3, [r0, 0]; sxth r3, r3; asr r4, r3, 31; eor r3, r4; orr r2, r3; add r0, 2; cmp r0, r1
    data(2, 0x8803, 0xB21B, 0x17DC, 0x4063, 0x431A, 0x3002, 0x4288)
    bne(SAMPLE)
    mov(r0, 15)
    b(BITS)
    label(BIT)
    data(2, 0x3801, 0x0852)  # sub r0, 1; lsr r2, r2, 1
    label(BITS)
    cmp(r2, 0)
    bne(BIT)


# r0: SAMPLES, r1: COEFFICIENTS, r2: REAL, r3: IMAGINARY. There are only four arguments, so REAL
# begins with five numbers: the place of the oldest sample, how many there are, FFT, FRAME_SHIFT
# and the bits that the samples are shifted by before.
@micropython.asm_thumb
def fill_wide(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    # frame: BEGIN 0, WINDOW 4, BACK 8, ROUNDING 12, DIGITS 16, FRAME 20
    # BEGIN: SAMPLES, WINDOW: COEFFICIENTS, BACK: where the second half of the window begins.
    # DIGITS: four times in FFT / 2, the first step of the place r4. r8: the end of SAMPLES,
    # r9: from one coefficient to the next, r10: REAL, r11: bits before, r12: the end of this half
    # of the window, lr: bits after. r3: REAL ^ IMAGINARY
    #: sub sp, FRAME; str r0, BEGIN; str r1, WINDOW; mov r10, r2; ldr r4, [r2, 16]; mov r11, r4;
    #: ldr r4, [r2, 12]; mov lr, r4; mov r5, 1; lsl r5, r4; lsr r5, r5, 1; str r5, ROUNDING;
    #: ldr r6, [r2, 8]; lsl r6, r6, 1; lsr r4, r6, 2; str r4, DIGITS; ldr r4, [r2, 4];
    #: lsl r5, r4, 1; add r5, r5, r0; mov r8, r5; lsr r5, r4, 1; lsl r5, r5, 2; add r5, r5, r1;
    #: add r7, r5, 4; mov r12, r7; mov r7, 1; and r4, r7; lsl r4, r4, 2; add r5, r5, r4; sub r5, 4;
    #: str r5, BACK; mov r4, 4; mov r9, r4; ldr r4, [r2, 0]; lsl r4, r4, 1; add r0, r0, r4;
    #: mov r4, 0
    data(2, 0xB085, 0x9000, 0x9101, 0x4692, 0x6914, 0x46A3, 0x68D4, 0x46A6, 0x2501, 0x40A5)
    data(2, 0x086D, 0x9503, 0x6896, 0x0076, 0x08B4, 0x9404, 0x6854, 0x0065, 0x182D, 0x46A8)
    data(2, 0x0865, 0x00AD, 0x186D, 0x1D2F, 0x46BC, 0x2701, 0x403C, 0x00A4, 0x192D, 0x3D04)
    data(2, 0x9502, 0x2404, 0x46A1, 0x6814, 0x0064, 0x1900, 0x2400)
    label(ZERO)
    data(2, 0x3E04, 0x5194, 0x519C)  # sub r6, 4; str r4, [r2, r6]; str r4, [r3, r6]
    bne(ZERO)
    data(2, 0x4053)  # eor r3, r2
    label(SAMPLE)
    # In two parts, so that every number fits 32 bits.
    #: ldrh r5, [r0, 0]; sxth r5, r5; mov r6, r11; lsl r5, r6; ldr r6, [r1, 0]; lsr r7, r6, 5;
    #: mul r7, r5; lsl r6, r6, 27; lsr r6, r6, 27; mul r6, r5; asr r6, r6, 5; add r7, r7, r6;
    #: ldr r6, ROUNDING; add r7, r7, r6; mov r6, lr; asr r7, r6; str r7, [r2, r4]; add r1, r9;
    #: add r0, 2; cmp r0, r8
    data(2, 0x8805, 0xB22D, 0x465E, 0x40B5, 0x680E, 0x0977, 0x436F, 0x06F6, 0x0EF6, 0x436E)
    data(2, 0x1176, 0x19BF, 0x9E03, 0x19BF, 0x4676, 0x4137, 0x5117, 0x4449, 0x3002, 0x4540)
    beq(WRAP)
    label(WRAPPED)
    data(2, 0x4561)  # cmp r1, r12
    beq(TURN)
    label(NEXT)
    data(2, 0x405A, 0x4552)  # eor r2, r3; cmp r2, r10
    bne(SAMPLE)
    # Digits of base 4, reversed; the last one is of base 2 if FFT / 2 is no power of four.
    data(2, 0x9E04)  # ldr r6, DIGITS
    label(DIGIT)
    data(2, 0x0077, 0x19BF, 0x43A7)  # lsl r7, r6, 1; add r7, r7, r6; bic r7, r4
    bne(STEP)
    #: lsl r7, r6, 1; add r7, r7, r6; bic r4, r7; lsr r6, r6, 2; cmp r6, 2
    data(2, 0x0077, 0x19BF, 0x43BC, 0x08B6, 0x2E02)
    bne(DIGIT)
    mov(r6, 4)
    label(STEP)
    add(r4, r4, r6)
    b(SAMPLE)
    label(WRAP)
    data(2, 0x9800)  # ldr r0, BEGIN
    b(WRAPPED)
    label(TURN)
    data(2, 0x9E01, 0x4566)  # ldr r6, WINDOW; cmp r6, r12
    beq(END)
    #: mov r12, r6; mov r7, r9; neg r7, r7; mov r9, r7; ldr r1, BACK; cmp r1, r6
    data(2, 0x46B4, 0x464F, 0x427F, 0x46B9, 0x9902, 0x42B1)
    bne(NEXT)
    label(END)
    data(2, 0xB005)  # add sp, FRAME
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)


# Defaults are made once. A name of the module is looked up at each use, and a builtin like `len`
# only after all of these names: that takes longer than most of the assembly.
def load_frame(
    at,
    free=free_bits,
    fill=fill_wide,
    samples=SAMPLES,
    window=COEFFICIENTS,
    re=REAL,
    im=IMAGINARY,
    n=len(SAMPLES),
    size=FFT,
    shift=FRAME_SHIFT,
):
    """Write the window of SAMPLES, the oldest at `at`, to REAL and IMAGINARY in turn.

    All are shifted left by as many bits as the samples leave free, and stored in the order of the
    first stage of `transform`. Returns the bits of that shift.
    """
    up = free(samples, n)
    re[0] = at
    re[1] = n
    re[2] = size
    re[3] = shift
    re[4] = up
    fill(samples, window, re, im)
    return up
