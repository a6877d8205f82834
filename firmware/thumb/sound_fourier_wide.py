"""The Fourier transform of a frame in Thumb-1 assembly, in 31 bits: nothing is scaled away.

`data` emits instructions that the assembler does not know, and packs those that need no label: on a
board each line of source takes heap. The comment beside it, or `#:` above it, has the instructions,
with words of the frame by name.
"""

from array import array

import micropython
from fragments.turned import turned

# Literals of an example front end; the exporter puts the network's own in their place.
# round(2**20 * sin(2 * pi * k / FFT))
SINES = array("i", [0, 741455, 1048576, 741455, 0, -741455, -1048576, -741455])
REAL = array("i", [0] * 4)
IMAGINARY = array("i", [0] * 4)


# Transforms of two numbers each: r0: REAL or IMAGINARY, r1: its bytes.
@micropython.asm_thumb
def join_pairs(r0, r1):
    add(r1, r1, r0)
    label(PAIR)
    #: ldr r2, [r0, 0]; ldr r3, [r0, 4]; add r4, r2, r3; sub r5, r2, r3; stm r0!, {r4, r5};
    #: cmp r0, r1
    data(2, 0x6802, 0x6843, 0x18D4, 0x1AD5, 0xC030, 0x4288)
    bne(PAIR)


