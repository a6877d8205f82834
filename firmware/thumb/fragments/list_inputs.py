"""Lists the inputs of a pixel's patch that are not zero: x and 8 times its place, two words each.

The frame is that of `conv_xnnpack`, which is its only user: it would be too long. r0: the first
window of a row. `conv_xnnpack` continues at LISTED, with the end of the list in r1, 8 times the
number of inputs in r6, and the sum of x in r7. An input takes about 7 cycles.
"""


def list_inputs():
    label(LINE)
    # r0: the first window of a row, r3: p
    #: ldr r4, [r3, left]; neg r4, r4; ldr r5, [r3, out_w]; str r4, COLUMN; str r5, OX; str r0, SRC
    data(2, 0x6B9C, 0x4264, 0x6C1D, 0x9416, 0x9525, 0x9014)
    label(PIXEL)
    # r0: the first byte in the image, r1: list, r6: 8 * place, r7: sum of x
    #: add r7, sp, SRC; ldm r7!, {r0, r1, r2, r3, r4}; mov r5, 0; mov r7, r3; cmp r2, 0; bge 3;
    #: sub r0, r0, r2; neg r5, r2; sub r7, r7, r5; add r6, r2, r3; sub r6, r6, r4; bpl 1; mov r6, 0;
    #: sub r7, r7, r6; ldr r3, IY; ldr r4, KH; str r5, BEFORE; str r7, INSIDE; str r6, AFTER;
    #: str r0, LINE; str r3, AT; str r4, TAPS; mov r6, 0; mov r7, r6
    data(2, 0xAF14, 0xCF1F, 0x2500, 0x461F, 0x2A00, 0xDA02, 0x1A80, 0x4255)
    data(2, 0x1B7F, 0x18D6, 0x1B36, 0xD500, 0x2600, 0x1BBF, 0x9B24, 0x9C22)
    data(2, 0x9519, 0x971A, 0x961B, 0x901C, 0x931D, 0x941E, 0x2600, 0x4637)
    label(ROW)
    data(2, 0x9C1D, 0x9D21, 0x42AC)  # ldr r4, AT; ldr r5, ROWS; cmp r4, r5
    bcs(BESIDE)
    data(2, 0x9D19, 0x2200, 0x2D00)  # ldr r5, BEFORE; mov r2, 0; cmp r5, 0
    bne(FILL)
    label(WITHIN)
    # from r0 to r4
    #: ldr r0, LINE; ldr r4, INSIDE; add r4, r4, r0; ldr r2, BYTES; cmp r2, 0
    data(2, 0x981C, 0x9C1A, 0x1824, 0x9A1F, 0x2A00)
    bne(BYTE)
    label(WORD)
    data(2, 0xC804)  # ldm r0!, {r2}
    cmp(r2, 0)
    beq(NOTHING)
    #: lsl r3, r2, 24; beq 3; lsr r3, r3, 24; stm r1!, {r3, r6}; add r7, r7, r3; add r6, 8;
    #: lsl r3, r2, 16; lsr r3, r3, 24; beq 2; stm r1!, {r3, r6}; add r7, r7, r3; add r6, 8;
    #: lsl r3, r2, 8; lsr r3, r3, 24; beq 2; stm r1!, {r3, r6}; add r7, r7, r3; add r6, 8;
    #: lsr r3, r2, 24; beq 2; stm r1!, {r3, r6}; add r7, r7, r3; add r6, 8; cmp r0, r4
    data(2, 0x0613, 0xD002, 0x0E1B, 0xC148, 0x18FF, 0x3608, 0x0413, 0x0E1B)
    data(2, 0xD001, 0xC148, 0x18FF, 0x3608, 0x0213, 0x0E1B, 0xD001, 0xC148)
    data(2, 0x18FF, 0x3608, 0x0E13, 0xD001, 0xC148, 0x18FF, 0x3608, 0x42A0)
    bne(WORD)
    b(BEHIND)
    label(NOTHING)
    data(2, 0x3620, 0x42A0)  # add r6, 32; cmp r0, r4
    bne(WORD)
    b(BEHIND)
    label(BYTE)
    #: ldrb r3, [r0, 0]; add r0, 1; cmp r3, 0; beq 2; stm r1!, {r3, r6}; add r7, r7, r3; add r6, 8;
    #: cmp r0, r4
    data(2, 0x7803, 0x3001, 0x2B00, 0xD001, 0xC148, 0x18FF, 0x3608, 0x42A0)
    bne(BYTE)
    label(BEHIND)
    data(2, 0x9D1B, 0x2201, 0x2D00)  # ldr r5, AFTER; mov r2, 1; cmp r5, 0
    bne(FILL)
    label(NEXT)
    #: ldr r0, LINE; ldr r4, ROW; add r0, r0, r4; str r0, LINE; ldr r4, AT; add r4, 1; str r4, AT;
    #: ldr r4, TAPS; sub r4, 1; str r4, TAPS
    data(2, 0x981C, 0x9C18, 0x1900, 0x901C, 0x9C1D, 0x3401, 0x941D, 0x9C1E, 0x3C01, 0x941E)
    bne(ROW)
    b(LISTED)
    label(BESIDE)
    data(2, 0x9D17, 0x2201)  # ldr r5, RUN; mov r2, 1
    label(FILL)
    # r5 bytes of padding; then, if r2 is 0, the image
    data(2, 0x9B20, 0x2B00)  # ldr r3, PAD; cmp r3, 0
    beq(ZEROS)
    label(PADDING)
    #: stm r1!, {r3, r6}; add r6, 8; add r7, r7, r3; sub r5, 1
    data(2, 0xC148, 0x3608, 0x18FF, 0x3D01)
    bne(PADDING)
    label(FILLED)
    cmp(r2, 0)
    beq(WITHIN)
    b(NEXT)
    label(ZEROS)
    data(2, 0x00ED, 0x1976)  # lsl r5, r5, 3; add r6, r6, r5
    b(FILLED)
