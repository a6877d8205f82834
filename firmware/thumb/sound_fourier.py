"""The Fourier transform of a frame in Thumb-1 assembly, in 16 bits: rounded as KISS FFT does.

`data` emits instructions that the assembler does not know, and packs those that need no label: on a
board each line of source takes heap. The comment beside it, or `#:` above it, has the instructions,
with words of the frame by name.
"""

from array import array

import micropython

# Literals of an example front end; the exporter puts the network's own in their place.
# round(32767 * sin(2 * pi * k / FFT))
SINES = array("h", [0, 23170, 32767, 23170, 0, -23170, -32767, -23170])
REAL = array("h", [0] * 4)
IMAGINARY = array("h", [0] * 4)


# Transforms of two numbers each: r0: REAL or IMAGINARY, r1: how many numbers. A word holds both.
@micropython.asm_thumb
def join_pairs(r0, r1):
    # r1: the end, r2: 16383, r3: 16384
    #: lsl r1, r1, 1; add r1, r1, r0; mov r2, 1; lsl r3, r2, 14; sub r2, r3, r2
    data(2, 0x0049, 0x1809, 0x2201, 0x0393, 0x1A9A)
    label(PAIR)
    #: ldr r4, [r0, 0]; asr r5, r4, 16; sxth r4, r4; mul r4, r2; mul r5, r2; add r4, r4, r3;
    #: add r5, r5, r3; asr r4, r4, 15; asr r5, r5, 15; add r6, r4, r5; sub r4, r4, r5;
    #: lsl r4, r4, 16; uxth r6, r6; orr r6, r4; stm r0!, {r6}
    data(2, 0x6804, 0x1425, 0xB224, 0x4354, 0x4355, 0x18E4, 0x18ED, 0x13E4)
    data(2, 0x13ED, 0x1966, 0x1B64, 0x0424, 0xB2B6, 0x4326, 0xC040)
    cmp(r0, r1)
    bne(PAIR)