# All other stages, from transforms of one number each, or of 2 unless FFT is 512: r0: REAL,
# r1: IMAGINARY, r2: SINES, r3: FFT.
@micropython.asm_thumb
def join_wide(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    # frame: START 0, LAST 4, TURN 8, STEP 12, FIRST 16, SIN 20, COS 24, SIZE 28, RE 32, IM 36,
    # FRAME 40
    # START: the place of a number in its first transform, LAST: the end of this transform. TURN:
    # that of the number in SIN and COS, STEP: how much more the next turn is; FIRST: the STEP of
    # the second of four transforms. SIZE: bytes of a transform, r12: of four; lr: the end of REAL.
    # IM: the bytes from REAL to IMAGINARY.
    #: sub sp, FRAME; str r0, RE; sub r1, r1, r0; str r1, IM; str r2, SIN; add r2, r2, r3;
    #: str r2, COS; lsl r4, r3, 1; add r4, r4, r0; mov lr, r4; mov r1, 4; lsl r5, r3, 22; bmi 2;
    #: mov r1, 8; lsr r3, r3, 1; str r1, SIZE; str r3, FIRST; cmp r1, 4
    data(2, 0xB08A, 0x9008, 0x1A09, 0x9109, 0x9205, 0x18D2, 0x9206, 0x005C, 0x1824)
    data(2, 0x46A6, 0x2104, 0x059D, 0xD401, 0x2108, 0x085B, 0x9107, 0x9304, 0x2904)
    beq(ADD)
    label(STAGE)
    #: ldr r0, RE; ldr r3, SIZE; ldr r4, FIRST; str r4, STEP; lsl r4, r3, 2; mov r12, r4;
    #: add r0, r0, r3; add r3, r3, r0; str r3, LAST
    data(2, 0x9808, 0x9B07, 0x9C04, 0x9403, 0x009C, 0x46A4, 0x18C0, 0x181B, 0x9301)
    label(TRANSFORM)
    # The first number of a transform stays.
    data(2, 0x9A03, 0x9202, 0x3004)  # ldr r2, STEP; str r2, TURN; add r0, 4
    label(ANGLE)
    #: str r0, START; ldr r1, IM; add r1, r1, r0; ldr r2, TURN; ldr r3, SIN; ldr r4, [r3, r2];
    #: ldr r3, COS; ldr r5, [r3, r2]; ldr r3, STEP; add r2, r2, r3; str r2, TURN; asr r6, r5, 5;
    #: mov r8, r6; asr r6, r4, 5; mov r9, r6; mov r6, 31; and r5, r6; mov r10, r5; and r4, r6;
    #: mov r11, r4
    data(2, 0x9000, 0x9909, 0x1809, 0x9A02, 0x9B05, 0x589C, 0x9B06, 0x589D, 0x9B03, 0x18D2)
    data(2, 0x9202, 0x116E, 0x46B0, 0x1166, 0x46B1, 0x261F, 0x4035, 0x46AA, 0x4034, 0x46A3)
    label(PLACE)
    data(2, 0x6802, 0x680B)  # ldr r2, [r0, 0]; ldr r3, [r1, 0]
    turned()
    #: str r6, [r0, 0]; str r5, [r1, 0]; add r0, r12; add r1, r12; cmp r0, lr
    data(2, 0x6006, 0x600D, 0x4460, 0x4461, 0x4570)
    bcc(PLACE)
    data(2, 0x9800, 0x3004, 0x9A01, 0x4290)  # ldr r0, START; add r0, 4; ldr r2, LAST; cmp r0, r2
    bne(ANGLE)
    #: ldr r3, SIZE; add r3, r3, r2; str r3, LAST; ldr r4, STEP; ldr r5, FIRST; add r4, r4, r5;
    #: str r4, STEP; lsl r5, r5, 2; cmp r4, r5
    data(2, 0x9B07, 0x189B, 0x9301, 0x9C03, 0x9D04, 0x1964, 0x9403, 0x00AD, 0x42AC)
    bne(TRANSFORM)
    label(ADD)
    # r1, r2, r3, r12: bytes of one to four transforms; r8: the end of the first one
    #: ldr r0, RE; ldr r1, IM; mov r11, r1; ldr r1, SIZE; add r4, r0, r1; mov r8, r4; lsl r2, r1, 1;
    #: add r3, r2, r1; lsl r4, r1, 2; mov r12, r4
    data(2, 0x9808, 0x9909, 0x468B, 0x9907, 0x1844, 0x46A0, 0x004A, 0x1853, 0x008C, 0x46A4)
    label(FOUR)
    # REAL: r9: 1 - 3, r10: 0 - 2
    #: ldr r4, [r0, r1]; ldr r5, [r0, r3]; add r6, r4, r5; sub r4, r4, r5; mov r9, r4;
    #: ldr r4, [r0, 0]; ldr r5, [r0, r2]; add r7, r4, r5; sub r4, r4, r5; mov r10, r4;
    #: add r5, r7, r6; sub r7, r7, r6; str r5, [r0, 0]; str r7, [r0, r2]
    data(2, 0x5844, 0x58C5, 0x1966, 0x1B64, 0x46A1, 0x6804, 0x5885)
    data(2, 0x1967, 0x1B64, 0x46A2, 0x19BD, 0x1BBF, 0x6005, 0x5087)
    # IMAGINARY: r4: 1 - 3, r5: 0 - 2
    #: add r0, r11; ldr r4, [r0, r1]; ldr r5, [r0, r3]; add r6, r4, r5; sub r4, r4, r5;
    #: ldr r5, [r0, 0]; ldr r7, [r0, r2]; sub r5, r5, r7; lsl r7, r7, 1; add r7, r7, r5;
    #: add r7, r7, r6; str r7, [r0, 0]; sub r7, r7, r6; sub r7, r7, r6; str r7, [r0, r2];
    #: mov r6, r9; sub r7, r5, r6; str r7, [r0, r1]; add r7, r5, r6; str r7, [r0, r3]
    data(2, 0x4458, 0x5844, 0x58C5, 0x1966, 0x1B64, 0x6805, 0x5887, 0x1BED, 0x007F, 0x197F)
    data(2, 0x19BF, 0x6007, 0x1BBF, 0x1BBF, 0x5087, 0x464E, 0x1BAF, 0x5047, 0x19AF, 0x50C7)
    # REAL again
    #: mov r7, r11; sub r0, r0, r7; mov r6, r10; add r7, r6, r4; str r7, [r0, r1]; sub r7, r6, r4;
    #: str r7, [r0, r3]; add r0, 4; cmp r0, r8
    data(2, 0x465F, 0x1BC0, 0x4656, 0x1937, 0x5047, 0x1B37, 0x50C7, 0x3004, 0x4540)
    bne(FOUR)
    data(2, 0x18C0, 0x44E0, 0x4570)  # add r0, r0, r3; add r8, r12; cmp r0, lr
    bne(FOUR)
    #: ldr r1, SIZE; lsl r1, r1, 2; str r1, SIZE; ldr r4, FIRST; lsr r4, r4, 2; str r4, FIRST;
    #: cmp r4, 2
    data(2, 0x9907, 0x0089, 0x9107, 0x9C04, 0x08A4, 0x9404, 0x2C02)
    beq(END)
    b(STAGE)
    label(END)
    data(2, 0xB00A)  # add sp, FRAME
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)


