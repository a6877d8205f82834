"""A frame of sound in Thumb-1 assembly: its window, scaled so that it fills 16 bits.

`data` emits instructions that the assembler does not know, and packs those that need no label: on a
board each line of source takes heap. The comment beside it, or `#:` above it, has the instructions.
"""

from array import array

import micropython

# Literals of an example front end; the exporter puts the network's own in their place.
FFT = 8
SAMPLES = array("h", [0] * 8)
COEFFICIENTS = array("h", [156, 1264, 2832, 3940, 3940, 2832, 1264, 156])
REAL = array("h", [0] * 4)
IMAGINARY = array("h", [0] * 4)


# r0: SAMPLES, r1: COEFFICIENTS, r2: REAL, r3: IMAGINARY. There are only four arguments, so REAL
# begins with three numbers: the place of the oldest sample, how many there are, and FFT. Returns
# the bits of the shift.
@micropython.asm_thumb
def fill_frame(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    # r1: the next coefficient, r1 + r0: its sample, r11: bytes of all samples. r8: where r1 is when
    # the samples go on at their start, r9: the end. r10: four times in FFT, the first step of r4.
    #: ldrh r4, [r2, 0]; ldrh r5, [r2, 2]; ldrh r6, [r2, 4]; lsl r4, r4, 1; lsl r5, r5, 1;
    #: mov r11, r5; add r7, r1, r5; mov r9, r7; sub r7, r7, r4; mov r8, r7; add r0, r0, r4;
    #: sub r0, r0, r1; lsr r7, r6, 2; mov r10, r7
    data(2, 0x8814, 0x8855, 0x8896, 0x0064, 0x006D, 0x46AB, 0x194F)
    data(2, 0x46B9, 0x1B3F, 0x46B8, 0x1900, 0x1A40, 0x08B7, 0x46BA)
    # r4: the place, in bytes; r5: ones wherever a value without its sign has one
    mov(r4, 0)
    mov(r5, 0)
    label(ZERO)
    sub(r6, 4)
    data(2, 0x5195, 0x519D)  # str r5, [r2, r6]; str r5, [r3, r6]
    bne(ZERO)
    label(EVEN)
    #: ldrsh r6, [r1, r0]; ldrh r7, [r1, 0]; mul r6, r7; asr r6, r6, 12; strh r6, [r2, r4];
    #: asr r7, r6, 31; eor r6, r7; sub r6, r6, r7; orr r5, r6; add r1, 2; cmp r1, r8
    data(2, 0x5E0E, 0x880F, 0x437E, 0x1336, 0x5316, 0x17F7, 0x407E, 0x1BF6, 0x4335, 0x3102, 0x4541)
    beq(WRAP)
    label(ODD)
    #: ldrsh r6, [r1, r0]; ldrh r7, [r1, 0]; mul r6, r7; asr r6, r6, 12; strh r6, [r3, r4];
    #: asr r7, r6, 31; eor r6, r7; sub r6, r6, r7; orr r5, r6; add r1, 2; cmp r1, r8
    data(2, 0x5E0E, 0x880F, 0x437E, 0x1336, 0x531E, 0x17F7, 0x407E, 0x1BF6, 0x4335, 0x3102, 0x4541)
    beq(WRAP_ODD)
    label(NEXT)
    # Digits of base 4, reversed; the last one is of base 2 if FFT / 2 is no power of four.
    mov(r6, r10)
    label(DIGIT)
    data(2, 0x0077, 0x19BF, 0x43A7)  # lsl r7, r6, 1; add r7, r7, r6; bic r7, r4
    bne(STEP)
    #: lsl r7, r6, 1; add r7, r7, r6; bic r4, r7; lsr r6, r6, 2; cmp r6, 1
    data(2, 0x0077, 0x19BF, 0x43BC, 0x08B6, 0x2E01)
    bne(DIGIT)
    mov(r6, 2)
    label(STEP)
    add(r4, r4, r6)
    b(EVEN)
    label(WRAP)
    data(2, 0x4549)  # cmp r1, r9
    beq(LOADED)
    data(2, 0x465E, 0x1B80, 0x46C8)  # mov r6, r11; sub r0, r0, r6; mov r8, r9
    b(ODD)
    label(WRAP_ODD)
    data(2, 0x4549)  # cmp r1, r9
    beq(LOADED)
    data(2, 0x465E, 0x1B80, 0x46C8)  # mov r6, r11; sub r0, r0, r6; mov r8, r9
    b(NEXT)
    label(LOADED)
    # r0: the shift. -32768 has no absolute value of 16 bits, and does not count.
    mov(r0, 15)
    lsl(r5, r5, 17)
    beq(SHIFT)
    mov(r0, 0)
    b(FULL)
    label(FREE)
    add(r0, 1)
    lsl(r5, r5, 1)
    label(FULL)
    cmp(r5, 0)
    bpl(FREE)
    cmp(r0, 0)
    beq(END)
    label(SHIFT)
    # two values in a word; r6: the bits of both that stay
    #: mov r6, 0; mvn r6, r6; lsr r6, r6, 16; lsr r6, r0; lsl r7, r6, 16; orr r6, r7; mov r7, r10;
    #: lsl r7, r7, 2
    data(2, 0x2600, 0x43F6, 0x0C36, 0x40C6, 0x0437, 0x433E, 0x4657, 0x00BF)
    label(WORD)
    #: sub r7, 4; ldr r4, [r2, r7]; and r4, r6; lsl r4, r0; str r4, [r2, r7]; ldr r4, [r3, r7];
    #: and r4, r6; lsl r4, r0; str r4, [r3, r7]; cmp r7, 0
    data(2, 0x3F04, 0x59D4, 0x4034, 0x4084, 0x51D4, 0x59DC, 0x4034, 0x4084, 0x51DC, 0x2F00)
    bne(WORD)
    label(END)
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)


# Defaults are made once. A name of the module is looked up at each use, and a builtin like `len`
# only after all of these names: that takes longer than most of the assembly.
def load_frame(
    at,
    fill=fill_frame,
    samples=SAMPLES,
    window=COEFFICIENTS,
    re=REAL,
    im=IMAGINARY,
    n=len(SAMPLES),
    size=FFT,
):
    """Write the window of SAMPLES, the oldest at `at`, to REAL and IMAGINARY in turn.

    All are shifted left by as many bits as the largest leaves free, and stored in the order of the
    first stage of `transform`. Returns the bits of that shift.
    """
    re[0] = at
    re[1] = n
    re[2] = size
    return fill(samples, window, re, im)