# Transforms of four numbers each: r0: REAL, r1: IMAGINARY, r2: how many numbers. The turn by
# 32767 / 32768 changes nothing.
@micropython.asm_thumb
def join_ones(r0, r1, r2):
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    # lr: the end, r2: 8191, r8: 16384
    #: lsl r2, r2, 1; add r2, r2, r0; mov lr, r2; mov r2, 1; lsl r3, r2, 14; mov r8, r3;
    #: lsr r3, r3, 1; sub r2, r3, r2
    data(2, 0x0052, 0x1812, 0x4696, 0x2201, 0x0393, 0x4698, 0x085B, 0x1A9A)
    label(FOUR)
    # REAL: r9: 0 - 2, r10: 1 - 3, r11: all, r12: 0 - 1 + 2 - 3
    #: ldr r3, [r0, 0]; ldr r4, [r0, 4]; asr r5, r3, 16; asr r6, r4, 16; sxth r3, r3; sxth r4, r4;
    #: mul r3, r2; mul r4, r2; mul r5, r2; mul r6, r2; add r3, r8; add r4, r8; add r5, r8;
    #: add r6, r8; asr r3, r3, 15; asr r4, r4, 15; asr r5, r5, 15; asr r6, r6, 15; add r7, r3, r4;
    #: sub r3, r3, r4; add r4, r5, r6; sub r5, r5, r6; mov r9, r3; mov r10, r5; add r3, r7, r4;
    #: sub r4, r7, r4; mov r11, r3; mov r12, r4
    data(2, 0x6803, 0x6844, 0x141D, 0x1426, 0xB21B, 0xB224, 0x4353, 0x4354, 0x4355, 0x4356)
    data(2, 0x4443, 0x4444, 0x4445, 0x4446, 0x13DB, 0x13E4, 0x13ED, 0x13F6, 0x191F, 0x1B1B)
    data(2, 0x19AC, 0x1BAD, 0x4699, 0x46AA, 0x193B, 0x1B3C, 0x469B, 0x46A4)
    # IMAGINARY, in the same way: r3, r5, r6, r4
    #: ldr r3, [r1, 0]; ldr r4, [r1, 4]; asr r5, r3, 16; asr r6, r4, 16; sxth r3, r3; sxth r4, r4;
    #: mul r3, r2; mul r4, r2; mul r5, r2; mul r6, r2; add r3, r8; add r4, r8; add r5, r8;
    #: add r6, r8; asr r3, r3, 15; asr r4, r4, 15; asr r5, r5, 15; asr r6, r6, 15; add r7, r3, r4;
    #: sub r3, r3, r4; add r4, r5, r6; sub r5, r5, r6; add r6, r7, r4; sub r4, r7, r4
    data(2, 0x680B, 0x684C, 0x141D, 0x1426, 0xB21B, 0xB224, 0x4353, 0x4354)
    data(2, 0x4355, 0x4356, 0x4443, 0x4444, 0x4445, 0x4446, 0x13DB, 0x13E4)
    data(2, 0x13ED, 0x13F6, 0x191F, 0x1B1B, 0x19AC, 0x1BAD, 0x193E, 0x1B3C)
    # halves of words
    #: mov r7, r10; lsl r3, r3, 16; lsl r7, r7, 16; sub r3, r3, r7; uxth r6, r6; orr r6, r3;
    #: str r6, [r1, 0]; add r3, r3, r7; add r3, r3, r7; uxth r4, r4; orr r4, r3; str r4, [r1, 4];
    #: mov r3, r9; mov r4, r11; mov r6, r12; lsl r3, r3, 16; lsl r5, r5, 16; add r3, r3, r5;
    #: uxth r4, r4; orr r4, r3; str r4, [r0, 0]; sub r3, r3, r5; sub r3, r3, r5; uxth r6, r6;
    #: orr r6, r3; str r6, [r0, 4]; add r0, 8; add r1, 8; cmp r0, lr
    data(2, 0x4657, 0x041B, 0x043F, 0x1BDB, 0xB2B6, 0x431E, 0x600E, 0x19DB, 0x19DB, 0xB2A4)
    data(2, 0x431C, 0x604C, 0x464B, 0x465C, 0x4666, 0x041B, 0x042D, 0x195B, 0xB2A4, 0x431C)
    data(2, 0x6004, 0x1B5B, 0x1B5B, 0xB2B6, 0x431E, 0x6046, 0x3008, 0x3108, 0x4570)
    bne(FOUR)
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)