# The transform of pairs of samples becomes that of the samples, without frequency 0: r0: REAL,
# r1: IMAGINARY, r2: SINES, r3: FFT.
@micropython.asm_thumb
def unpack_wide(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    # frame: QUARTER 0, A 4, B 8, FRAME 12
    # r0, r1: the places of frequencies whose sum is FFT / 2; lr: the bytes from REAL to IMAGINARY,
    # r12: the place in SINES, QUARTER: the bytes from a sine to its cosine
    #: sub sp, FRAME; str r3, QUARTER; sub r1, r1, r0; mov lr, r1; add r2, 4; mov r12, r2;
    #: lsl r3, r3, 1; add r1, r0, r3; sub r1, 4; add r0, 4
    data(2, 0xB083, 0x9300, 0x1A09, 0x468E, 0x3204, 0x4694, 0x005B, 0x18C1, 0x3904, 0x3004)
    label(FREQUENCY)
    # A, B: half of the sum of the real parts, and of the difference of the imaginary ones
    #: ldr r2, [r0, 0]; ldr r3, [r1, 0]; add r4, r2, r3; sub r3, r2, r3; add r4, 1; asr r4, r4, 1;
    #: str r4, A; add r3, 1; asr r3, r3, 1; neg r3, r3; mov r4, lr; ldr r5, [r0, r4];
    #: ldr r6, [r1, r4]; add r2, r5, r6; sub r5, r5, r6; add r2, 1; asr r2, r2, 1; add r5, 1;
    #: asr r5, r5, 1; str r5, B; mov r4, r12; ldr r5, QUARTER; ldr r5, [r4, r5]; ldr r6, [r4, 0];
    #: add r4, 4; mov r12, r4; asr r4, r5, 5; mov r8, r4; asr r4, r6, 5; mov r9, r4; mov r4, 31;
    #: and r5, r4; mov r10, r5; and r6, r4; mov r11, r6
    data(2, 0x6802, 0x680B, 0x18D4, 0x1AD3, 0x3401, 0x1064, 0x9401, 0x3301, 0x105B)
    data(2, 0x425B, 0x4674, 0x5905, 0x590E, 0x19AA, 0x1BAD, 0x3201, 0x1052, 0x3501)
    data(2, 0x106D, 0x9502, 0x4664, 0x9D00, 0x5965, 0x6826, 0x3404, 0x46A4, 0x116C)
    data(2, 0x46A0, 0x1174, 0x46A1, 0x241F, 0x4025, 0x46AA, 0x4026, 0x46B3)
    turned()
    # In the middle, both are the same.
    #: mov r4, lr; ldr r2, A; ldr r3, B; add r7, r2, r6; str r7, [r0, 0]; add r7, r3, r5;
    #: str r7, [r0, r4]; sub r2, r2, r6; str r2, [r1, 0]; sub r5, r5, r3; str r5, [r1, r4];
    #: add r0, 4; sub r1, 4; cmp r0, r1
    data(2, 0x4674, 0x9A01, 0x9B02, 0x1997, 0x6007, 0x195F, 0x5107)
    data(2, 0x1B92, 0x600A, 0x1AED, 0x510D, 0x3004, 0x3904, 0x4288)
    bls(FREQUENCY)
    data(2, 0xB003)  # add sp, FRAME
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)


# Defaults are made once. A name of the module is looked up at each use, and a builtin like `len`
# only after all of these names: that takes longer than most of the assembly.
def transform(
    pairs=join_pairs,
    fours=join_wide,
    last=unpack_wide,
    re=REAL,
    im=IMAGINARY,
    sines=SINES,
    points=len(REAL),
):
    """Transform REAL + i IMAGINARY, in the order of `load_frame`."""
    if not points & 0x5555:
        pairs(re, 4 * points)
        pairs(im, 4 * points)
    fours(re, im, sines, points + points)
    last(re, im, sines, points + points)