# All other stages, from transforms of 4 numbers each, or of 2 unless FFT is 512: r0: REAL,
# r1: IMAGINARY, r2: SINES, r3: FFT.
@micropython.asm_thumb
def join_fours(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    # frame: S1 0, C1 4, S2 8, C2 12, S3 16, C3 20, START 24, LAST 28, END 32, T 36, TURN 40,
    # SIN 44, COS 48, RE 52, IM 56, FRAME 60
    # S1 to C3: sine and cosine of a turn, of twice and three times as much. START: the first place
    # of a turn in REAL, LAST: that of the first turn in the next transform. T: the turn's place
    # in SIN and COS, TURN: how much more the next turn is. IM: the bytes from REAL to IMAGINARY.
    # r8: 8191, r9: 16384
    #: sub sp, FRAME; str r0, RE; sub r1, r1, r0; str r1, IM; str r2, SIN; lsr r4, r3, 1;
    #: add r2, r2, r4; str r2, COS; add r2, r0, r3; str r2, END; mov r4, 1; lsl r4, r4, 13;
    #: sub r5, r4, 1; mov r8, r5; lsl r4, r4, 1; mov r9, r4
    data(2, 0xB08F, 0x900D, 0x1A09, 0x910E, 0x920B, 0x085C, 0x1912, 0x920C)
    data(2, 0x18C2, 0x9208, 0x2401, 0x0364, 0x1E65, 0x46A8, 0x0064, 0x46A1)
    # r1: bytes of a transform, and from one of four places to the next; r4: FFT / r1
    #: mov r1, 4; lsr r4, r3, 2; lsl r5, r3, 22; bpl 2; mov r1, 8; lsr r4, r3, 3
    data(2, 0x2104, 0x089C, 0x059D, 0xD501, 0x2108, 0x08DC)
    label(STAGE)
    # r2: from a place of REAL to the next of IMAGINARY
    #: str r4, TURN; mov r5, 0; str r5, T; ldr r0, RE; str r0, START; add r5, r0, r1; str r5, LAST;
    #: ldr r2, IM; add r2, r2, r1
    data(2, 0x940A, 0x2500, 0x9509, 0x980D, 0x9006, 0x1845, 0x9507, 0x9A0E, 0x1852)
    label(ANGLE)
    #: ldr r3, SIN; ldr r4, COS; ldr r5, T; ldrsh r6, [r3, r5]; ldrsh r7, [r4, r5]; str r6, S1;
    #: str r7, C1; add r3, r3, r5; add r4, r4, r5; ldrsh r6, [r3, r5]; ldrsh r7, [r4, r5];
    #: str r6, S2; str r7, C2; add r3, r3, r5; add r4, r4, r5; ldrsh r6, [r3, r5];
    #: ldrsh r7, [r4, r5]; str r6, S3; str r7, C3; ldr r6, TURN; add r5, r5, r6; str r5, T;
    #: ldr r0, START
    data(2, 0x9B0B, 0x9C0C, 0x9D09, 0x5F5E, 0x5F67, 0x9600, 0x9701, 0x195B)
    data(2, 0x1964, 0x5F5E, 0x5F67, 0x9602, 0x9703, 0x195B, 0x1964, 0x5F5E)
    data(2, 0x5F67, 0x9604, 0x9705, 0x9E0A, 0x19AD, 0x9509, 0x9806)
    label(PLACE)
    # r0 + r1 is the place of number 1. r10, r11: it, turned.
    #: ldrsh r3, [r0, r1]; ldrsh r4, [r0, r2]; mov r5, r8; mul r3, r5; mul r4, r5; add r3, r9;
    #: add r4, r9; asr r3, r3, 15; asr r4, r4, 15; ldr r5, C1; mov r6, r5; mul r6, r3; mul r5, r4;
    #: ldr r7, S1; mul r4, r7; mul r3, r7; add r6, r6, r4; sub r5, r5, r3; add r6, r9; add r5, r9;
    #: asr r6, r6, 15; asr r5, r5, 15; mov r10, r6; mov r11, r5; add r0, r0, r1; add r0, r0, r1
    data(2, 0x5E43, 0x5E84, 0x4645, 0x436B, 0x436C, 0x444B, 0x444C, 0x13DB, 0x13E4)
    data(2, 0x9D01, 0x462E, 0x435E, 0x4365, 0x9F00, 0x437C, 0x437B, 0x1936, 0x1AED)
    data(2, 0x444E, 0x444D, 0x13F6, 0x13ED, 0x46B2, 0x46AB, 0x1840, 0x1840)
    # Number 3. r10, r11: the difference of both, r12, lr: the sum.
    #: ldrsh r3, [r0, r1]; ldrsh r4, [r0, r2]; mov r5, r8; mul r3, r5; mul r4, r5; add r3, r9;
    #: add r4, r9; asr r3, r3, 15; asr r4, r4, 15; ldr r5, C3; mov r6, r5; mul r6, r3; mul r5, r4;
    #: ldr r7, S3; mul r4, r7; mul r3, r7; add r6, r6, r4; sub r5, r5, r3; add r6, r9; add r5, r9;
    #: asr r6, r6, 15; asr r5, r5, 15; mov r3, r10; sub r4, r3, r6; add r3, r3, r6; mov r10, r4;
    #: mov r12, r3; mov r3, r11; sub r4, r3, r5; add r3, r3, r5; mov r11, r4; mov lr, r3;
    #: sub r0, r0, r1
    data(2, 0x5E43, 0x5E84, 0x4645, 0x436B, 0x436C, 0x444B, 0x444C, 0x13DB, 0x13E4, 0x9D05, 0x462E)
    data(2, 0x435E, 0x4365, 0x9F04, 0x437C, 0x437B, 0x1936, 0x1AED, 0x444E, 0x444D, 0x13F6, 0x13ED)
    data(2, 0x4653, 0x1B9C, 0x199B, 0x46A2, 0x469C, 0x465B, 0x1B5C, 0x195B, 0x46A3, 0x469E, 0x1A40)
    # Number 2: r6, r5.
    #: ldrsh r3, [r0, r1]; ldrsh r4, [r0, r2]; mov r5, r8; mul r3, r5; mul r4, r5; add r3, r9;
    #: add r4, r9; asr r3, r3, 15; asr r4, r4, 15; ldr r5, C2; mov r6, r5; mul r6, r3; mul r5, r4;
    #: ldr r7, S2; mul r4, r7; mul r3, r7; add r6, r6, r4; sub r5, r5, r3; add r6, r9; add r5, r9;
    #: asr r6, r6, 15; asr r5, r5, 15; sub r0, r0, r1; sub r0, r0, r1
    data(2, 0x5E43, 0x5E84, 0x4645, 0x436B, 0x436C, 0x444B, 0x444C, 0x13DB)
    data(2, 0x13E4, 0x9D03, 0x462E, 0x435E, 0x4365, 0x9F02, 0x437C, 0x437B)
    data(2, 0x1936, 0x1AED, 0x444E, 0x444D, 0x13F6, 0x13ED, 0x1A40, 0x1A40)
    # Number 0. r3, r4: its sum with number 2, r6, r5: the difference.
    #: ldrsh r3, [r0, r1]; ldrsh r4, [r0, r2]; mov r7, r8; mul r3, r7; mul r4, r7; add r3, r9;
    #: add r4, r9; asr r3, r3, 15; asr r4, r4, 15; add r3, r3, r6; lsl r6, r6, 1; sub r6, r3, r6;
    #: add r4, r4, r5; lsl r5, r5, 1; sub r5, r4, r5
    data(2, 0x5E43, 0x5E84, 0x4647, 0x437B, 0x437C, 0x444B, 0x444C, 0x13DB)
    data(2, 0x13E4, 0x199B, 0x0076, 0x1B9E, 0x1964, 0x006D, 0x1B65)
    # Memory keeps the low 16 bits of sums.
    #: mov r7, r12; add r3, r3, r7; strh r3, [r0, r1]; sub r3, r3, r7; sub r3, r3, r7; mov r7, lr;
    #: add r4, r4, r7; strh r4, [r0, r2]; sub r4, r4, r7; sub r4, r4, r7; add r0, r0, r1;
    #: mov r7, r11; add r6, r6, r7; strh r6, [r0, r1]; sub r6, r6, r7; sub r6, r6, r7; mov r7, r10;
    #: sub r5, r5, r7; strh r5, [r0, r2]; add r5, r5, r7; add r5, r5, r7; add r0, r0, r1;
    #: strh r3, [r0, r1]; strh r4, [r0, r2]; add r0, r0, r1; strh r6, [r0, r1]; strh r5, [r0, r2];
    #: add r0, r0, r1; add r0, r0, r1; ldr r7, END; cmp r0, r7
    data(2, 0x4667, 0x19DB, 0x5243, 0x1BDB, 0x1BDB, 0x4677, 0x19E4, 0x5284, 0x1BE4, 0x1BE4, 0x1840)
    data(2, 0x465F, 0x19F6, 0x5246, 0x1BF6, 0x1BF6, 0x4657, 0x1BED, 0x5285, 0x19ED, 0x19ED, 0x1840)
    data(2, 0x5243, 0x5284, 0x1840, 0x5246, 0x5285, 0x1840, 0x1840, 0x9F08, 0x42B8)
    bcs(TURNED)
    b(PLACE)
    label(TURNED)
    #: ldr r0, START; add r0, 2; str r0, START; ldr r3, LAST; cmp r0, r3
    data(2, 0x9806, 0x3002, 0x9006, 0x9B07, 0x4298)
    beq(JOINED)
    b(ANGLE)
    label(JOINED)
    data(2, 0x0089, 0x9C0A, 0x08A4, 0x2C01)  # lsl r1, r1, 2; ldr r4, TURN; lsr r4, r4, 2; cmp r4, 1
    beq(END)
    b(STAGE)
    label(END)
    data(2, 0xB00F)  # add sp, FRAME
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)


# The transform of pairs of samples becomes that of the samples, without frequency 0: r0: REAL,
# r1: IMAGINARY, r2: SINES, r3: FFT.
@micropython.asm_thumb
def unpack(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    # r2: twice k, r3: twice m, which adds up to r11; r8: 16384, r9: sines, r10: cosines
    #: lsr r4, r3, 1; mov r9, r2; add r2, r2, r4; mov r10, r2; mov r11, r3; mov r4, 1;
    #: lsl r4, r4, 14; mov r8, r4; mov r2, 2; sub r3, r3, r2
    data(2, 0x085C, 0x4691, 0x1912, 0x4692, 0x469B, 0x2401, 0x03A4, 0x46A0, 0x2202, 0x1A9B)
    label(FREQUENCY)
    # r12, lr: sum of the real parts and difference of the imaginary ones; r7, r6: the others
    #: ldrsh r4, [r0, r2]; ldrsh r5, [r0, r3]; mov r6, r8; sub r6, 1; mul r4, r6; mul r5, r6;
    #: add r4, r8; add r5, r8; asr r4, r4, 15; asr r5, r5, 15; sub r7, r4, r5; add r4, r4, r5;
    #: mov r12, r4; ldrsh r4, [r1, r2]; ldrsh r5, [r1, r3]; mul r4, r6; mul r5, r6; add r4, r8;
    #: add r5, r8; asr r4, r4, 15; asr r5, r5, 15; add r6, r4, r5; sub r4, r4, r5; mov lr, r4
    data(2, 0x5E84, 0x5EC5, 0x4646, 0x3E01, 0x4374, 0x4375, 0x4444, 0x4445)
    data(2, 0x13E4, 0x13ED, 0x1B67, 0x1964, 0x46A4, 0x5E8C, 0x5ECD, 0x4374)
    data(2, 0x4375, 0x4444, 0x4445, 0x13E4, 0x13ED, 0x1966, 0x1B64, 0x46A6)
    # r3, r4: those, turned
    #: mov r4, r9; ldrsh r4, [r4, r2]; mov r5, r10; ldrsh r5, [r5, r2]; mov r3, r6; mul r3, r5;
    #: mul r5, r7; mul r7, r4; mul r4, r6; sub r3, r3, r7; add r4, r4, r5; neg r4, r4; add r3, r8;
    #: add r4, r8; asr r3, r3, 15; asr r4, r4, 15; sxth r3, r3; sxth r4, r4; mov r5, r12;
    #: add r6, r5, r3; asr r6, r6, 1; strh r6, [r0, r2]; sub r5, r5, r3; asr r5, r5, 1; mov r3, r11;
    #: sub r3, r3, r2; strh r5, [r0, r3]; mov r5, lr; add r6, r5, r4; asr r6, r6, 1;
    #: strh r6, [r1, r2]; sub r4, r4, r5; asr r4, r4, 1; strh r4, [r1, r3]; add r2, 2; sub r3, 2;
    #: cmp r2, r3
    data(2, 0x464C, 0x5EA4, 0x4655, 0x5EAD, 0x4633, 0x436B, 0x437D, 0x4367, 0x4374, 0x1BDB)
    data(2, 0x1964, 0x4264, 0x4443, 0x4444, 0x13DB, 0x13E4, 0xB21B, 0xB224, 0x4665, 0x18EE)
    data(2, 0x1076, 0x5286, 0x1AED, 0x106D, 0x465B, 0x1A9B, 0x52C5, 0x4675, 0x192E, 0x1076)
    data(2, 0x528E, 0x1B64, 0x1064, 0x52CC, 0x3202, 0x3B02, 0x429A)
    bls(FREQUENCY)
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)


# Defaults are made once. A name of the module is looked up at each use, and a builtin like `len`
# only after all of these names: that takes longer than most of the assembly.
def transform(
    pairs=join_pairs,
    ones=join_ones,
    fours=join_fours,
    last=unpack,
    re=REAL,
    im=IMAGINARY,
    sines=SINES,
    points=len(REAL),
):
    """Transform REAL + i IMAGINARY, in the order of `load_frame`, divided by FFT."""
    if points & 0x5555:
        ones(re, im, points)
    else:
        pairs(re, points)
        pairs(im, points)
    fours(re, im, sines, points + points)
    last(re, im, sines, points + points)
